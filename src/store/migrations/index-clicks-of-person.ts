import { sql } from "kysely";
import type { Db } from "./foundation-table.ts";

/**
 * Creates the index of the waiting clicks of one person on one request. The migration of the audit index calls it first, so that
 * both lock their tables in the order of the transactions of a version that still runs.
 */
export async function indexClicksOfPerson(db: Db): Promise<void> {
  await sql`create index if not exists clicks_of_person_unevaluated on clicks (request_id, user_id, received_at, id)
    where evaluated_at is null`.execute(db);
}
