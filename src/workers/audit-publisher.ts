import type { makePublishAudit } from "../app/audit/publish-audit.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { Lease } from "../app/ports/coordination.ts";
import type { WakeUps } from "./wake-ups.ts";
import { startWorker, type Worker } from "./worker.ts";

/** The lease of the one replica that publishes. */
export const PUBLISHER = "publisher";
const TICK_MS = 1_000;

/**
 * Publishes audit events in one replica at a time, so that they leave in order and once. Its row is the lease: while it
 * is this replica's, there may be records to publish, and after each batch there may be more. New records wait for the next
 * tick: a call for each record would delay decisions.
 */
export function startAuditWorker(deps: {
  publish: ReturnType<typeof makePublishAudit>;
  lease: () => Lease | null;
  wakeUps: WakeUps;
  clock: Clock;
  log: Log;
}): Worker {
  const { publish, lease } = deps;
  return startWorker<Lease>({
    ...deps,
    name: "audit",
    topics: [`lease ${PUBLISHER}`],
    everyMs: TICK_MS,
    concurrency: 1,
    async due() {
      const own = lease();
      return own === null ? [] : [own];
    },
    keyOf: ({ name }) => name,
    work: async (own, abort) => ((await publish(own, abort)) > 0 ? "look-again" : "done"),
    // A failed batch stays claimed, or due for the next tick: there is nothing to record.
    backOff: async () => undefined,
    backOffMs: TICK_MS,
  });
}
