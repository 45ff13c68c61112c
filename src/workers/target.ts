import type { Clock, Log } from "../app/ports/aws.ts";
import type { Lease } from "../app/ports/coordination.ts";
import type { Store } from "../app/ports/store.ts";
import type { TargetConnection } from "./identify-target.ts";
import type { WakeUps } from "./wake-ups.ts";

/** Names the lease of the one replica that polls and reads a target. */
export const targetLease = (key: string) => `target:${key}`;

/** What the workers of one target share. */
export interface TargetDeps {
  connection: TargetConnection;
  store: Store;
  /** Returns the target's lease while this replica owns it. */
  lease: () => Lease | null;
  wakeUps: WakeUps;
  clock: Clock;
  log: Log;
}

/** How often one look for all targets finds those with rows that are due: see target-ticks.ts. */
export const TARGET_TICK_MS = 1_000;
/** How often a target's workers look at the rows without a wake-up. */
export const TARGET_LOOK_MS = 60_000;
/** After an unexpected failure, an execution or a signal is not due before this has passed. */
export const ERROR_BACKOFF_MS = 10_000;
