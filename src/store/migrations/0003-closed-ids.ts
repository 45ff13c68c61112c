import type { Migration } from "kysely/migration";
import type { Db } from "./foundation-table.ts";

/** Removes the index of closed requests by id: the history of voters follows the index by time. */
export const closedIds: Migration = {
  async up(db: Db) {
    await db.schema.dropIndex("requests_closed_ids").execute();
  },
};
