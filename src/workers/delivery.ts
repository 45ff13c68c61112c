import type { Clock, Log } from "../app/ports/aws.ts";
import type { RateLimitStore } from "../app/ports/coordination.ts";
import type { DeliveryRow, DeliveryStore } from "../app/ports/delivery-store.ts";
import { type Loop, startLoop } from "./loop.ts";

/** How many of one channel are worked on before the rows are asked again. */
export const PER_CHANNEL = 5;
/** All channels' updates share one lane: so many of them stand in line at once, and the others keep no claim meanwhile. */
const MAX_UPDATING_CHANNELS = 8;
const TICK_MS = 1_000;
/** After something unforeseen, the message rests this long. */
const ERROR_BACKOFF_MS = 10_000;
/** And its channel this long. */
const BACKOFF_MS = 2_000;

/** The calls to Slack that deliver a message. */
export type DeliveryCall = "post" | "update";

/**
 * Delivers messages of one kind, each channel at its own pace: a channel that is slow, closed or limited holds up no
 * other. A channel's posts and its updates are worked on side by side, since Slack counts them apart: a new request waits
 * for no update. What Slack asks to wait for is written down, so that other replicas and the next start wait too.
 */
export function startDeliveryWorker<Row extends DeliveryRow>(options: {
  name: string;
  store: Pick<DeliveryStore, "failed">;
  /** What may have to be done now, in order; all of it, or so many from each channel. */
  due: (now: number) => Promise<Row[]>;
  /** Set where `due` names only what does have to be done: then it is asked again as soon as a channel is through. */
  eager: boolean;
  lanes: RateLimitStore;
  /** Names the rate limit that a channel's posts or updates count against. */
  bucketKey: (kind: DeliveryCall, channelId: string) => string;
  deliver: (row: Row, abort: AbortSignal) => Promise<number>;
  /** What goes before a channel's posts; returns how long the channel is to be left alone. */
  before?: (channelId: string, abort: AbortSignal) => Promise<number>;
  /** What the log says of a message beside its channel. */
  about: (row: Row) => object;
  clock: Clock;
  log: Log;
}): Loop {
  const { name, store, due, eager, lanes, bucketKey, deliver, before, about, clock, log } = options;
  const busy = new Map<string, Promise<void>>();
  const updating = new Set<string>();
  /** When each channel's updates were last taken up: the one that has waited longest is next. */
  const takenUp = new Map<string, number>();
  let takings = 0;

  const goesFirst = async (channelId: string, abort: AbortSignal) => {
    try {
      return (await before?.(channelId, abort)) ?? 0;
    } catch (error) {
      log.error({ event: "digest.failed", channelId, err: error }, "digest update failed; posting without it");
      return 0;
    }
  };

  const drain = async (lane: string, rows: readonly Row[], abort: AbortSignal) => {
    for (const row of rows) {
      if (abort.aborted) return;
      try {
        const first = kindOf(row) === "post" ? await goesFirst(row.channelId, abort) : 0;
        const hold = first > 0 ? first : await deliver(row, abort);
        if (hold > 0) return await lanes.blockUntil(lane, clock.now() + hold);
      } catch (error) {
        const fields = { event: "delivery.failed", ...about(row), channelId: row.channelId, err: error } as const;
        log.error(fields, "unexpected failure of a delivery; trying again");
        await store
          .failed(row.id, "unexpected failure, see the log", clock.now() + ERROR_BACKOFF_MS)
          .catch(() => undefined);
        // Where not even that can be written (a full disk, a database that is away) the rows ask again at once.
        await clock.sleep(BACKOFF_MS, abort);
        return;
      }
    }
  };

  const loop = startLoop({
    name,
    everyMs: TICK_MS,
    clock,
    log,
    round: async (abort) => {
      const now = clock.now();
      const found = await due(now);
      if (found.length === 0) return undefined;
      const held = await lanes.blocked(now);
      const places = Map.groupBy(found, (row) => `${kindOf(row)}:${row.channelId}`);
      const longestFirst = [...places].sort(([a], [b]) => (takenUp.get(a) ?? 0) - (takenUp.get(b) ?? 0));
      for (const [place, rows] of longestFirst) {
        const [first] = rows;
        if (first === undefined || busy.has(place)) continue;
        const lane = bucketKey(kindOf(first), first.channelId);
        if (held.has(lane)) continue;
        if (kindOf(first) === "update" && updating.size >= MAX_UPDATING_CHANNELS) continue;
        if (kindOf(first) === "update") {
          updating.add(place);
          takenUp.set(place, ++takings);
        }
        const work = drain(lane, rows, abort)
          .catch((error: unknown) =>
            log.error(
              { event: "channel.failed", bucket: lane, err: error },
              "unexpected failure of a channel; trying again",
            ),
          )
          .finally(() => {
            busy.delete(place);
            updating.delete(place);
            if (eager) loop.wake();
          });
        busy.set(place, work);
      }
      return undefined;
    },
  });

  return {
    wake: loop.wake,
    async stop() {
      await loop.stop();
      await Promise.all(busy.values());
    },
  };
}

/** A message that may stand already is looked for in the posts' lane: it is a post that is not finished. */
function kindOf(row: DeliveryRow): DeliveryCall {
  return row.ts === null ? "post" : "update";
}
