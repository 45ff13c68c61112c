import type { Kysely } from "kysely";

// biome-ignore lint/suspicious/noExplicitAny: a migration does not follow later changes of the table types.
export type Db = Kysely<any>;

/** Creates an index that covers every row of a table. */
export const createIndex = (db: Db, table: string, name: string, columns: string[]) =>
  db.schema.createIndex(name).on(table).columns(columns).execute();
