import type { makePublishAudit } from "../app/audit/publish-audit.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { Lease } from "../app/ports/coordination.ts";
import { type Loop, startLoop } from "./loop.ts";

/** The lease of the one replica that publishes. */
export const PUBLISHER = "publisher";

/** Publishes audit events, in one replica at a time, so that they leave in order and once. */
export function startAuditWorker(options: {
  publish: ReturnType<typeof makePublishAudit>;
  lease: () => Lease | null;
  clock: Clock;
  log: Log;
}): Loop {
  const { publish, lease, clock, log } = options;
  return startLoop({
    name: "publish",
    everyMs: 1_000,
    clock,
    log,
    round: async (abort) => {
      const own = lease();
      return own !== null && (await publish(own, abort)) > 0 ? 0 : undefined;
    },
  });
}
