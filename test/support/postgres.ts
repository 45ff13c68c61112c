import { after } from "node:test";
import {
  databasesAt,
  type PostgresDatabases,
  type PostgresServer,
  SHARED_PORT,
  startPostgres,
} from "./postgres-server.ts";

let running: Promise<PostgresServer> | undefined;
let shared: PostgresDatabases | undefined;
const cleanups: (() => Promise<void>)[] = [];
// At the top level: the server is started within a test, where a hook would run at the end of that test.
after(async () => {
  for (const end of cleanups) await end();
});

/** Returns the databases of a server that stays up: the shared server of the run, or the server of this test file. */
export async function postgresDatabases(): Promise<PostgresDatabases> {
  const port = Number(process.env[SHARED_PORT]);
  if (port > 0) shared ??= databasesAt(port);
  return shared ?? postgresServer();
}

/** Returns the server of this test file, which tests may stop and start. The first call starts it; it ends with the file. */
export function postgresServer(): Promise<PostgresServer> {
  running ??= startPostgres().then((server) => {
    cleanups.push(server.end);
    return server;
  });
  return running;
}
