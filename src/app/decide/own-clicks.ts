import type { Clock } from "../ports/aws.ts";
import type { ClickStore } from "../ports/click-store.ts";
import type { NextEvent } from "../ports/slack.ts";

/** How long a click belongs to the replica that recorded it. Evaluated twice, it would still count once. */
const OWN_MS = 5_000;

/** Clicks whose arrivals are remembered. */
const MAX_ARRIVALS = 10_000;

/** The clicks that this replica recorded and that no other replica evaluates yet. */
export interface OwnClicks {
  /** Records a click together with the claim on its evaluation. */
  record: ClickStore["record"];
  ids(): string[];
  /** Begins the evaluation of a click: true, once, while it is this replica's. Any other click needs a claim. */
  begin(id: string): boolean;
  /** Returns the number of the click's arrival among the events of this process; undefined if another process received it. */
  arrival(id: string): number | undefined;
}

/** Makes the clicks that are claimed with their record, so that their evaluation needs no write of its own. */
export function makeOwnClicks(clicks: Pick<ClickStore, "record">, clock: Clock, nextEvent: NextEvent): OwnClicks {
  const own = new Map<string, number>();
  const arrivals = new Map<string, number>();
  const forget = () => {
    for (const [id, until] of own) if (clock.now() >= until) own.delete(id);
  };
  return {
    async record(click) {
      const [until, arrival] = [clock.now() + OWN_MS, nextEvent()];
      const result = await clicks.record(click, until);
      if (result !== "recorded") return result;
      own.set(click.id, until);
      arrivals.set(click.id, arrival);
      const [oldest = ""] = arrivals.size > MAX_ARRIVALS ? arrivals.keys() : [];
      arrivals.delete(oldest);
      return result;
    },
    ids() {
      forget();
      return [...own.keys()];
    },
    begin(id) {
      forget();
      return own.delete(id);
    },
    arrival: (id) => arrivals.get(id),
  };
}
