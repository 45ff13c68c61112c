import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * One request a step, whatever its target is called in the configuration of whoever opens it. The older constraint, by the
 * target's name, stays: SQLite could drop it only by copying the table, and it forbids nothing that this one allows, since
 * AWS gives no id twice.
 */
export const steps: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a migration is written against the schema of its own day.
  async up(db: Kysely<any>) {
    // A step that was asked for under two names keeps its first request. A later one becomes that of a step which no
    // reading shows: no signal ever leaves for it, and it closes with its execution.
    await sql`update requests set step_execution_id = step_execution_id || ' asked again as ' || id
      where exists (select 1 from requests as first
        where first.account = requests.account and first.region = requests.region
          and first.execution_id = requests.execution_id and first.step_execution_id = requests.step_execution_id
          and (first.opened_at, first.id) < (requests.opened_at, requests.id))`.execute(db);
    await db.schema
      .createIndex("requests_one_a_step")
      .unique()
      .on("requests")
      .columns(["account", "region", "execution_id", "step_execution_id"])
      .execute();
  },
};
