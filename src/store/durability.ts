import { CamelCasePlugin, type Dialect, Kysely, sql } from "kysely";

/**
 * Returns why a committed change may be lost, null if PostgreSQL waits for its own disk. A lost "sending" lets one vote approve
 * two gates. Whether a standby that takes over has every change cannot be seen from here. Source: PostgreSQL documentation,
 * synchronous_commit and fsync.
 */
export async function findDurabilityRisk(dialect: Dialect): Promise<string | null> {
  const db = new Kysely<never>({ dialect, plugins: [new CamelCasePlugin()] });
  try {
    const { rows } = await sql<{ commit: string; fsync: string }>`select
      current_setting('synchronous_commit') as commit, current_setting('fsync') as fsync`.execute(db);
    const settings = rows[0];
    if (settings?.commit === "off") return "synchronous_commit is off";
    return settings?.fsync === "off" ? "fsync is off" : null;
  } finally {
    await db.destroy();
  }
}
