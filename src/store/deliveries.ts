/**
 * A row of `messages`, `notices` or `digests` is one message in one channel. Its states, and how each one ends:
 *
 *   unposted    no ts, no claim               `claim` takes it for one attempt
 *   posting     no ts, claim, before          `recordPosted` records the ts; `release` makes it unposted, if Slack posted
 *               claimUntil                    nothing; `recordAmbiguous` if that is unknown; else claimUntil passes
 *   released    no ts, claim whose owner      as unresolved, but until claimUntil the message may still appear: until then
 *               has ended                     the search ends in `recordPosted` or `recordAmbiguous`
 *   unresolved  no ts, claim, after           `claimUnresolved` takes it over, under a new id, to search the channel's history,
 *               claimUntil                    which ends in `recordPosted` or `release`. It is never posted again without
 *                                             that search
 *   posted      ts, no claim                  `claimUpdate` takes it for one update
 *   updating    ts, claim, before             `recordUpdated` or `release` make it posted; else claimUntil passes
 *               claimUntil
 *   stale       ts, claim, after claimUntil   as posted: an update may be repeated, a post may not
 *
 * A posted row keeps its ts. Only `recordDeleted` makes it unposted, after Slack replied that the message does not exist.
 */
import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { DeliveryRow, DeliveryStore } from "../app/ports/delivery-store.ts";
import { didChange } from "./changed-rows.ts";
import { IS_RELEASED } from "./release-claims.ts";
import type { Tables } from "./schema.ts";

/** The tables that have the columns of DeliveryRow. */
export type DeliveryTable = "messages" | "notices" | "digests";

/**
 * Returns the rows that satisfy `pending`, are due and have no claim, at most `perChannel` of each channel, so that a flood
 * in one channel hides no other. Within a channel they come in the given order.
 */
export async function selectDue<Row extends DeliveryRow>(
  db: Kysely<Tables>,
  query: { table: DeliveryTable; from: RawBuilder<unknown>; pending: RawBuilder<SqlBool>; order: RawBuilder<unknown> },
  now: number,
  perChannel: number,
): Promise<Row[]> {
  const { table, from, pending, order } = query;
  const column = (name: string) => sql.ref(`${table}.${name}`);
  const { rows } = await sql<Row & { placeInChannel: number }>`
    select * from (
      select ${sql.table(table)}.*, row_number() over (partition by ${column("channel_id")} order by ${order}) as place_in_channel
      from ${from}
      where ${pending} and ${isDue(table, now)}
    ) as ranked
    where place_in_channel <= ${perChannel}
    order by place_in_channel`.execute(db);
  return rows.map(({ placeInChannel: _, ...row }) => row as unknown as Row);
}

/** The rows whose time has come and that no process has claimed. */
export function isDue(table: DeliveryTable, now: number): RawBuilder<SqlBool> {
  const column = (name: string) => sql.ref(`${table}.${name}`);
  return sql`${column("next_attempt_at")} <= ${now}
    and (${column("claim_id")} is null or ${column("claim_until")} <= ${now} or ${IS_RELEASED})`;
}

/** The rows that may be claimed, for each call. Without a condition, all rows may. */
type Claimable = Partial<Record<"post" | "update", RawBuilder<SqlBool>>>;

const ALL = sql<SqlBool>`true`;

/** Makes the state changes of one kind of message. */
export function makeDeliveryStore(db: Kysely<Tables>, kind: DeliveryTable, claimable: Claimable = {}): DeliveryStore {
  // Kysely's types need one table. The queries name only columns that all three have.
  const table = kind as "messages";
  return { ...makeClaims(db, table, claimable), ...makeRecords(db, table) };
}

type Claims = Pick<DeliveryStore, "claim" | "claimUnresolved" | "claimUpdate">;

/** Makes the changes that claim a row for a call to Slack. */
function makeClaims(db: Kysely<Tables>, table: "messages", { post = ALL, update = ALL }: Claimable): Claims {
  return {
    async claim(id, claimId, now, until) {
      const result = await db
        .updateTable(table)
        .set({ claimId, claimedAt: now, claimUntil: until, attempts: sql<number>`attempts + 1` })
        .where("id", "=", id)
        .where("ts", "is", null)
        .where("claimId", "is", null)
        .where(post)
        .executeTakeFirst();
      return didChange(result);
    },

    async claimUnresolved(id, from, claimId, now, until) {
      const result = await db
        .updateTable(table)
        .set({ claimId, claimUntil: until })
        .where("id", "=", id)
        .where("ts", "is", null)
        .where("claimId", "=", from)
        .where((where) => where.or([where("claimUntil", "<=", now), IS_RELEASED]))
        .executeTakeFirst();
      return didChange(result);
    },

    async claimUpdate(id, claimId, now, until) {
      const result = await db
        .updateTable(table)
        .set({
          claimId,
          claimedAt: now,
          claimUntil: until,
          // Unknown until the result is recorded. An update without a clear reply may have been applied.
          shownVersion: 0,
          shownContent: null,
          attempts: sql<number>`attempts + 1`,
        })
        .where("id", "=", id)
        .where("ts", "is not", null)
        .where((where) => where.or([where("claimId", "is", null), where("claimUntil", "<=", now)]))
        .where(update)
        .executeTakeFirst();
      return didChange(result);
    },
  };
}

/** Makes the changes that record the result of a call. */
function makeRecords(db: Kysely<Tables>, table: "messages"): Omit<DeliveryStore, keyof Claims> {
  return {
    async recordPosted(id, ts, version, shownContent = null) {
      await db
        .updateTable(table)
        .set({
          ts,
          shownVersion: version,
          shownContent,
          claimId: null,
          claimUntil: null,
          lastError: null,
          attempts: 0,
          nextAttemptAt: 0,
        })
        .where("id", "=", id)
        .where("ts", "is", null)
        .execute();
    },

    async recordAmbiguous(id, claimId, error, resolveAt) {
      await db
        .updateTable(table)
        .set({ claimUntil: resolveAt, lastError: error })
        .where("id", "=", id)
        .where("claimId", "=", claimId)
        .execute();
    },

    async release(id, claimId, error, nextAttemptAt) {
      await db
        .updateTable(table)
        .set({ claimId: null, claimUntil: null, lastError: error, nextAttemptAt })
        .where("id", "=", id)
        .where("claimId", "=", claimId)
        .execute();
    },

    recordUpdated: (id, version, claimId, content = null) => recordUpdated(db, table, id, version, claimId, content),
    recordUnchanged: (id, version, content) => recordUnchanged(db, table, id, version, content),

    async clearBackoff(channelId) {
      await db
        .updateTable(table)
        .set({ nextAttemptAt: 0 })
        .where("channelId", "=", channelId)
        .where("ts", "is", null)
        .execute();
    },

    async recordFailed(id, error, nextAttemptAt) {
      await db.updateTable(table).set({ lastError: error, nextAttemptAt }).where("id", "=", id).execute();
    },
  };
}

async function recordUnchanged(
  db: Kysely<Tables>,
  table: "messages",
  id: string,
  version: number,
  content: string,
): Promise<void> {
  await db
    .updateTable(table)
    .set({ shownVersion: version })
    .where("id", "=", id)
    .where("shownContent", "=", content)
    .where("shownVersion", "<", version)
    .execute();
}

async function recordUpdated(
  db: Kysely<Tables>,
  table: "messages",
  id: string,
  version: number,
  claimId: string,
  shownContent: string | null,
): Promise<void> {
  const result = await db
    .updateTable(table)
    .set({
      shownVersion: version,
      shownContent,
      claimId: null,
      claimUntil: null,
      lastError: null,
      attempts: 0,
      nextAttemptAt: 0,
    })
    .where("id", "=", id)
    .where("claimId", "=", claimId)
    .executeTakeFirst();
  if (didChange(result)) return;
  // Another process may have updated the message since the claim expired, and which update Slack applied last is
  // unknown. Version 0 makes the message due again. A present claim is removed, so that its owner cannot record a version.
  await db
    .updateTable(table)
    .set({ shownVersion: 0, shownContent: null, claimId: null, claimUntil: null, nextAttemptAt: 0 })
    .where("id", "=", id)
    .where("ts", "is not", null)
    .execute();
}
