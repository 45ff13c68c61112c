import { CamelCasePlugin, type Dialect, Kysely, sql } from "kysely";
import type { AuditTrail } from "../app/ports/audit-trail.ts";
import type { StoredRecord } from "../core/audit.ts";
import type { Tables } from "./schema.ts";

const COLUMNS = sql`select seq, id, request_id as "requestId", kind, at, actor, detail, previous, hash from audit`;

/** Opens the audit trail of a database for reading. Throws StoreUnavailableError. */
export function openAuditTrail(dialect: Dialect): AuditTrail {
  const db = new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()] });
  // The plugin maps every name of every row, which takes as long as hashing the rows.
  const plain = db.withoutPlugins();
  return {
    async ends() {
      const row = await db.selectFrom("auditHead").selectAll().where("id", "=", 1).executeTakeFirst();
      if (row === undefined) return null;
      const { seq, hash, checkpointSeq, checkpointHash } = row;
      return { head: { seq, hash }, checkpoint: { seq: checkpointSeq, hash: checkpointHash } };
    },

    async page(after, limit) {
      const start = after === null ? sql`` : sql`where seq > ${after}`;
      const { rows } = await sql<StoredRecord>`${COLUMNS} ${start} order by seq limit ${limit}`.execute(plain);
      return rows;
    },

    close: () => db.destroy(),
  };
}
