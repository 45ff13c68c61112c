import { PostgresDialect, type PostgresPool, type PostgresPoolClient } from "kysely";
import pg from "pg";
import { asUnavailable, breaksConnection, isDeadlock } from "./postgres-errors.ts";

/** The number of connections, and the timeouts of connecting and of a statement in milliseconds. */
interface ConnectionLimits {
  connections: number;
  connecting: number;
  statement: number;
}

/** For workers, which try again. */
const WORKING: ConnectionLimits = { connections: 10, connecting: 5_000, statement: 10_000 };

/**
 * For Slack's 3-second ack path: a click is stored or refused in time even if the server hangs and the request must be read
 * first. A separate pool, so that busy workers do not use up its connections.
 */
const ACK_PATH: ConnectionLimits = { connections: 3, connecting: 700, statement: 700 };

/** For migrations, which may rewrite a large table, and which wait for another replica's migration. */
const MIGRATING: ConnectionLimits = { connections: 2, connecting: 5_000, statement: 15 * 60_000 };

/** For a command that reads page by page, next to the bots. */
const READING: ConnectionLimits = { connections: 1, connecting: 5_000, statement: 60_000 };

const CONNECTION_LIMITS = { working: WORKING, ack: ACK_PATH, migrating: MIGRATING, reading: READING };

/** Time that a reply may take beyond the server's statement timeout before the connection counts as lost. */
const REPLY_GRACE_MS = 300;

/**
 * After this time without a statement, the server ends a transaction. Its process may be paused, and other processes wait
 * for the rows that it locked.
 */
const IDLE_TRANSACTION_MS = 3_000;

/** PostgreSQL's int8: the type of counts and times. Times in milliseconds are exact in a double. */
const INT8 = pg.types.builtins.INT8;

/** A statement that changes nothing. */
const READ = /^\s*select\b/i;

/** Makes a dialect over a pool that reconnects automatically. Nothing is connected before the first statement. */
export function postgresDialect(url: string, purpose: keyof typeof CONNECTION_LIMITS = "working"): PostgresDialect {
  const { connections, connecting, statement } = CONNECTION_LIMITS[purpose];
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "countersign",
    max: connections,
    connectionTimeoutMillis: connecting,
    idleTimeoutMillis: 30_000,
    statement_timeout: statement,
    query_timeout: statement + REPLY_GRACE_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: {
      getTypeParser: (oid: number, format?: "text" | "binary") =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format as "text"),
    },
  });
  // A connection that breaks while it is idle, or between two statements of a transaction, emits an error event, and an
  // error event without a listener ends the process. The next use of the connection fails, and the pool makes another.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new PostgresDialect({ pool: guardPool(pool, describeAddress(url)) });
}

/** Returns the pool for Kysely. It throws StoreUnavailableError, and closes connections that broke. */
function guardPool(pool: pg.Pool, address: string): PostgresPool {
  return {
    options: pool.options,
    async connect() {
      try {
        return guardClient(await pool.connect(), address);
      } catch (error) {
        throw asUnavailable(error, address);
      }
    },
    end: () => pool.end(),
  };
}

function guardClient(client: pg.PoolClient, address: string): PostgresPoolClient {
  let broken = false;
  const query = async (text: string, parameters: readonly unknown[]) => {
    const send = () => client.query(text, parameters.map(toStorable));
    try {
      // PostgreSQL ends one of two transactions that wait for each other. The other one can be a migration, which goes on. In a
      // transaction, the repetition is refused, because the server has undone what came before.
      return await send().catch((error: unknown) => {
        if (!isDeadlock(error) || !READ.test(text)) throw error;
        return send().catch(() => Promise.reject(error));
      });
    } catch (error) {
      broken ||= breaksConnection(error);
      throw asUnavailable(error, address);
    }
  };
  return {
    query: query as unknown as PostgresPoolClient["query"],
    release: (destroy) => client.release(destroy || broken),
  };
}

/** Replaces NUL, which text from outside may contain and PostgreSQL cannot store. Source: its documentation, Character Types. */
function toStorable(value: unknown): unknown {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
}

/**
 * Tells whether the connection to another machine has no TLS, or does not verify the server's certificate. sslmode=disable says
 * that the network is private. That is accepted only for a name without a dot, as in a network of containers.
 */
export function isExposed(url: string): boolean {
  const client: { host: string; ssl: boolean | { rejectUnauthorized?: boolean } } = new pg.Client(url);
  const isLocal = /^(?:\/|(?:localhost|127\.[\d.]+|::1)$)/.test(client.host);
  const isDeclared = /^[\w-]+$/.test(client.host) && URL.parse(url)?.searchParams.get("sslmode") === "disable";
  return (
    !isLocal && !isDeclared && (typeof client.ssl === "boolean" ? !client.ssl : client.ssl.rejectUnauthorized === false)
  );
}

/** Returns the host and name of the database, without user and password. */
function describeAddress(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? "of DATABASE_URL" : `${parsed.host}${parsed.pathname}`;
}
