import type { DatabaseConfig } from "./config.ts";
import { type Report, readVariable } from "./variable.ts";
import type { Variables } from "./variables.ts";

export const DEFAULT_DATABASE = "sqlite:countersign.db";

const FIX = `Write sqlite: and a path, such as ${DEFAULT_DATABASE} or sqlite:/var/lib/countersign/countersign.db; or postgres://USER:PASSWORD@HOST:5432/DATABASE.`;

/** The database, or what is wrong with the address. It may hold a password, so it is never repeated. */
export function parseDatabaseUrl(text: string): DatabaseConfig | { kind: "wrong"; what: string } {
  if (/^postgres(ql)?:\/\//.test(text)) return parsePostgres(text);
  if (!text.startsWith("sqlite:"))
    return { kind: "wrong", what: "It begins neither with sqlite: nor with postgres://." };
  const path = text.slice("sqlite:".length).replace(/^\/\/(?=\/)/, "");
  if (path === "") return { kind: "wrong", what: "There is no path after sqlite:." };
  if (path === ":memory:")
    return { kind: "wrong", what: "A database in memory would forget every vote and message when the bot restarts." };
  if (path.startsWith("//")) return { kind: "wrong", what: "After sqlite:// a host is expected, and SQLite has none." };
  return { kind: "sqlite", path };
}

function parsePostgres(text: string): ReturnType<typeof parseDatabaseUrl> {
  const url = URL.parse(text);
  if (url === null)
    return {
      kind: "wrong",
      what: "It is not a valid address; in a password, / ? # @ and % are written as %2F %3F %23 %40 %25.",
    };
  if (url.pathname.length < 2) return { kind: "wrong", what: "It names no database after the host." };
  return { kind: "postgres", url: text };
}

export function readDatabase(variables: Variables, report: Report): DatabaseConfig {
  const reading = readVariable(variables, "DATABASE_URL", report);
  const database = parseDatabaseUrl(reading.kind === "text" ? reading.text : DEFAULT_DATABASE);
  switch (database.kind) {
    case "sqlite":
    case "postgres":
      return database;
    case "wrong":
      report("DATABASE_URL", database.what, FIX);
      return { kind: "sqlite", path: "" };
    default:
      throw new Error(`no such database: ${database satisfies never}`);
  }
}
