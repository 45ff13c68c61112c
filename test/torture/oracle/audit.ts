import { createHash } from "node:crypto";
import { chainText, FIRST_HASH, isPublished } from "../../../src/core/audit-records.ts";
import { auditFromRow } from "../../../src/store/rows.ts";
import type { Evidence } from "./evidence.ts";

/** Checks that the chain is intact, that each stage of a request is recorded once, and that every event was published. */
export function auditViolations(evidence: Evidence): string[] {
  return [...chainViolations(evidence), ...stageViolations(evidence), ...eventViolations(evidence)];
}

/** Counts the repeated publications of events. Each repetition has the same id, so that consumers can drop it. */
export function repeatedEvents({ events }: Evidence): number {
  return events.length - new Set(events.map((event) => event.detail.id)).size;
}

function chainViolations({ records }: Evidence): string[] {
  const violations: string[] = [];
  let previous = FIRST_HASH;
  for (const [index, row] of records.audit.entries()) {
    const record = auditFromRow(row);
    const hash = createHash("sha256").update(chainText(record)).digest("hex");
    if (record.seq !== index + 1) violations.push(`audit record ${record.seq} is at position ${index + 1}`);
    if (record.previous !== previous)
      violations.push(`audit record ${record.seq} does not contain the hash of the previous record`);
    if (record.hash !== hash) violations.push(`audit record ${record.seq} has a hash that does not match its content`);
    previous = record.hash;
  }
  return violations;
}

function stageViolations({ records }: Evidence): string[] {
  return records.requests.flatMap((request) => {
    const kinds = records.audit.filter((row) => row.requestId === request.id).map((row) => row.kind);
    const count = (kind: string) => kinds.filter((each) => each === kind).length;
    const expected = {
      requested: 1,
      decided: request.decision === null ? 0 : 1,
      closed: request.state === "closed" ? 1 : 0,
    };
    const wrong = Object.entries(expected).filter(([kind, times]) => count(kind) !== times);
    const votes = records.votes.filter((vote) => vote.requestId === request.id).length;
    return [
      ...wrong.map(([kind, times]) => `request ${request.id} has ${count(kind)} records "${kind}", not ${times}`),
      ...(count("voted") < votes
        ? [`request ${request.id} has ${votes} votes and ${count("voted")} records of them`]
        : []),
      ...(kinds[0] === "requested" ? [] : [`the records of request ${request.id} begin with ${kinds[0]}`]),
    ];
  });
}

function eventViolations({ records, events }: Evidence): string[] {
  const published = new Set(events.map((event) => event.detail.id));
  const known = new Set(records.audit.map((row) => row.id));
  return [
    ...records.audit
      .filter((row) => isPublished(row) && !(published.has(row.id) && row.publishing === "done"))
      .map((row) => `audit record ${row.seq} (${row.kind}) was not published, or is not marked as published`),
    ...records.audit
      .filter((row) => !isPublished(row) && published.has(row.id))
      .map((row) => `audit record ${row.seq} (${row.kind}) was published although its kind must not be`),
    ...[...published].filter((id) => !known.has(id)).map((id) => `the event ${id} has no record`),
  ];
}
