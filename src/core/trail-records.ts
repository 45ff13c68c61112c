import type { AuditDetails, AuditKind, StoredRecord } from "./audit-records.ts";
import { clean } from "./clean-text.ts";
import { parseObject } from "./parse-object.ts";
import { toIsoTime } from "./trail-export.ts";

/** A record of the audit trail with its parsed detail. */
export type Read = { [Kind in AuditKind]: { record: StoredRecord; kind: Kind; detail: AuditDetails[Kind] } }[AuditKind];

/** Reads the records of a request. Leaves out a record whose detail was altered so that it is no object. */
export function readRecords(records: readonly StoredRecord[]): Read[] {
  return records.flatMap((record) => {
    const detail = parseObject(record.detail);
    return detail === null ? [] : [{ record, kind: record.kind, detail } as unknown as Read];
  });
}

/** Finds the newest record of a kind. */
export const find = <Kind extends AuditKind>(records: readonly Read[], kind: Kind) =>
  records.findLast((each): each is Extract<Read, { kind: Kind }> => each.kind === kind);

const SHOWS_EXECUTION: ReadonlySet<string> = new Set<AuditKind>(["requested", "decided", "closed"]);

/** Tells whether a record shows the execution: retention can leave only the last records of a request. */
export const isExecutionShown = (records: readonly StoredRecord[]): boolean =>
  records.some(({ kind }) => SHOWS_EXECUTION.has(kind));

/** Lists intact records of a request of which none shows the execution. */
export function describeRemaining(records: readonly StoredRecord[]): string[] {
  const line = (text: string) => clean(text).replaceAll("\n", " ");
  return [
    `Request ${line(records[0]?.requestId ?? "unknown")}: there is no record that shows the execution. Either retention deleted it, or the request was unknown at a click.`,
    ...records.map(({ seq, at, kind, actor }) => line(`  ${toIsoTime(at)} record ${seq}: ${kind} by ${actor}`)),
    "  The hash of each of these records is intact. countersign audit verify checks the whole chain.",
  ];
}
