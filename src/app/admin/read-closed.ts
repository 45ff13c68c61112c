import type { ClosedCursor, ClosedQuery } from "../ports/request-search.ts";

const BATCH = 500;

/** Reads closed requests batch by batch, in the order of the query, until the reader stops or none is left. */
export async function* readClosed<Row extends { id: string; closedAt: number | null }>(
  read: (query: ClosedQuery) => Promise<Row[]>,
  query: Omit<ClosedQuery, "limit">,
): AsyncGenerator<Row[]> {
  let from: Pick<ClosedQuery, "before" | "after"> = query;
  for (;;) {
    const batch = await read({ ...query, ...from, limit: BATCH });
    const last = batch.at(-1);
    if (last === undefined) return;
    yield batch;
    const cursor: ClosedCursor = { closedAt: last.closedAt ?? 0, id: last.id };
    from = query.after === undefined ? { before: cursor } : { before: null, after: cursor };
    if (batch.length < BATCH) return;
  }
}
