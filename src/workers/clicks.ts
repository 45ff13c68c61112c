import type { ClickOutcome, makeEvaluateClick } from "../app/decide/evaluate-click.ts";
import type { makeReplyToClicker } from "../app/decide/reply-to-clicker.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { ClickRow, ClickStore } from "../app/ports/click-store.ts";
import { makeInFlight } from "./in-flight.ts";
import { type Loop, startLoop } from "./loop.ts";

/** Clicks worked on at a time. */
const CONCURRENCY = 20;
const TICK_MS = 1_000;
/** After something unforeseen, such as a database that is away, the click rests this long. */
const ERROR_BACKOFF_MS = 2_000;
/** No click takes longer to be judged or answered. After it another replica may, for instance when this one died. */
const CLAIM_MS = 15_000;

/** Judges recorded clicks, also those of before a restart. One that waits for Slack holds up no other. */
export function startClickWorker(options: {
  clicks: ClickStore;
  vote: ReturnType<typeof makeEvaluateClick>;
  clock: Clock;
  log: Log;
  onVote: (click: ClickRow, outcome: ClickOutcome) => void;
}): Loop {
  const { clicks, clock, vote, onVote } = options;
  const due = (limit: number) => clicks.unevaluated(clock.now(), limit);
  return startClickLoop({ ...options, name: "votes", due, work: async (click) => onVote(click, await vote(click)) });
}

/** Tells people why their clicks did not count. */
export function startReplyWorker(options: {
  clicks: ClickStore;
  answer: ReturnType<typeof makeReplyToClicker>;
  clock: Clock;
  log: Log;
}): Loop {
  const { clicks, clock, answer } = options;
  return startClickLoop({
    ...options,
    name: "answers",
    due: (limit) => clicks.unreplied(clock.now(), limit),
    work: answer,
  });
}

/** Claims each click that is due and works on it, side by side; one that fails rests. */
function startClickLoop(options: {
  name: string;
  clicks: ClickStore;
  due: (limit: number) => Promise<ClickRow[]>;
  work: (click: ClickRow) => Promise<void>;
  clock: Clock;
  log: Log;
}): Loop {
  const { name, clicks, due, work, clock, log } = options;
  const underWay = makeInFlight<ClickRow>({
    most: CONCURRENCY,
    keyOf: ({ id }) => id,
    async work(click) {
      const now = clock.now();
      if (await clicks.claim(click.id, now, now + CLAIM_MS)) await work(click);
    },
    rest: ({ id }, until) => clicks.postponed(id, until, "unexpected failure, see the log"),
    restMs: ERROR_BACKOFF_MS,
    onDone(well, more) {
      if (well && more) loop.wake();
    },
    what: `a round of ${name}`,
    clock,
    log,
  });
  const loop = startLoop({
    name,
    everyMs: TICK_MS,
    clock,
    log,
    round: async () => {
      underWay.take(await due(underWay.capacity()));
      return undefined;
    },
  });
  return {
    wake: loop.wake,
    async stop() {
      await loop.stop();
      await underWay.drained();
    },
  };
}
