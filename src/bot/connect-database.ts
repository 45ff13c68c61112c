import type { Clock, Log } from "../app/ports/aws.ts";
import type { Store } from "../app/ports/store.ts";
import type { DatabaseConfig } from "../config/config.ts";
import { backoffMs } from "../core/backoff.ts";
import { postgresDialect } from "../store/postgres.ts";
import { sqliteDialect } from "../store/sqlite.ts";
import { isUpToDate, migrateOnly, openStore } from "../store/store.ts";
import { StoreUnavailableError } from "../store/unavailable.ts";

/** Between attempts to reach the database when the bot starts. */
const RETRY_BASE_MS = 500;
const RETRY_CAP_MS = 5_000;

export type Opening = { kind: "open"; store: Store } | { kind: "unreachable"; words: string };

/** Tries once to open the database. `unreachable`: waiting may help. Throws an error with the fix if a person must act. */
export async function openDatabase(
  database: DatabaseConfig,
  options: { publishes: boolean; now: () => number },
): Promise<Opening> {
  try {
    if (database.kind === "sqlite") {
      const store = await openStore({ ...options, dialect: sqliteDialect(database.path) });
      await store.releaseStaleClaims();
      return { kind: "open", store };
    }
    // The long patience is only for migrations: a server that hangs is to be noticed soon.
    if (!(await isUpToDate(postgresDialect(database.url))))
      await migrateOnly(postgresDialect(database.url, "migrating"));
    const dialect = postgresDialect(database.url);
    const ackDialect = postgresDialect(database.url, "ack");
    return { kind: "open", store: await openStore({ ...options, dialect, ackDialect }) };
  } catch (error) {
    if (error instanceof StoreUnavailableError && error.transient) return { kind: "unreachable", words: error.message };
    throw error;
  }
}

/** Tries again until the database is there; null when aborted. Throws as above. */
export async function awaitDatabase(
  first: Opening,
  open: () => Promise<Opening>,
  deps: { clock: Clock; random: () => number; log: Log },
  abort: AbortSignal,
): Promise<Store | null> {
  let opening = first;
  for (let attempt = 1; opening.kind === "unreachable"; attempt++) {
    deps.log.warn({ event: "database.unreachable", error: opening.words }, "cannot reach the database; trying again");
    await deps.clock.sleep(backoffMs(attempt, RETRY_BASE_MS, RETRY_CAP_MS, deps.random()), abort);
    if (abort.aborted) return null;
    opening = await open();
  }
  return opening.store;
}
