import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundledBot } from "./bundled-bot.ts";

const LIST = `"0001-foundation": foundation`;
/** What a migration may add: a table, and columns to tables that both versions write. */
const NEXT = `"9001-next": { async up(db) {
  await db.schema.createTable("labels").addColumn("id", "text").execute();
  for (const table of ["requests", "messages", "votes", "clicks", "signals", "audit"])
    await db.schema.alterTable(table).addColumn("label", "text").execute();
  await db.schema.alterTable("requests").addColumn("weight", "integer", (column) => column.notNull().defaultTo(0)).execute();
} }`;

/** Writes a synthetic next version of the program into a folder: that of this checkout, with one more migration. */
export async function writeNextVersion(folder: string): Promise<string> {
  const { program } = await bundledBot();
  cpSync(dirname(program), folder, { recursive: true });
  const paths = readdirSync(folder).map((name) => join(folder, name));
  const [path, ...more] = paths.filter((each) => readFileSync(each, "utf8").includes(LIST));
  assert.ok(path !== undefined && more.length === 0, "one file of the bundle has the list of migrations");
  writeFileSync(path, readFileSync(path, "utf8").replace(LIST, `${LIST}, ${NEXT}`));
  return join(folder, "program.mjs");
}
