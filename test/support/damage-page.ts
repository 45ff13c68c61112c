import { closeSync, openSync, writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** Overwrites the first page of a table in a closed SQLite file. */
export function damagePage(path: string, table: string): void {
  const database = new DatabaseSync(path, { readOnly: true });
  const { rootpage } = { ...database.prepare("select rootpage from sqlite_schema where name = ?").get(table) };
  const { page_size: size } = { ...database.prepare("pragma page_size").get() };
  database.close();
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(Number(size), 0xee), 0, Number(size), (Number(rootpage) - 1) * Number(size));
  closeSync(file);
}
