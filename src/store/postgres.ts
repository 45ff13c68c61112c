import { PostgresDialect, type PostgresPool, type PostgresPoolClient } from "kysely";
import pg from "pg";
import { asUnavailable, breaksConnection } from "./postgres-errors.ts";

/** How long a connection and a statement may take, in milliseconds, and how many connections there are. */
interface ConnectionLimits {
  connections: number;
  connecting: number;
  statement: number;
}

/** For the loops: they come again. */
const WORKING: ConnectionLimits = { connections: 10, connecting: 5_000, statement: 10_000 };

/**
 * For what somebody waits for: a click is recorded or refused within Slack's three seconds, also when the server hangs
 * and its request has to be read first. Connections of its own, so that busy loops do not take them.
 */
const ACK_PATH: ConnectionLimits = { connections: 3, connecting: 700, statement: 700 };

/**
 * For migrations, which may have a large table to go through. One that starts beside another waits for it on the
 * migrator's lock.
 */
const MIGRATING: ConnectionLimits = { connections: 2, connecting: 5_000, statement: 15 * 60_000 };

const CONNECTION_LIMITS = { working: WORKING, prompt: ACK_PATH, migrating: MIGRATING };

/** What a statement's answer may take on top of the server's own limit before the connection counts as lost. */
const REPLY_GRACE_MS = 300;

/**
 * A transaction that its process abandoned, for instance one that was paused, is ended by the server after this long:
 * others wait for the rows it holds.
 */
const IDLE_TRANSACTION_MS = 3_000;

/** PostgreSQL's int8, which counts and times have here. Times in milliseconds stay exact in a double. */
const INT8 = pg.types.builtins.INT8;

/** PostgreSQL over a pool that reconnects by itself. Nothing is connected before the first statement. */
export function postgresDialect(url: string, patience: keyof typeof CONNECTION_LIMITS = "working"): PostgresDialect {
  const { connections, connecting, statement } = CONNECTION_LIMITS[patience];
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
  // A connection that breaks while it is idle, or between two statements of a transaction, reports it as an event, and
  // one that nobody hears ends the process. Whoever uses the connection next gets the error; the pool makes another.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new PostgresDialect({ pool: careful(pool, placeOf(url)) });
}

/** Kysely's view of the pool, with errors in the store's words, and broken connections thrown away. */
function careful(pool: pg.Pool, place: string): PostgresPool {
  return {
    options: pool.options,
    async connect() {
      try {
        return carefulClient(await pool.connect(), place);
      } catch (error) {
        throw asUnavailable(error, place);
      }
    },
    end: () => pool.end(),
  };
}

function carefulClient(client: pg.PoolClient, place: string): PostgresPoolClient {
  let broken = false;
  const query = async (text: string, parameters: readonly unknown[]) => {
    try {
      return await client.query(text, parameters.map(storable));
    } catch (error) {
      broken ||= breaksConnection(error);
      throw asUnavailable(error, place);
    }
  };
  return {
    query: query as unknown as PostgresPoolClient["query"],
    release: (destroy) => client.release(destroy || broken),
  };
}

/** PostgreSQL's text holds no NUL; others' words may. Source: PostgreSQL documentation, Character Types. */
function storable(value: unknown): unknown {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
}

/** Where the database is, without user and password. */
function placeOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? "of DATABASE_URL" : `${parsed.host}${parsed.pathname}`;
}
