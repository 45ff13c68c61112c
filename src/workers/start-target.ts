import type { TargetDeps } from "./target.ts";
import { type PollDeps, startPolls } from "./target-polls.ts";
import { type ReadDeps, startReads } from "./target-reads.ts";
import { type SignalDeps, startSignals } from "./target-signals.ts";
import type { Worker } from "./worker.ts";

/**
 * Polls one target, reads the executions that changed, and sends its signals. Nothing here waits for another target.
 * One replica at a time polls and reads, under the target's lease: what it writes counts only while it owns the lease. A
 * signal has a lease of its own, so any replica that is woken may send it.
 */
export function startTarget(deps: TargetDeps & PollDeps & ReadDeps & SignalDeps): Worker {
  const workers = [startPolls(deps), startReads(deps), startSignals(deps)];
  return {
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
      deps.connection.close();
    },
  };
}
