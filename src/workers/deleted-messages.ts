import type { makeFindDeleted } from "../app/deliver/find-deleted.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { Lease } from "../app/ports/coordination.ts";
import { startLoop } from "./loop.ts";
import type { WakeUps } from "./wake-ups.ts";
import type { Worker } from "./worker.ts";

/** One message is checked each minute: few calls of the fifty that Slack allows an app in its own workspace. */
const EVERY_MS = 60_000;
/** After Slack refused a call because there were too many: an app may have one a minute, which interrupted posts need. */
const LIMITED_MS = 60 * 60_000;

/** Checks the messages of open requests, one after the other, in the replica with the lease. */
export function startDeletedMessageWorker(deps: {
  find: ReturnType<typeof makeFindDeleted>;
  lease: () => Lease | null;
  wakeUps: WakeUps;
  clock: Clock;
  log: Log;
}): Worker {
  const { find, lease, wakeUps } = deps;
  return startLoop({
    ...deps,
    name: "deleted messages",
    topics: [],
    everyMs: EVERY_MS,
    async round() {
      const found = lease() === null ? "none" : await find();
      if (found === "deleted") wakeUps.wake("deliver");
      return found === "limited" ? LIMITED_MS : EVERY_MS;
    },
  });
}
