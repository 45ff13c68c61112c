import type { makeEvaluateClick } from "../app/decide/evaluate-click.ts";
import type { OwnClicks } from "../app/decide/own-clicks.ts";
import { type makeReplyToClicker, REPLY_CLAIM_MS, SLOT_MS } from "../app/decide/reply-to-clicker.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { ClickRow, ClickStore } from "../app/ports/click-store.ts";
import type { AliveUntil } from "../app/ports/coordination.ts";
import { REQUEST_CHANGED, type Topic, type WakeUps } from "./wake-ups.ts";
import { startWorker, type Worker, type WorkerOptions } from "./worker.ts";

/** People whose clicks are evaluated, or who are sent replies, at a time. */
const MAX_PEOPLE = 20;
/** Clicks of one approver that are evaluated together, while nobody else's are. */
const MAX_TOGETHER = 10;
const TICK_MS = 1_000;
const ERROR_BACKOFF_MS = 2_000;
/** Longer than it takes to evaluate a click. After it another replica may, for instance if this one died. */
const EVALUATION_CLAIM_MS = 15_000;

interface ClickWorkerDeps {
  clicks: ClickStore;
  wakeUps: WakeUps;
  clock: Clock;
  log: Log;
}

/**
 * Tells whether a click of a person may begin next to those in evaluation. The first click of each person may, whatever the
 * clicks of others. Approvers share the further clicks equally; nobody else has any.
 */
export function mayBegin(
  userId: string,
  inEvaluation: readonly { userId: string }[],
  isApprover: (userId: string) => boolean,
): boolean {
  const people = new Set(inEvaluation.map((click) => click.userId)).size;
  const own = inEvaluation.filter((click) => click.userId === userId).length;
  if (own === 0) return people < MAX_PEOPLE;
  const hasRoom = inEvaluation.length - people < MAX_TOGETHER - 1;
  return hasRoom && own < Math.floor(MAX_TOGETHER / people) && isApprover(userId);
}

/** The store returns a click after the earlier ones only by their times, and an earlier one can be stored later. */
const isOfSame = (one: ClickRow, other: ClickRow) => one.userId === other.userId && one.requestId === other.requestId;

/**
 * Evaluates recorded clicks, also those from before a restart. Clicks of one person on one request are evaluated one after
 * another. Clicks of one approver on several requests are evaluated together, and share their lookups. Each person has a
 * place of their own, so that many clicks of one person delay nobody else. A click that waits for Slack delays no other.
 */
export function startClickWorker(
  deps: ClickWorkerDeps & {
    evaluate: ReturnType<typeof makeEvaluateClick>;
    /** The people whom the configuration names: their clicks come first. */
    named: readonly string[];
    /** Tells whether a person is named, or was in one of the last known lists. */
    isApprover: (userId: string) => boolean;
    own: Pick<OwnClicks, "ids" | "begin">;
  },
): Worker {
  const { clicks, evaluate, named, isApprover, own, clock } = deps;
  return startClaimingWorker(deps, {
    name: "clicks",
    topics: ["evaluate"],
    claimMs: EVALUATION_CLAIM_MS,
    due: (limit) => clicks.unevaluated(clock.now(), limit, { first: named, own: own.ids(), ofEach: MAX_TOGETHER }),
    concurrency: MAX_PEOPLE + MAX_TOGETHER - 1,
    // Clicks of people who may not decide delay nothing else.
    isDecision: ({ userId }) => isApprover(userId),
    keyOf: ({ id }) => id,
    mayStart: (click, inProgress) =>
      !inProgress.some((each) => isOfSame(each, click)) && mayBegin(click.userId, inProgress, isApprover),
    isOwn: ({ id }) => own.begin(id),
    async work(click, log) {
      const outcome = await evaluate(click);
      log.debug({ event: "click.evaluated", outcome: outcome.kind }, "click evaluated");
      // A decision has woken what comes first.
      if (outcome.kind !== "counted" || !outcome.completes) deps.wakeUps.wake(...REQUEST_CHANGED);
    },
  });
}

/** Tells people why their clicks did not count, while the heartbeat of this process lasts long enough for a reply. */
export function startReplyWorker(
  deps: ClickWorkerDeps & { reply: ReturnType<typeof makeReplyToClicker>; aliveUntil: AliveUntil },
): Worker {
  const { clicks, reply, aliveUntil, clock } = deps;
  return startClaimingWorker(deps, {
    name: "replies",
    topics: ["reply", "alive"],
    claimMs: REPLY_CLAIM_MS,
    due: async (limit) => {
      const now = clock.now();
      return aliveUntil(clock.elapsed()) < now + SLOT_MS ? [] : clicks.unreplied(now, limit);
    },
    concurrency: MAX_PEOPLE,
    keyOf: ({ userId }) => userId,
    isOwn: () => false,
    work: (click, _, since) => reply(click, since),
  });
}

/** Claims each click that is due and works on it. A lost claim means that another replica works on it. */
function startClaimingWorker<Row extends ClickRow>(
  { clicks, wakeUps, clock, log }: ClickWorkerDeps,
  task: {
    name: string;
    topics: readonly Topic[];
    claimMs: number;
    due: (limit: number) => Promise<Row[]>;
    /** Tells whether this replica has claimed the click already. */
    isOwn: (click: Row) => boolean;
    /** `since`: the time of `Clock.elapsed` before the claim. */
    work: (click: Row, log: Log, since: number) => Promise<void>;
  } & Pick<WorkerOptions<Row>, "concurrency" | "isDecision" | "keyOf" | "mayStart">,
): Worker {
  const { name, topics, claimMs, due, isOwn, work, ...places } = task;
  return startWorker<Row>({
    name,
    topics,
    wakeUps,
    everyMs: TICK_MS,
    ...places,
    due: ({ limit }) => due(limit),
    async work(click) {
      const ownLog = log.child({ worker: name, clickId: click.id, requestId: click.requestId });
      const [now, since] = [clock.now(), clock.elapsed()];
      if (isOwn(click) || (await clicks.claim(click.id, now, now + claimMs))) {
        ownLog.debug({ event: "click.claimed" }, "click claimed");
        await work(click, ownLog, since);
      } else ownLog.debug({ event: "click.claim-lost" }, "another replica has claimed the click");
      // The person's next click became due with the end of this one.
      return "look-again";
    },
    backOff: (click, until) => clicks.postpone(click, until, "unexpected failure, see the log"),
    backOffMs: ERROR_BACKOFF_MS,
    about: ({ requestId }) => ({ requestId }),
    clock,
    log,
  });
}
