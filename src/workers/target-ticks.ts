import type { Clock, Log } from "../app/ports/aws.ts";
import type { Store } from "../app/ports/store.ts";
import { findConnection, type TargetConnection } from "./identify-target.ts";
import { startLoop } from "./loop.ts";
import { TARGET_TICK_MS } from "./target.ts";
import type { WakeUps } from "./wake-ups.ts";
import type { Worker } from "./worker.ts";

/**
 * Wakes the workers of the targets that have executions to read or signals to send. Two queries serve all targets of this
 * replica, so that a thousand idle targets cost no more than one. Signals of a target whose lease another replica owns are
 * that replica's.
 */
export function startTargetTicks(deps: {
  connections: readonly TargetConnection[];
  store: Pick<Store, "executions" | "requests">;
  /** Says whether this replica owns the target's lease. */
  isOwned: (key: string) => boolean;
  wakeUps: WakeUps;
  clock: Clock;
  log: Log;
}): Worker {
  const { connections, store, isOwned, wakeUps, clock, log } = deps;
  return startLoop({
    name: "targets",
    topics: [],
    wakeUps,
    everyMs: TARGET_TICK_MS,
    clock,
    log,
    async round() {
      const now = clock.now();
      for (const key of await store.executions.dueTargets(now)) wakeUps.wake(`read ${key}`);
      for (const place of await store.requests.dueSignalTargets(now)) {
        const found = findConnection(connections, place);
        if (found !== undefined && isOwned(found.key)) wakeUps.wake(`signal ${found.key}`);
      }
      return undefined;
    },
  });
}
