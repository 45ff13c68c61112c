import type { ApprovalRequest } from "../../core/request.ts";
import type { ClosedQuery, RequestSearch } from "../ports/request-search.ts";

const BATCH = 500;

/** Reads closed requests batch by batch, the latest first, until the reader stops or none is left. */
export async function* readClosed(
  search: Pick<RequestSearch, "closed">,
  query: Omit<ClosedQuery, "limit">,
): AsyncGenerator<ApprovalRequest[]> {
  let { before } = query;
  for (;;) {
    const batch = await search.closed({ ...query, before, limit: BATCH });
    const last = batch.at(-1);
    if (last === undefined) return;
    yield batch;
    before = { closedAt: last.closedAt ?? 0, id: last.id };
    if (batch.length < BATCH) return;
  }
}
