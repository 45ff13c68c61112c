import { type SqlBool, sql, type Transaction } from "kysely";
import { IN_FLIGHT_MS } from "../core/signal-attempt.ts";
import type { Tables } from "./schema.ts";

/** How long a post of a process that has ended may still appear in its channel: longer than one call to Slack. */
const POST_MS = 20_000;

/** Begins the id of a claim whose owner has ended. The owner knows the claim under its earlier id only. */
const RELEASED = "released:";

/** Claims whose owner has ended. */
export const IS_RELEASED = sql<SqlBool>`claim_id like ${`${RELEASED}%`}`;

/**
 * Releases everything that a replica has claimed; null: that any replica has. Its owner may be paused instead of dead, so
 * each free lease gets a higher token and each claim another id: writes under the earlier ones change nothing.
 *
 *   a lease             is free at once, with one exception: the lease of an execution whose signal may be in flight is free
 *                       when that has ended, and until then its owner may record the result
 *   a claim on a post   its message is searched for at once, and counts as absent only after POST_MS
 *   a claim on an       is free at once, because an update may be repeated
 *   update
 */
export async function releaseClaims(trx: Transaction<Tables>, replica: string | null, now: number): Promise<void> {
  const owners = replica === null ? "%" : `${replica}:%`;
  const leases = await trx
    .selectFrom("leases")
    .select(["name", "owner"])
    .where((where) => where.or([where("owner", "=", replica), where("owner", "like", owners)]))
    .execute();
  for (const { name, owner } of leases) {
    const until = await inFlightUntil(trx, owner);
    await trx
      .updateTable("leases")
      .set(until > 0 ? { until } : { until, token: sql<number>`token + 1` })
      .where("name", "=", name)
      .where("owner", "=", owner)
      .execute();
  }
  for (const table of ["messages", "notices", "digests"] as const) {
    // Kysely's types need one table. The queries name only columns that all three have.
    const claimed = trx
      .updateTable(table as "messages")
      .where("claimId", "is not", null)
      .where("claimId", "like", owners);
    await claimed.set({ claimId: null, claimUntil: null }).where("ts", "is not", null).execute();
    const until = now + POST_MS;
    await claimed
      .set({
        claimId: sql<string>`${RELEASED} || claim_id`,
        claimUntil: sql<number>`case when claim_until < ${until} then claim_until else ${until} end`,
      })
      .where("ts", "is", null)
      .where(sql<SqlBool>`not ${IS_RELEASED}`)
      .execute();
  }
}

/** Returns when the last signal that this owner of an execution's lease may be sending has ended; 0 if there is none. */
async function inFlightUntil(trx: Transaction<Tables>, owner: string): Promise<number> {
  const requestId = owner.split(":")[1] ?? "";
  const { at } = await trx
    .selectFrom("signals")
    .select(({ fn }) => fn.max<number | null>("at").as("at"))
    .where("requestId", "=", requestId)
    .where("state", "=", "sending")
    .executeTakeFirstOrThrow();
  return at === null ? 0 : at + IN_FLIGHT_MS;
}
