import { after } from "node:test";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";

let running: Promise<PostgresServer> | undefined;
const endings: (() => Promise<void>)[] = [];
// Here, and not where the server is started: that is within a test, and its hooks end with that test.
after(async () => {
  for (const end of endings) await end();
});

/** The server of this test file: started by the first that asks, and ended with the file. */
export function postgresServer(): Promise<PostgresServer> {
  running ??= startPostgres().then((server) => {
    endings.push(server.end);
    return server;
  });
  return running;
}
