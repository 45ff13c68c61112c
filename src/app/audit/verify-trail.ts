import type { StoredRecord } from "../../core/audit-records.ts";
import type { ChainFinding } from "../../core/chain-finding.ts";
import { type ChainPosition, ChainVerifier } from "../../core/verify-chain.ts";
import type { AuditTrail } from "../ports/audit-trail.ts";
import type { Clock } from "../ports/aws.ts";

/** Records of one read. */
const PAGE = 1_000;
/** Records that are checked in one turn of the event loop: between two turns, this process receives the next page. */
const RECORDS_PER_TURN = 64;

export type TrailCheck =
  | {
      kind: "checked";
      /** The records that exist: their number, the position before the first, and the last position. */
      count: number;
      after: ChainPosition;
      last: ChainPosition;
      findings: ChainFinding[];
      /** Whether retention deleted the noted record: then it is not compared, and says nothing about the chain. */
      isNotedDeleted: boolean;
    }
  /** The row with the ends of the chain is missing. */
  | { kind: "no-head" };

/**
 * Recomputes the whole chain in pages, while bots may add records and delete the oldest ones by retention. `expected`: a
 * position that was noted outside of the database; without it, a chain that was rewritten as a whole looks intact.
 * `turn` resolves in a later turn of the event loop.
 */
export async function verifyTrail(
  trail: Pick<AuditTrail, "ends" | "page">,
  expected: ChainPosition | null,
  { sha256, turn }: { sha256: (text: string) => string } & Pick<Clock, "turn">,
): Promise<TrailCheck> {
  let ends = await trail.ends();
  if (ends === null) return { kind: "no-head" };
  const verifier = new ChainVerifier(ends.checkpoint, expected, sha256);
  // The first read has no lower end, so that a record in front of the chain is found too.
  let after: number | null = null;
  let reading: Promise<StoredRecord[]> | null = null;
  for (;;) {
    const records: StoredRecord[] = await (reading ?? trail.page(after, PAGE));
    reading = null;
    const first = records[0]?.seq ?? Number.POSITIVE_INFINITY;
    if (first > verifier.last.seq + 1) {
      ends = await trail.ends();
      if (ends === null) return { kind: "no-head" };
      // Retention has deleted these records since the last read, and maybe some of this page.
      if (ends.checkpoint.seq > verifier.last.seq) {
        verifier.skipTo(ends.checkpoint);
        after = ends.checkpoint.seq;
        continue;
      }
    }
    // The database reads the next page while this one is checked.
    const next = records.at(-1);
    if (next !== undefined) {
      reading = trail.page(next.seq, PAGE);
      reading.catch(() => undefined);
    }
    for (const [index, record] of records.entries()) {
      if (index % RECORDS_PER_TURN === 0) await turn();
      verifier.add(record);
    }
    after = verifier.last.seq;
    if (records.length > 0) continue;
    const { count, last } = verifier;
    if (ends.head.seq > last.seq && (await trail.page(after, 1)).length > 0) continue;
    const findings = verifier.end(ends.head);
    return { kind: "checked", count, after: ends.checkpoint, last, findings, isNotedDeleted: verifier.isNotedDeleted };
  }
}
