import { SHARED_PORT } from "./postgres.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";

let server: PostgresServer | undefined;

/** Starts one PostgreSQL server for all test files of a run. Without it, each file would start its own. */
export async function globalSetup(): Promise<void> {
  server = await startPostgres();
  process.env[SHARED_PORT] = String(server.port);
}

export async function globalTeardown(): Promise<void> {
  await server?.end();
}
