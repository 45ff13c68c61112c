import type { ClosedCursor, ClosedQuery } from "../ports/request-search.ts";

const BATCH = 500;

/** Reads closed requests batch by batch, the latest first, until the reader stops or none is left. */
export async function* readClosed<Row extends { id: string; closedAt: number | null }>(
  read: (query: ClosedQuery) => Promise<Row[]>,
  query: Omit<ClosedQuery, "limit">,
): AsyncGenerator<Row[]> {
  let before: ClosedCursor | null = query.before;
  for (;;) {
    const batch = await read({ ...query, before, limit: BATCH });
    const last = batch.at(-1);
    if (last === undefined) return;
    yield batch;
    before = { closedAt: last.closedAt ?? 0, id: last.id };
    if (batch.length < BATCH) return;
  }
}
