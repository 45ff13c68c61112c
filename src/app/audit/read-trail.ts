import { chainTextOf, type StoredRecord } from "../../core/audit.ts";
import { requestLine, requestReport, type TrailSearch } from "../../core/trail-report.ts";
import type { AuditTrail, TrailFilter } from "../ports/audit-trail.ts";

/** Records, or requests, of one read. */
const PAGE = 500;

/** Reads the records of a time in pages, in order. */
export async function* readTrail(trail: Pick<AuditTrail, "page">, filter: TrailFilter): AsyncGenerator<StoredRecord[]> {
  let after: number | null = null;
  for (;;) {
    const records: StoredRecord[] = await trail.page(after, PAGE, filter);
    if (records.length === 0) return;
    yield records;
    after = records.at(-1)?.seq ?? null;
  }
}

/** Finds the requests that opened in a time and match a search: one line for each, oldest first. */
export async function* findInTrail(
  trail: Pick<AuditTrail, "page" | "ofRequests">,
  filter: TrailFilter,
  search: TrailSearch,
): AsyncGenerator<string> {
  for await (const opened of readTrail(trail, { ...filter, kind: "requested" })) {
    const byRequest = Map.groupBy(
      await trail.ofRequests(opened.map(({ requestId }) => requestId)),
      ({ requestId }) => requestId,
    );
    for (const { requestId } of opened) {
      const line = requestLine(byRequest.get(requestId) ?? [], search);
      if (line !== null) yield line;
    }
  }
}

/** Answers "who let this run?": one page for each request of an execution. Null if no record has this id. */
export async function showFromTrail(
  trail: Pick<AuditTrail, "findRequests" | "ofRequests">,
  id: string,
  sha256: (text: string) => string,
): Promise<{ lines: string[]; intact: boolean } | null> {
  const requestIds = await trail.findRequests(id);
  if (requestIds.length === 0) return null;
  const records = await trail.ofRequests(requestIds);
  const isIntact = (record: StoredRecord) => sha256(chainTextOf(record)) === record.hash;
  const pages = requestIds.map((each) => records.filter(({ requestId }) => requestId === each));
  const lines = pages.flatMap((page, index) => [
    ...(index === 0 ? [] : [""]),
    ...requestReport(page, page.every(isIntact)),
  ]);
  return { lines, intact: records.every(isIntact) };
}
