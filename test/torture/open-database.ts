import { postgresDialect } from "../../src/store/postgres.ts";
import { startPostgres } from "../support/postgres-server.ts";
import { openSqlite, readRecords, type TortureDatabase } from "./database.ts";

export type EngineName = "sqlite" | "postgres";

export async function openDatabase(engine: EngineName): Promise<TortureDatabase> {
  return engine === "sqlite" ? openSqlite() : openPostgres();
}

/** Starts a PostgreSQL server that creates a database for each schedule. */
async function openPostgres(): Promise<TortureDatabase> {
  const server = await startPostgres();
  let name: string | undefined;
  return {
    async fresh() {
      // A bot that was just killed may still have a connection to it.
      if (name !== undefined) await server.drop(name).catch(() => undefined);
      name = await server.database();
      return server.url(name);
    },
    read: (url) => readRecords(postgresDialect(url)),
    close: server.end,
  };
}
