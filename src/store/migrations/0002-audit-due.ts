import { sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { Db } from "./foundation-table.ts";
import { indexClicksOfPerson } from "./index-clicks-of-person.ts";

/** Indexes the records to publish in their order: otherwise each look sorts all of them, which are many after a long failure. */
export const auditDue: Migration = {
  async up(db: Db) {
    await indexClicksOfPerson(db);
    // SQLite would not choose an index on seq alone.
    const index = db.schema.createIndex("audit_due").on("audit").columns(["publishing", "seq"]);
    await index.where(sql`publishing`, "=", sql`'due'`).execute();
  },
};
