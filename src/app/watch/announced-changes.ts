import type { ObservedChange } from "../../core/announced-change.ts";
import { ANNOUNCED, fingerprint, type ObservedExecution, toListed } from "../../core/execution.ts";
import type { Change } from "../../core/reconcile.ts";
import type { WatchedExecution } from "../ports/execution-store.ts";

/** Receives the changes that reads show, to compare them with the events that arrived. */
export type ReportChange = (change: ObservedChange & { executionId: string }) => void;

/** Reports when the steps of changed requests began to wait or ended elsewhere. A change without a time is left out. */
export function reportChanges(
  changes: readonly Change[],
  execution: ObservedExecution,
  seen: { executionId: string; announcedAt: number | null; seenAt: number },
  report: ReportChange,
): void {
  for (const change of changes) {
    const changedAt = findTime(change, execution);
    if (changedAt !== null) report({ ...seen, changedAt });
  }
}

function findTime(change: Change, { steps }: ObservedExecution): number | null {
  if (change.kind === "open") return change.step.startedAt;
  // The bot itself caused the end of a decided request.
  if (change.kind !== "close" || change.request.state === "decided") return null;
  const { stepExecutionId } = change.request;
  return steps.find((step) => step.stepExecutionId === stepExecutionId)?.endedAt ?? null;
}

/**
 * Returns the state that a read shows, if the list has not shown it yet: the list then need not show it as a change, which
 * costs another read. A read may be older than the list, so the step must have begun to wait after the list was asked for.
 */
export function findNewerState(
  watched: WatchedExecution,
  execution: ObservedExecution,
  readAt: number,
): Pick<WatchedExecution, "fingerprint" | "listedAt"> | null {
  const listed = toListed(execution);
  if (listed === null) return null;
  const isNewer = watched.fingerprint === ANNOUNCED || (watched.listedAt != null && listed.since > watched.listedAt);
  return isNewer && fingerprint(listed) !== watched.fingerprint
    ? { fingerprint: fingerprint(listed), listedAt: readAt }
    : null;
}
