import { CamelCasePlugin, type Dialect, Kysely, sql } from "kysely";
import type { Store } from "../app/ports.ts";
import { makeAuditStore } from "./audit.ts";
import { makeClickStore } from "./clicks.ts";
import { makeExecutionStore, makeLeaseStore } from "./executions.ts";
import { makeMessageStore } from "./messages.ts";
import { migrate } from "./migrations.ts";
import { makeRequestStore } from "./requests.ts";
import type { Tables } from "./schema.ts";

/**
 * Opens the repository over one of the engines and brings its schema up to date. `publishes` says whether audit records
 * are to be published at all; without a bus they are only recorded. Throws MigrationError.
 */
export async function openStore(options: { dialect: Dialect; publishes: boolean; now: () => number }): Promise<Store> {
  const { publishes, now } = options;
  const db = new Kysely<Tables>({ dialect: options.dialect, plugins: [new CamelCasePlugin()] });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    requests: makeRequestStore(db, publishes, now),
    messages: makeMessageStore(db),
    clicks: makeClickStore(db, now),
    executions: makeExecutionStore(db),
    leases: makeLeaseStore(db),
    audit: makeAuditStore(db),
    async ping() {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
  };
}
