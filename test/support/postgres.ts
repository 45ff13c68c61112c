import { after } from "node:test";
import { databasesAt, type PostgresDatabases, type PostgresServer, startPostgres } from "./postgres-server.ts";

/** Where a run of several test files says on which port their common server listens. */
export const SHARED_PORT = "COUNTERSIGN_TEST_POSTGRES_PORT";

let running: Promise<PostgresServer> | undefined;
const endings: (() => Promise<void>)[] = [];
// Here, and not where the server is started: that is within a test, and its hooks end with that test.
after(async () => {
  for (const end of endings) await end();
});

/** Where databases are made that nobody takes away: on the run's common server, or on the test file's own. */
export async function postgresDatabases(): Promise<PostgresDatabases> {
  const port = Number(process.env[SHARED_PORT]);
  return port > 0 ? databasesAt(port) : postgresServer();
}

/** The server of this test file, to be stopped and started at will: started by the first that asks, and ended with the file. */
export function postgresServer(): Promise<PostgresServer> {
  running ??= startPostgres().then((server) => {
    endings.push(server.end);
    return server;
  });
  return running;
}
