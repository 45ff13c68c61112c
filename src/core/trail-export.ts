import { type StoredRecord, storedChainText } from "./audit-records.ts";
import { asText, parseObject } from "./parse-object.ts";

/** Writes a record as one line of JSON: the hashed text, and the hash as its last member. */
export function toJsonLine(record: StoredRecord): string {
  return `${storedChainText(record).slice(0, -1)},"hash":${JSON.stringify(record.hash)}}\n`;
}

/** Spreadsheets run a cell that begins with one of these, also after white space. Source: OWASP, CSV Injection. */
const FORMULA = /^[\s"']*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

/** Members of a detail that are columns of their own. */
const CONTEXT = ["target", "account", "region", "executionId", "documentName", "stepName", "route"] as const;

/** The first line of the CSV file. */
export const CSV_HEADER = toCsvLine([
  ...["seq", "at", "kind", "actor", "requestId"],
  ...CONTEXT,
  ...["detail", "id", "previous", "hash"],
]);

/** Writes a record as one line of CSV (RFC 4180). A text that a spreadsheet would run as a formula begins with an apostrophe. */
export function toCsv(record: StoredRecord): string {
  const { seq, at, kind, actor, requestId, detail, id, previous, hash } = record;
  const context = parseObject(detail) ?? {};
  const columns = CONTEXT.map((name) => asText(context[name] ?? ""));
  return toCsvLine([String(seq), toIsoTime(at), kind, actor, requestId, ...columns, detail, id, previous, hash]);
}

/** Formats a time in UTC; a number that is no time as it is. */
export function toIsoTime(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}

/** A column of SQLite can have been altered to contain bytes, which must not end the export. */
function toCsvLine(cells: readonly string[]): string {
  const quoted = cells.map(String).map((cell) => `"${(FORMULA.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`);
  return `${quoted.join(",")}\r\n`;
}
