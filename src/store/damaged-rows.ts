import type { Kysely } from "kysely";
import type { DamagedRequest, OnDamaged } from "../app/ports/request-search.ts";
import type { ApprovalRequest } from "../core/request.ts";
import { parseWhole } from "./row-shapes.ts";
import { requestFromRow } from "./rows.ts";
import type { RequestsTable, Tables } from "./schema.ts";

/** A damaged row: a request, or an audit record of a request. */
export interface DamagedRow {
  table: "requests" | "audit";
  requestId: string;
}

/**
 * Reads lists without the damaged rows, so that one row stops no other request. This process reports each damaged row once,
 * and knows a damaged request until its row is restored, closed or deleted.
 */
export interface WholeRows {
  /** Parses rows of a table. `onDamaged` is called with the damaged ones at each read. */
  parse<Row, Value>(
    rows: readonly Row[],
    read: (row: Row) => Value,
    toDamaged: (row: Row) => DamagedRow,
    onDamaged?: (row: Row) => void,
  ): Value[];
  /** Parses rows of requests. */
  requests(rows: readonly RequestsTable[], onDamaged?: OnDamaged): ApprovalRequest[];
  /** Returns the damaged requests that this process found, and that are still damaged and not closed. */
  found(db: Kysely<Tables>): Promise<DamagedRequest[]>;
}

/** Makes the reader of lists. `report` is called once for each damaged row. */
export function makeWholeRows(report: (row: DamagedRow) => void = () => undefined): WholeRows {
  const reported = new Set<string>();
  const damaged = new Set<string>();
  const parse: WholeRows["parse"] = (rows, read, toDamaged, onDamaged) =>
    parseWhole(rows, read, (row) => {
      onDamaged?.(row);
      const about = toDamaged(row);
      if (about.table === "requests") damaged.add(about.requestId);
      const key = `${about.table} ${about.requestId}`;
      if (reported.has(key)) return;
      reported.add(key);
      report(about);
    });
  return {
    parse,
    requests: (rows, onDamaged) =>
      parse(rows, requestFromRow, ({ id }) => ({ table: "requests", requestId: id }), onDamaged),

    async found(db) {
      if (damaged.size === 0) return [];
      const rows = await db
        .selectFrom("requests")
        .selectAll()
        .where("id", "in", [...damaged])
        .where("state", "!=", "closed")
        .orderBy("openedAt")
        .execute();
      damaged.clear();
      const left: DamagedRequest[] = [];
      parseWhole(rows, requestFromRow, (row) => left.push(row));
      for (const { id } of left) damaged.add(id);
      return left;
    },
  };
}

/** Reads up to `limit` values although some of the rows are damaged. `read` returns the first rows, and parses them. */
export async function readLimited<Row, Value>(
  limit: number,
  execute: (limit: number) => Promise<Row[]>,
  parse: (rows: readonly Row[]) => Value[],
): Promise<Value[]> {
  for (let asked = limit; ; ) {
    const rows = await execute(asked);
    const values = parse(rows);
    if (values.length >= limit || rows.length < asked) return values.slice(0, limit);
    asked = limit + 2 * (rows.length - values.length);
  }
}
