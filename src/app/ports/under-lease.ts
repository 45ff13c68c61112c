import type { Lease } from "./coordination.ts";
import type { Store } from "./store.ts";

/**
 * The same stores for work that rests on a lease: what it writes has no effect once another owner has had the lease. So a
 * process that was paused in the middle, and goes on with what it read long ago, changes nothing.
 */
export function guardedBy(
  { requests, executions }: Pick<Store, "requests" | "executions">,
  lease: Lease,
): Pick<Store, "requests" | "executions"> {
  return {
    requests: {
      ...requests,
      open: (request, channels, audit, _, lookup) => requests.open(request, channels, audit, lease, lookup),
      advance: (step) => requests.advance({ ...step, lease }),
    },
    executions: {
      ...executions,
      watch: (execution) => executions.watch(execution, lease),
      recordRead: (seen, nextReadAt, unchangedReads) => executions.recordRead(seen, nextReadAt, unchangedReads, lease),
      recordNotFound: (seen, nextReadAt, notFoundSince) =>
        executions.recordNotFound(seen, nextReadAt, notFoundSince, lease),
      forget: (target, executionId) => executions.forget(target, executionId, lease),
    },
  };
}
