import { sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { Db } from "./foundation-table.ts";

/** Finds the other waiting clicks of one person on one request: each look for due clicks searches them. */
export const clicksOfPerson: Migration = {
  async up(db: Db) {
    await sql`create index clicks_of_person_unevaluated on clicks (request_id, user_id, received_at, id)
      where evaluated_at is null`.execute(db);
  },
};
