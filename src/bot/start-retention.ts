import { makeApplyRetention } from "../app/audit/apply-retention.ts";
import { startRetentionWorker } from "../workers/retention.ts";
import type { Worker } from "../workers/worker.ts";
import type { Wiring } from "./wiring-options.ts";

/** Starts the worker that deletes old requests, if the configuration says how old. */
export function startRetention({ config, store, wakeUps, clock, log }: Wiring): Worker[] {
  const { retention } = store;
  if (config.retention === undefined) return [];
  const apply = makeApplyRetention({ retention, retentionMs: config.retention, clock, log });
  return [startRetentionWorker({ retention, apply, wakeUps, clock, log })];
}
