/** One manipulation. `from` and `to` are numbers of records, both included. */
export type ChainFinding =
  /** `id`: of a single record. */
  | { kind: "altered"; from: number; to: number; id: string | null }
  /** `renumberedTo`: later records, up to this number, were renumbered to hide it; otherwise null. */
  | { kind: "deleted"; from: number; to: number; renumberedTo: number | null }
  | { kind: "inserted"; from: number; to: number; renumberedTo: number | null }
  | { kind: "swapped"; from: number; to: number }
  | { kind: "moved"; from: number; to: number }
  /** The record is intact, and does not continue the checkpoint before it. */
  | { kind: "not-continued"; from: number; to: number }
  /** Records after `from` are missing, up to `to`: the head of the database, or the position that was noted outside of it. */
  | { kind: "cut-off"; from: number; to: number }
  /** The head of the database has another hash than its last record. */
  | { kind: "wrong-head"; from: number; to: number }
  /** The record differs from the one that was noted outside of the database. */
  | { kind: "rewritten"; from: number; to: number };

/** Says in one sentence what was changed. */
export function describeFinding(finding: ChainFinding): string {
  const { kind, from, to } = finding;
  const records = from === to ? `Record ${from}` : `Records ${from} to ${to}`;
  const were = from === to ? "was" : "were";
  switch (kind) {
    case "altered":
      return `${records} ${were} altered${finding.id === null ? "" : ` (id ${JSON.stringify(finding.id)})`}.`;
    case "deleted":
    case "inserted": {
      const hidden =
        finding.renumberedTo === null ? "" : `, and the records up to ${finding.renumberedTo} were renumbered`;
      return `${records} ${were} ${kind}${hidden}.`;
    }
    case "swapped":
      return `Records ${from} and ${to} were swapped.`;
    case "moved":
      return `Record ${from} was moved to number ${to}.`;
    case "not-continued":
      return `Record ${from} does not continue the checkpoint: the checkpoint or the records before it were changed.`;
    case "cut-off":
      return `The records after ${from}, up to ${to}, were deleted.`;
    case "wrong-head":
      return `Record ${from} or the head of the chain (table audit_head) was altered: their hashes differ.`;
    case "rewritten":
      return `Record ${from} has another hash than the noted head: the chain was rewritten.`;
    default:
      throw new Error(`no text for ${kind satisfies never}`);
  }
}
