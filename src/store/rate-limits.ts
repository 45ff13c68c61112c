import { type Kysely, sql } from "kysely";
import type { RateLimitStore } from "../app/ports/coordination.ts";
import { didChange } from "./changed-rows.ts";
import type { Tables } from "./schema.ts";

/** How far the clocks of replicas may differ, or a statement wait for its connection. */
const CLOCKS_APART_MS = 60_000;

/**
 * One row a lane, as the generic cell rate algorithm keeps it: the time at which the next call would be due at an even
 * pace. A call may go while that lies no further ahead than the burst allows. Source: ITU-T I.371, annex A. A time
 * further ahead than calls ever lead to was written before a clock was set back, and counts as now.
 */
export function makeRateLimitStore(db: Kysely<Tables>): RateLimitStore {
  return {
    async acquireSlot(name, { intervalMs, burst }, now) {
      const ahead = now + intervalMs * (burst - 1);
      const furthest = now + intervalMs * (burst + 1) + CLOCKS_APART_MS;
      const result = await db
        .insertInto("rateLimits")
        .values({ name, nextAt: now + intervalMs, blockedUntil: 0 })
        .onConflict((conflict) =>
          conflict
            .column("name")
            .doUpdateSet({
              nextAt: sql<number>`case when rate_limits.next_at between ${now} and ${furthest} then rate_limits.next_at else ${now} end + ${intervalMs}`,
            })
            .where((where) =>
              where.or([where("rateLimits.nextAt", "<=", ahead), where("rateLimits.nextAt", ">", furthest)]),
            )
            .where("rateLimits.blockedUntil", "<=", now),
        )
        .executeTakeFirst();
      if (didChange(result)) return 0;
      const lane = await db.selectFrom("rateLimits").selectAll().where("name", "=", name).executeTakeFirst();
      const nextAt = lane === undefined || lane.nextAt > furthest ? 0 : lane.nextAt;
      return Math.max(1, nextAt - ahead, (lane?.blockedUntil ?? 0) - now);
    },

    async blockUntil(name, until) {
      await db
        .insertInto("rateLimits")
        .values({ name, nextAt: 0, blockedUntil: until })
        .onConflict((conflict) =>
          conflict.column("name").doUpdateSet({ blockedUntil: until }).where("rateLimits.blockedUntil", "<", until),
        )
        .execute();
    },

    async blocked(now) {
      const rows = await db
        .selectFrom("rateLimits")
        .select(["name", "blockedUntil"])
        .where("blockedUntil", ">", now)
        .execute();
      return new Map(rows.map(({ name, blockedUntil }) => [name, blockedUntil]));
    },
  };
}
