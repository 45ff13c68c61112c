import { type StoredRecord, storedChainText } from "../../core/audit-records.ts";
import { describeRemaining, isExecutionShown } from "../../core/trail-records.ts";
import { requestLine, requestReport, type TrailSearch, unreadableRequest } from "../../core/trail-report.ts";
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

/**
 * Finds the requests that opened in a time and match a search: one line for each, oldest first. `intact`: whether the hash
 * of each of its records is that of its fields.
 */
export async function* findInTrail(
  trail: Pick<AuditTrail, "page" | "ofRequests">,
  filter: TrailFilter,
  search: TrailSearch,
  sha256: (text: string) => string,
): AsyncGenerator<{ line: string; intact: boolean }> {
  const seen = new Set<string>();
  for await (const found of readFirst(trail, filter)) {
    const requestIds = new Set(found.map(({ requestId }) => requestId).filter((requestId) => !seen.has(requestId)));
    const byRequest = Map.groupBy(await trail.ofRequests([...requestIds]), ({ requestId }) => requestId);
    for (const requestId of requestIds) {
      seen.add(requestId);
      const records = byRequest.get(requestId) ?? [];
      const { value: line, intact } = describe(
        records,
        sha256,
        // Retention has deleted the record that was found, or some of the others, since it was read.
        (each, isIntact) => (isIntact && !isExecutionShown(each) ? null : requestLine(each, isIntact, search)),
        unreadableRequest,
      );
      if (line !== null) yield { line, intact };
    }
  }
}

/** Reads a record of each request: first of those whose opening retention deleted, which are the oldest. */
async function* readFirst(trail: Pick<AuditTrail, "page">, filter: TrailFilter): AsyncGenerator<StoredRecord[]> {
  yield* readTrail(trail, { ...filter, isOpeningMissing: true });
  yield* readTrail(trail, { ...filter, kind: "requested" });
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
  // Retention can delete records between the two reads.
  if (records.length === 0) return null;
  const write = (page: readonly StoredRecord[], isIntact: boolean) =>
    isIntact && !isExecutionShown(page) ? describeRemaining(page) : requestReport(page, isIntact);
  const pages = requestIds
    .map((each) => records.filter(({ requestId }) => requestId === each))
    .filter((page) => page.length > 0)
    .map((page) => describe(page, sha256, write, (unreadable) => [unreadableRequest(unreadable)]));
  const lines = pages.flatMap(({ value }, index) => [...(index === 0 ? [] : [""]), ...value]);
  return { lines, intact: pages.every(({ intact }) => intact) };
}

/** Describes the records of a request. An altered record must not hide the other requests, so it never throws. */
function describe<Value>(
  records: readonly StoredRecord[],
  sha256: (text: string) => string,
  write: (records: readonly StoredRecord[], intact: boolean) => Value,
  unreadable: (records: readonly StoredRecord[]) => Value,
): { value: Value; intact: boolean } {
  try {
    const intact = records.every((record) => sha256(storedChainText(record)) === record.hash);
    return { value: write(records, intact), intact };
  } catch {
    return { value: unreadable(records), intact: false };
  }
}
