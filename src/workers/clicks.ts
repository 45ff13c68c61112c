import type { makeEvaluateClick } from "../app/decide/evaluate-click.ts";
import type { makeReplyToClicker } from "../app/decide/reply-to-clicker.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { ClickRow, ClickStore } from "../app/ports/click-store.ts";
import { REQUEST_CHANGED, type Topic, type WakeUps } from "./wake-ups.ts";
import { startWorker, type Worker } from "./worker.ts";

/** Clicks evaluated, or replies sent, at a time. */
const CONCURRENCY = 20;
const TICK_MS = 1_000;
const ERROR_BACKOFF_MS = 2_000;
/** Longer than it takes to evaluate a click or to reply to it. After it another replica may, for instance if this one died. */
const CLAIM_MS = 15_000;

interface ClickWorkerDeps {
  clicks: ClickStore;
  wakeUps: WakeUps;
  clock: Clock;
  log: Log;
}

/**
 * Evaluates recorded clicks, also those from before a restart. Each person has one click in evaluation at a time in each
 * replica, so that many clicks of one person delay nobody else. A click that waits for Slack delays no other.
 */
export function startClickWorker(
  deps: ClickWorkerDeps & {
    evaluate: ReturnType<typeof makeEvaluateClick>;
    /** The people whom the configuration names: their clicks come first. */
    named: readonly string[];
    /** Wakes the worker that sends the signal of a decided request, if this replica has one. */
    wakeSignal: (requestId: string) => Promise<void>;
  },
): Worker {
  const { clicks, evaluate, named, wakeSignal, clock } = deps;
  return startClaimingWorker(deps, {
    name: "clicks",
    topic: "evaluate",
    wakes: REQUEST_CHANGED,
    due: (limit) => clicks.unevaluated(clock.now(), limit, named),
    async work(click, log) {
      const outcome = await evaluate(click);
      log.debug({ event: "click.evaluated", outcome: outcome.kind }, "click evaluated");
      if (outcome.kind !== "counted" || !outcome.completes) return;
      await wakeSignal(click.requestId).catch((error: unknown) =>
        log.warn(
          { event: "signal.wake-failed", err: error },
          "cannot wake the signal worker; its next tick sends the signal",
        ),
      );
    },
  });
}

/** Tells people why their clicks did not count. */
export function startReplyWorker(deps: ClickWorkerDeps & { reply: ReturnType<typeof makeReplyToClicker> }): Worker {
  const { clicks, reply, clock } = deps;
  return startClaimingWorker(deps, {
    name: "replies",
    topic: "reply",
    wakes: [],
    due: (limit) => clicks.unreplied(clock.now(), limit),
    work: reply,
  });
}

/** Claims each click that is due and works on it. A lost claim means that another replica works on it. */
function startClaimingWorker(
  { clicks, wakeUps, clock, log }: ClickWorkerDeps,
  task: {
    name: string;
    topic: Topic;
    wakes: readonly Topic[];
    due: (limit: number) => Promise<ClickRow[]>;
    work: (click: ClickRow, log: Log) => Promise<void>;
  },
): Worker {
  const { name, topic, wakes, due, work } = task;
  return startWorker<ClickRow>({
    name,
    topics: [topic],
    wakes,
    wakeUps,
    everyMs: TICK_MS,
    concurrency: CONCURRENCY,
    due: ({ limit }) => due(limit),
    keyOf: ({ userId }) => userId,
    async work(click) {
      const ownLog = log.child({ worker: name, clickId: click.id, requestId: click.requestId });
      const now = clock.now();
      if (await clicks.claim(click.id, now, now + CLAIM_MS)) {
        ownLog.debug({ event: "click.claimed" }, "click claimed");
        await work(click, ownLog);
      } else ownLog.debug({ event: "click.claim-lost" }, "another replica has claimed the click");
      // The person's next click became due with the end of this one.
      return "look-again";
    },
    backOff: ({ id }, until) => clicks.postpone(id, until, "unexpected failure, see the log"),
    backOffMs: ERROR_BACKOFF_MS,
    about: ({ requestId }) => ({ requestId }),
    clock,
    log,
  });
}
