import type { AuditDetails, AuditKind, StoredRecord } from "./audit-records.ts";
import { parseObject } from "./parse-object.ts";

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
