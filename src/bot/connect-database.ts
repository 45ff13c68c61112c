import type { Clock, Log } from "../app/ports/aws.ts";
import type { Store } from "../app/ports/store.ts";
import type { DatabaseConfig } from "../config/config.ts";
import { backoffMs } from "../core/backoff.ts";
import type { DamagedRow } from "../store/damaged-rows.ts";
import { warnIfReadable, watchFile } from "../store/database-file.ts";
import { findDurabilityRisk } from "../store/durability.ts";
import { postgresDialect } from "../store/postgres.ts";
import { isUpToDate, migrateOnly } from "../store/schema-state.ts";
import { sqliteDialect } from "../store/sqlite.ts";
import { openStore } from "../store/store.ts";
import { StoreUnavailableError } from "../store/unavailable.ts";

/** The pause between attempts to reach the database when the bot starts. */
const RETRY_BASE_MS = 500;
const RETRY_CAP_MS = 5_000;

export type OpenResult = { kind: "open"; store: Store } | { kind: "unreachable"; message: string };

/**
 * Opens the database, in one attempt, and migrates it if necessary. Returns `unreachable` if another attempt may succeed.
 * Throws if a person must fix the cause; the message says how.
 */
export async function openDatabase(
  database: DatabaseConfig,
  { log, ...more }: { publishes: boolean; now: () => number; log: Log },
): Promise<OpenResult> {
  const onDamaged = ({ table, requestId }: DamagedRow) =>
    log.error(
      { event: "request.damaged", requestId, table },
      "a row of a request is damaged and is left out: restore it from a backup, or decide the step in the AWS console",
    );
  const options = { ...more, onDamaged };
  try {
    if (database.kind === "sqlite") {
      const dialect = sqliteDialect(database.path);
      const store = await openStore({ ...options, dialect, fileFault: watchFile(database.path, log) });
      warnIfReadable(database.path, log);
      await store.releaseStaleClaims();
      return { kind: "open", store };
    }
    // Only migrations have the long timeout: a server that hangs must be noticed soon.
    if (!(await isUpToDate(postgresDialect(database.url))))
      await migrateOnly(postgresDialect(database.url, "migrating"));
    const dialect = postgresDialect(database.url);
    const ackDialect = postgresDialect(database.url, "ack");
    const risk = await findDurabilityRisk(postgresDialect(database.url));
    if (risk !== null)
      log.warn(
        { event: "database.not-durable", risk },
        "PostgreSQL may lose committed changes, and then one vote may approve two gates: set synchronous_commit and fsync to on",
      );
    return { kind: "open", store: await openStore({ ...options, dialect, ackDialect }) };
  } catch (error) {
    if (error instanceof StoreUnavailableError && error.transient)
      return { kind: "unreachable", message: error.message };
    throw error;
  }
}

/** Repeats the attempt until the database is open. Returns null if aborted. Throws as `openDatabase` throws. */
export async function awaitDatabase(
  first: OpenResult,
  open: () => Promise<OpenResult>,
  deps: { clock: Clock; random: () => number; log: Log },
  abort: AbortSignal,
): Promise<Store | null> {
  let opening = first;
  for (let attempt = 1; opening.kind === "unreachable"; attempt++) {
    deps.log.warn({ event: "database.unreachable", error: opening.message }, "cannot reach the database; trying again");
    await deps.clock.sleep(backoffMs(attempt, RETRY_BASE_MS, RETRY_CAP_MS, deps.random()), abort);
    if (abort.aborted) return null;
    opening = await open();
  }
  return opening.store;
}
