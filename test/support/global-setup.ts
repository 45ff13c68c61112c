import { bundledBot } from "./bundled-bot.ts";
import { SHARED_PORT } from "./postgres.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";

let server: PostgresServer | undefined;

const { argv } = process;

/**
 * Starts one PostgreSQL server and bundles the bot once for all test files of a run. Without it, each file would do so itself.
 */
export async function globalSetup(): Promise<void> {
  const startsBots = argv.some((pattern) => pattern.includes("test/e2e/") || pattern.includes("test/full/"));
  [server] = await Promise.all([startPostgres(), startsBots ? bundledBot() : undefined]);
  process.env[SHARED_PORT] = String(server.port);
}

export async function globalTeardown(): Promise<void> {
  await server?.end();
}
