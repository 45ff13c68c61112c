import type { DatabaseConfig } from "./config.ts";
import { type Report, readVariable } from "./variable.ts";
import type { Variables } from "./variables.ts";

export const DEFAULT_DATABASE = "sqlite:countersign.db";

const SQLITE_FIX = `Write sqlite: and a path, such as ${DEFAULT_DATABASE} or sqlite:/var/lib/countersign/countersign.db.`;

/** The database, or what is wrong with the address. It may hold a password, so it is never repeated. */
export function parseDatabaseUrl(text: string): DatabaseConfig | { kind: "wrong"; what: string } {
  if (/^postgres(ql)?:\/\//.test(text))
    return URL.canParse(text) ? { kind: "postgres", url: text } : { kind: "wrong", what: "It is not a valid address." };
  if (!text.startsWith("sqlite:"))
    return { kind: "wrong", what: "It begins neither with sqlite: nor with postgres://." };
  const path = text.slice("sqlite:".length).replace(/^\/\/(?=\/)/, "");
  if (path === "") return { kind: "wrong", what: "There is no path after sqlite:." };
  if (path === ":memory:")
    return { kind: "wrong", what: "A database in memory would forget every vote and message when the bot restarts." };
  if (path.startsWith("//")) return { kind: "wrong", what: "After sqlite:// a host is expected, and SQLite has none." };
  return { kind: "sqlite", path };
}

export function readDatabase(variables: Variables, report: Report): DatabaseConfig {
  const reading = readVariable(variables, "DATABASE_URL", report);
  const database = parseDatabaseUrl(reading.kind === "text" ? reading.text : DEFAULT_DATABASE);
  switch (database.kind) {
    case "sqlite":
      return database;
    case "postgres":
      report("DATABASE_URL", "PostgreSQL is not available yet in this version.", SQLITE_FIX);
      return database;
    case "wrong":
      report("DATABASE_URL", database.what, SQLITE_FIX);
      return { kind: "sqlite", path: "" };
    default:
      throw new Error(`no such database: ${database satisfies never}`);
  }
}
