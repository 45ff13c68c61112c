import { sqliteReadDialect } from "../../src/store/sqlite.ts";
import { postgresDatabase, sqliteFile } from "./stores.ts";

/** Each engine with a database, and the connection of a command that reads it while the bot has it open. */
export const READABLE_ENGINES = [
  [
    "SQLite",
    async () => {
      const database = sqliteFile();
      return { database, readDialect: () => sqliteReadDialect(database.path) };
    },
  ],
  [
    "PostgreSQL",
    async () => {
      const database = await postgresDatabase();
      return { database, readDialect: database.dialect };
    },
  ],
] as const;
