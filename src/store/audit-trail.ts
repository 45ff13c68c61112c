import { CamelCasePlugin, type Dialect, Kysely, type RawBuilder, sql } from "kysely";
import type { AuditTrail } from "../app/ports/audit-trail.ts";
import type { StoredRecord } from "../core/audit-records.ts";
import { asText, parseObject } from "../core/parse-object.ts";
import type { Tables } from "./schema.ts";

/** The id of a request or an execution, or at least the eight characters that messages show. */
const IDENTIFIER = /^[0-9a-f-]{8,36}$/i;

const COLUMNS = sql`select seq, id, request_id as "requestId", kind, at, actor, detail, previous, hash from audit`;

/** Retention deletes the oldest records: those of the decision and the end can remain without that of the opening. */
const OPENING_MISSING = sql`kind in ('decided', 'closed') and request_id not in (select request_id from audit where kind = 'requested')`;

/** Opens the audit trail of a database for reading. Throws StoreUnavailableError. */
export function openAuditTrail(dialect: Dialect): AuditTrail {
  const db = new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()] });
  // The plugin maps every name of every row, which takes as long as hashing the rows.
  const plain = db.withoutPlugins();
  const read = async (rest: RawBuilder<unknown>) => (await sql<StoredRecord>`${COLUMNS} ${rest}`.execute(plain)).rows;
  return {
    async ends() {
      const row = await db.selectFrom("auditHead").selectAll().where("id", "=", 1).executeTakeFirst();
      if (row === undefined) return null;
      const { seq, hash, checkpointSeq, checkpointHash } = row;
      return { head: { seq, hash }, checkpoint: { seq: checkpointSeq, hash: checkpointHash } };
    },

    page(after, limit, filter) {
      const conditions = [
        ...(after === null ? [] : [sql`seq > ${after}`]),
        ...(filter?.since == null ? [] : [sql`at >= ${filter.since}`]),
        ...(filter?.until == null ? [] : [sql`at < ${filter.until}`]),
        ...(filter?.kind === undefined ? [] : [sql`kind = ${filter.kind}`]),
        ...(filter?.isOpeningMissing ? [OPENING_MISSING] : []),
      ];
      const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;
      return read(sql`${where} order by seq limit ${limit}`);
    },

    ofRequests: async (requestIds) =>
      requestIds.length === 0 ? [] : read(sql`where request_id in (${sql.join([...requestIds])}) order by seq`),

    async findRequests(given) {
      const id = given.toLowerCase();
      if (!IDENTIFIER.test(id)) return [];
      // The records answer without the table of requests. A parameter can have this name too, so the match is checked.
      const member = `%"executionId":"${id}%`;
      const matches = await read(
        sql`where request_id = ${id} or (kind in ('requested', 'decided', 'closed') and detail like ${member}) order by seq`,
      );
      const found = matches.filter(({ requestId, detail }) => {
        const parsed = parseObject(detail);
        // An altered record: the page of the request says so.
        return requestId === id || parsed === null || asText(parsed.executionId).toLowerCase().startsWith(id);
      });
      return [...new Set(found.map(({ requestId }) => requestId))];
    },

    close: () => db.destroy(),
  };
}
