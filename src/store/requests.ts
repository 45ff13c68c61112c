import { type Kysely, type SqlBool, sql } from "kysely";
import type { RequestStore } from "../app/ports/store.ts";
import { transact } from "./guard.ts";
import { rebindTarget } from "./rebind-target.ts";
import { makeRequestChanges } from "./request-changes.ts";
import { auditFromRow, requestFromRow } from "./rows.ts";
import type { Tables } from "./schema.ts";

/** Requests with their latest attempt to signal, which has the last error. */
export const REQUESTS_WITH_LATEST_ATTEMPT = sql`requests left join signals on signals.request_id = requests.id
  and signals.attempt = (select max(each.attempt) from signals as each where each.request_id = requests.id)`;

/** Decided requests whose decision AWS has not accepted. */
export const UNSIGNALED = sql<SqlBool>`requests.state = 'decided' and requests.signal in ('due', 'sending', 'ambiguous')`;

export function makeRequestStore(db: Kysely<Tables>, publishes: boolean, now: () => number): RequestStore {
  return {
    ...makeRequestChanges(transact(db), publishes, now),

    rebindTarget: (target) => db.transaction().execute((trx) => rebindTarget(trx, target)),

    async byId(id) {
      const row = await db.selectFrom("requests").selectAll().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : requestFromRow(row);
    },

    async ofExecution({ account, region }, executionId) {
      const rows = await db
        .selectFrom("requests")
        .selectAll()
        .where("account", "=", account)
        .where("region", "=", region)
        .where("executionId", "=", executionId)
        .orderBy("openedAt")
        .execute();
      return rows.map(requestFromRow);
    },

    async find(id) {
      const rows = await db
        .selectFrom("requests")
        .selectAll()
        .where((where) => where.or([where("id", "=", id), where("executionId", "=", id)]))
        .orderBy("openedAt", "desc")
        .execute();
      return rows.map(requestFromRow);
    },

    async inState(states, limit) {
      const rows = await db
        .selectFrom("requests")
        .selectAll()
        .where("state", "in", [...states])
        .orderBy("openedAt")
        .limit(limit)
        .execute();
      return rows.map(requestFromRow);
    },

    votes: (requestId) =>
      db.selectFrom("votes").selectAll().where("requestId", "=", requestId).orderBy("at").orderBy("userId").execute(),

    signals: (requestId) =>
      db.selectFrom("signals").selectAll().where("requestId", "=", requestId).orderBy("attempt").execute(),

    async dueToSignal({ account, region }, at, limit) {
      const rows = await db
        .selectFrom("requests")
        .selectAll()
        .where(UNSIGNALED)
        .where("account", "=", account)
        .where("region", "=", region)
        .where("signalNextAt", "<=", at)
        .orderBy("signalNextAt")
        .limit(limit)
        .execute();
      return rows.map(requestFromRow);
    },

    async postponeSignal(id, expectedVersion, signalNextAt) {
      await db
        .updateTable("requests")
        .set({ signalNextAt })
        .where("id", "=", id)
        .where("version", "=", expectedVersion)
        .where("state", "=", "decided")
        .execute();
    },

    async history(requestId) {
      const rows = await db.selectFrom("audit").selectAll().where("requestId", "=", requestId).orderBy("seq").execute();
      return rows.map(auditFromRow);
    },
  };
}
