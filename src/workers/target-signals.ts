import type { AliveUntil } from "../app/ports/coordination.ts";
import type { DueSignal, makeSendSignal } from "../app/signal/send-signal.ts";
import { ERROR_BACKOFF_MS, TARGET_LOOK_MS, type TargetDeps, targetLease } from "./target.ts";
import { REQUEST_CHANGED } from "./wake-ups.ts";
import { startWorker, type Worker } from "./worker.ts";

/**
 * Signals of one target that are sent at a time: 50 a second if a read and a signal take 40 ms each, and several times as many
 * without delays. AWS documents no rate of SendAutomationSignal. More at a time would also be refused together, and each
 * refused signal waits for its back-off.
 */
const CONCURRENCY = 4;

export interface SignalDeps {
  sendSignal: ReturnType<typeof makeSendSignal>;
  aliveUntil: AliveUntil;
}

/**
 * Sends the target's signals that are due. The replica that owns the target's lease finds them at each tick. Any
 * other looks only when a decision that it recorded wakes it, so that the signal leaves at once.
 */
export function startSignals(deps: TargetDeps & SignalDeps): Worker {
  const { connection, store, lease, sendSignal, aliveUntil, wakeUps, clock, log } = deps;
  const { key } = connection;
  return startWorker<DueSignal>({
    name: `signal ${key}`,
    topics: [`signal ${key}`, `lease ${targetLease(key)}`, "alive"],
    // The read that follows usually closes the request. Its worker wakes the others then, so that one update shows the end.
    wakes: () => (lease() === null ? [...REQUEST_CHANGED, `read ${key}`] : [`read ${key}`]),
    wakeUps,
    everyMs: TARGET_LOOK_MS,
    concurrency: CONCURRENCY,
    isDecision: () => true,
    async due({ limit, woken }) {
      const automation = connection.automation();
      const now = clock.now();
      if (automation === undefined || aliveUntil(clock.elapsed()) < now || !(woken || lease() !== null)) return [];
      return store.requests.dueToSignal(automation.target, now, limit);
    },
    keyOf: ({ id }) => id,
    async work(due, abort) {
      const automation = connection.automation();
      if (automation !== undefined) await sendSignal(automation, due, abort);
      return "done";
    },
    backOff: ({ id, version }, until) => store.requests.postponeSignal(id, version, until),
    backOffMs: ERROR_BACKOFF_MS,
    about: ({ id, executionId }) => ({ requestId: id, executionId }),
    clock,
    log,
  });
}
