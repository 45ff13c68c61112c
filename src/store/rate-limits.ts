import { type Kysely, sql } from "kysely";
import type { RateLimitStore } from "../app/ports/coordination.ts";
import { didChange } from "./changed-rows.ts";
import type { Tables } from "./schema.ts";

/** The most by which clocks of replicas differ, and a statement waits for its connection. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Implements the generic cell rate algorithm with one row for each rate limit. `nextAt` is the time of the next call at an
 * even pace. A call gets a slot while `nextAt` is no further ahead than the burst allows. Source: ITU-T I.371, annex A. A
 * `nextAt` further ahead than calls can move it was written before a clock was set back, and counts as now.
 */
export function makeRateLimitStore(db: Kysely<Tables>): RateLimitStore {
  return {
    async acquireSlot(name, { intervalMs, burst }, now) {
      const ahead = now + intervalMs * (burst - 1);
      const furthest = now + intervalMs * (burst + 1) + CLOCK_SKEW_MS;
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
      const row = await db.selectFrom("rateLimits").selectAll().where("name", "=", name).executeTakeFirst();
      const nextAt = row === undefined || row.nextAt > furthest ? 0 : row.nextAt;
      return Math.max(1, nextAt - ahead, (row?.blockedUntil ?? 0) - now);
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

    async blocked(since) {
      const rows = await db
        .selectFrom("rateLimits")
        .select(["name", "blockedUntil"])
        .where("blockedUntil", ">", since)
        .execute();
      return new Map(rows.map(({ name, blockedUntil }) => [name, blockedUntil]));
    },
  };
}
