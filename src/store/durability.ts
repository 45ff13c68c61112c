import { CamelCasePlugin, type Dialect, Kysely, sql } from "kysely";

/**
 * Returns why a committed change may be lost, null if PostgreSQL waits for its own disk and its synchronous standbys. A lost
 * "sending" lets one vote approve two gates. Whether a standby that takes over has every change cannot be seen from here. Source: PostgreSQL documentation,
 * synchronous_commit and fsync.
 */
export async function findDurabilityRisk(dialect: Dialect): Promise<string | null> {
  const db = new Kysely<never>({ dialect, plugins: [new CamelCasePlugin()] });
  try {
    const { rows } = await sql<DurabilitySettings>`select
      current_setting('synchronous_commit') as commit, current_setting('synchronous_standby_names') as standbys,
      current_setting('fsync') as fsync`.execute(db);
    return rows[0] === undefined ? null : toDurabilityRisk(rows[0]);
  } finally {
    await db.destroy();
  }
}

interface DurabilitySettings {
  commit: string;
  standbys: string;
  fsync: string;
}

/** Returns the risk of these settings; null if there is none. */
export function toDurabilityRisk({ commit, standbys, fsync }: DurabilitySettings): string | null {
  if (commit === "off") return "synchronous_commit is off";
  if (commit === "local" && standbys !== "")
    return "synchronous_commit is local, so no commit waits for the synchronous standbys";
  return fsync === "off" ? "fsync is off" : null;
}
