import type { Dialect, Kysely } from "kysely";
import type { Store } from "../app/ports/store.ts";
import { makeAuditStore, makeGuardedAuditStore, UNPUBLISHED } from "./audit.ts";
import { makeClickStore, UNEVALUATED, UNREPLIED } from "./clicks.ts";
import { type DamagedRow, makeWholeRows } from "./damaged-rows.ts";
import { makeDigestStore } from "./digests.ts";
import { makeEffectStore } from "./effects.ts";
import { makeExecutionStore, makeGuardedExecutionStore } from "./executions.ts";
import { transactUnder } from "./guard.ts";
import { makeHomeStore } from "./home-views.ts";
import { makeLeaseStore } from "./leases.ts";
import { makeMessageStore } from "./messages.ts";
import { type Migrations, migrate } from "./migrations/migrate.ts";
import { makeNoticeStore } from "./notices.ts";
import { makeGuardedPollStore, makePollStore } from "./polls.ts";
import { makeRateLimitStore } from "./rate-limits.ts";
import { makeRecipientLookupStore } from "./recipient-lookups.ts";
import { releaseClaims } from "./release-claims.ts";
import { makeReplicaStore } from "./replicas.ts";
import { makeRequestChanges } from "./request-changes.ts";
import { makeRequestSearch } from "./request-search.ts";
import { makeRequestTimes } from "./request-times.ts";
import { makeRequesterLookupStore } from "./requester-lookups.ts";
import { makeRequestStore } from "./requests.ts";
import { makeRetentionStore } from "./retention.ts";
import type { Tables } from "./schema.ts";
import { connect } from "./schema-state.ts";

/**
 * Opens the store on SQLite or PostgreSQL and brings its schema up to date. `ackDialect` is the same database for Slack's
 * ack path. `publishes`: whether audit records are published, or only recorded because there is no event bus. Throws
 * MigrationError and StoreUnavailableError.
 */
export async function openStore(options: {
  dialect: Dialect;
  ackDialect?: Dialect | null;
  publishes: boolean;
  now: () => number;
  /** Is called once for each damaged row. */
  onDamaged?: (row: DamagedRow) => void;
  /** Those of another version of the program; for tests. */
  migrations?: Migrations;
  /** Of a database in a file; see watchFile. */
  fileFault?: () => string | null;
}): Promise<Store> {
  const { publishes, now } = options;
  const { db, ackDb, close } = await connectAndMigrate(options);
  const whole = makeWholeRows(options.onDamaged);
  const requests = makeRequestStore(db, publishes, now, whole);
  return {
    requests,
    search: makeRequestSearch(db, whole),
    messages: makeMessageStore(db),
    notices: makeNoticeStore(db),
    recipientLookups: makeRecipientLookupStore(db),
    requesterLookups: makeRequesterLookupStore(db),
    digests: makeDigestStore(db, whole),
    homes: makeHomeStore(db),
    retention: makeRetentionStore(db),
    clicks: makeClickStore(db, now),
    executions: makeExecutionStore(db),
    leases: makeLeaseStore(db),
    replicas: makeReplicaStore(db),
    rateLimits: makeRateLimitStore(db),
    polls: makePollStore(db, now),
    audit: makeAuditStore(db, whole),
    effects: makeEffectStore(db, whole),
    times: makeRequestTimes(db),
    ackStore: {
      clicks: makeClickStore(ackDb, now),
      requests: makeRequestStore(ackDb, publishes, now, whole),
      polls: makePollStore(ackDb, now),
    },
    fileFault: options.fileFault ?? (() => null),
    releaseStaleClaims: () => releaseStaleClaims(db, now()),
    guardedBy(lease) {
      const transact = transactUnder(db, lease);
      return {
        requests: { ...requests, ...makeRequestChanges(transact, publishes, now) },
        executions: makeGuardedExecutionStore(db, transact),
        polls: makeGuardedPollStore(transact),
        audit: makeGuardedAuditStore(transact),
      };
    },
    close,
  };
}

async function connectAndMigrate(options: {
  dialect: Dialect;
  ackDialect?: Dialect | null;
  migrations?: Migrations;
}): Promise<{ db: Kysely<Tables>; ackDb: Kysely<Tables>; close: () => Promise<void> }> {
  const db = connect(options.dialect);
  const ackDb = options.ackDialect == null ? db : connect(options.ackDialect);
  const close = async () => {
    await db.destroy();
    if (ackDb !== db) await ackDb.destroy();
  };
  try {
    await migrate(db, options.migrations);
  } catch (error) {
    await close();
    throw error;
  }
  return { db, ackDb, close };
}

/** Releases what earlier processes have claimed. For a database that this process has to itself. */
async function releaseStaleClaims(db: Kysely<Tables>, now: number): Promise<void> {
  await db.deleteFrom("replicas").execute();
  await db.transaction().execute((trx) => releaseClaims(trx, null, now));
  for (const pending of [UNEVALUATED, UNREPLIED])
    await db.updateTable("clicks").set({ nextAttemptAt: 0 }).where(pending).execute();
  await db.updateTable("audit").set({ publishNextAt: 0 }).where(UNPUBLISHED).execute();
}
