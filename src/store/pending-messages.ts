import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import { letOthersRun } from "./let-others-run.ts";
import type { Tables } from "./schema.ts";

/** The rows that one statement examines: a statement of SQLite stops the process meanwhile. */
export const ROWS_PER_PAGE = 500;

/**
 * Reads these columns of all messages that satisfy `condition`, with those of their requests, page by page along the index
 * of `pending`. SQLite joins in the order of a cross join. Source: SQLite documentation, The SQLite Query Optimizer
 * Overview, Manual Control Of Query Plans Using CROSS JOIN. PostgreSQL cannot know how few rows are pending, and reads no
 * table in full for the few rows of a page.
 */
export async function readPending<Row extends { id: string; channelId: string }>(
  db: Kysely<Tables>,
  columns: readonly string[],
  condition: RawBuilder<SqlBool>,
): Promise<Row[]> {
  const found: Row[] = [];
  for (let after = sql<SqlBool>`true`; ; ) {
    const { rows } = await sql<Row>`
      select ${sql.join(columns.map((column) => sql.ref(column)))}
      from messages cross join requests
      where requests.id = messages.request_id and ${condition} and ${after}
      order by messages.channel_id, messages.id
      limit ${ROWS_PER_PAGE}`.execute(db);
    found.push(...rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_PER_PAGE) return found;
    after = sql<SqlBool>`(messages.channel_id, messages.id) > (${last.channelId}, ${last.id})`;
    await letOthersRun();
  }
}

/** Reads the rows of these messages, in this order. Leaves out those that no longer satisfy `condition`. */
export async function readMessages(
  db: Kysely<Tables>,
  ids: readonly string[],
  condition: RawBuilder<SqlBool>,
): Promise<Tables["messages"][]> {
  const found = new Map<string, Tables["messages"]>();
  for (let start = 0; start < ids.length; start += ROWS_PER_PAGE) {
    if (start > 0) await letOthersRun();
    const page = ids.slice(start, start + ROWS_PER_PAGE);
    for (const row of await db.selectFrom("messages").selectAll().where("id", "in", page).where(condition).execute())
      found.set(row.id, row);
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}
