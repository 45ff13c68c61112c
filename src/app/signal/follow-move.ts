import type { SignalMove } from "../../core/signal.ts";
import { acceptAttempt, interruptAttempt, uncertainUntil } from "../../core/signal-attempt.ts";
import { CONTRADICTION_REPORT_MS } from "../../core/stale-reads.ts";
import type { Automation } from "../ports/aws.ts";
import type { ExecutionStore } from "../ports/execution-store.ts";
import { type PendingSignal, REREAD_MS, type RecordDeps, recordAttempt, recordDeferred } from "./record-attempt.ts";

/** When the step is read again to see the previous signer's signal, before the next one goes out. */
const CATCH_UP_REREAD_MS = 1_000;

/** Follows a read by which nothing is to be sent now. */
export async function followMove(
  deps: RecordDeps & { executions: Pick<ExecutionStore, "wake" | "recordStale">; countStale: () => void },
  automation: Automation,
  pending: PendingSignal,
  move: Exclude<SignalMove, { kind: "send" }>,
): Promise<void> {
  const { id, version, executionId } = pending.request;
  const now = deps.clock.now();
  const postpone = (until: number) => deps.requests.postponeSignal(id, version, until);
  const sync = () => deps.executions.wake(automation.target.key, executionId, now);
  switch (move.kind) {
    case "reconcile":
      if (move.isOver) await deps.requests.recordSeenOver(id, now);
      await postpone(now + REREAD_MS);
      return sync();
    case "stale": {
      const target = automation.target.key;
      const since = await deps.executions.recordStale({ target, executionId }, now);
      await sync();
      if (now - since < CONTRADICTION_REPORT_MS) return postpone(now + CATCH_UP_REREAD_MS);
      // The sync compares its read with the rows, not with the list.
      if (move.source === "list") {
        const fields = { event: "execution.read-stale", target, executionId, error: move.why } as const;
        deps.log.warn(fields, "a read contradicts the list of waiting executions");
        deps.countStale();
      }
      return recordDeferred(deps, pending, `Not sent: ${move.why}`);
    }
    case "confirmed":
      await recordAttempt(deps, pending, acceptAttempt(move.attempt, now));
      return sync();
    case "wait": {
      // This process has the lease, so no other one will record the reply. People see that the decision waits.
      const interrupted = pending.attempts.find(({ state }) => state === "sending");
      if (interrupted === undefined && uncertainUntil(pending.attempts) <= now) {
        const until = new Date(move.until).toISOString();
        return recordDeferred(
          deps,
          pending,
          `Not sent yet: an earlier signal of this execution may take effect until ${until}`,
          move.until,
        );
      }
      if (interrupted === undefined) return postpone(Math.min(move.until, now + REREAD_MS));
      await recordAttempt(deps, pending, interruptAttempt(interrupted));
      return;
    }
    case "catch-up":
      await postpone(Math.min(move.until, now + CATCH_UP_REREAD_MS));
      return sync();
    case "unsafe":
      return recordDeferred(deps, pending, `Not sent: ${move.why}`);
    default:
      throw new Error(`unexpected move ${move satisfies never}`);
  }
}
