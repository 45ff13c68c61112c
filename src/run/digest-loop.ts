import { FLOOD, type makeDigest } from "../app/digest.ts";
import type { Clock, Log } from "../app/ports.ts";
import type { LaneStore } from "../app/ports-shared.ts";
import type { DigestStore } from "../app/ports-store.ts";
import { type Loop, startLoop } from "../ops/loop.ts";
import { laneOf } from "./turns.ts";

const TICK_MS = 1_000;

/** Notices channels that are far behind, and keeps the digest of each. */
export function startDigestLoop(options: {
  digests: DigestStore;
  lanes: LaneStore;
  digest: ReturnType<typeof makeDigest>;
  clock: Clock;
  log: Log;
}): Loop {
  const { digests, lanes, digest, clock, log } = options;
  return startLoop({
    name: "digests",
    everyMs: TICK_MS,
    clock,
    log,
    round: async (abort) => {
      const now = clock.now();
      await digests.begin(FLOOD, now);
      const current = await digests.current();
      if (current.length === 0) return undefined;
      const held = await lanes.held(now);
      await Promise.all(
        current.map(async (row) => {
          const lane = laneOf(row.ts === null ? "post" : "update", row.channelId);
          if (held.has(lane)) return;
          const hold = await digest(row, abort);
          if (hold > 0) await lanes.hold(lane, clock.now() + hold);
        }),
      );
      return undefined;
    },
  });
}
