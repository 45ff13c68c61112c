import { hash } from "node:crypto";
import type { AuditTrail } from "../../src/app/ports/audit-trail.ts";
import { FIRST_HASH, type StoredRecord, storedChainText } from "../../src/core/audit-records.ts";
import type { ChainPosition } from "../../src/core/verify-chain.ts";

export const sha256 = (text: string) => hash("sha256", text);

/** What a check of the chain needs from its process. */
export const CHECKING = { sha256, turn: async () => undefined };

export const START: ChainPosition = { seq: 0, hash: FIRST_HASH };

/** Makes a chain of this many records, intact. */
export function aChain(count: number): StoredRecord[] {
  const records = Array.from({ length: count }, (_, index) => ({
    ...{ seq: index + 1, id: `id-${index + 1}`, requestId: `request-${index % 7}`, kind: "voted", at: 1_000 + index },
    ...{ actor: `U${index % 5}`, detail: `{"name":"Person ${index}","verdict":"approve"}`, previous: "", hash: "" },
  }));
  return rechain(records);
}

/** Computes every hash again, like someone who can write to the database. */
export function rechain(records: readonly StoredRecord[], start = START): StoredRecord[] {
  let { seq, hash: previous } = start;
  return records.map((record) => {
    const own = { ...record, seq: ++seq, previous };
    previous = sha256(storedChainText(own));
    return { ...own, hash: previous };
  });
}

export const toHead = (records: readonly StoredRecord[]): ChainPosition => {
  const last = records.at(-1);
  return last === undefined ? START : { seq: last.seq, hash: last.hash };
};

/** Serves records from memory, in the order of their numbers. */
export function aTrail(records: readonly StoredRecord[], head = toHead(records), checkpoint = START) {
  const sorted = records.toSorted((a, b) => a.seq - b.seq);
  let pages = 0;
  const trail: Pick<AuditTrail, "ends" | "page"> = {
    ends: async () => ({ head, checkpoint }),
    async page(after, limit) {
      pages++;
      return sorted.filter(({ seq }) => after === null || seq > after).slice(0, limit);
    },
  };
  return { ...trail, pages: () => pages };
}

/** Returns the records without those of these numbers. */
export const without = (records: readonly StoredRecord[], from: number, to = from) =>
  records.filter(({ seq }) => seq < from || seq > to);

export const renumbered = (records: readonly StoredRecord[], from: number, by: number) =>
  records.map((record) => (record.seq >= from ? { ...record, seq: record.seq + by } : record));

/** Changes these records and keeps their hashes. */
export const altered = (records: readonly StoredRecord[], from: number, to = from) =>
  records.map((record) => (record.seq >= from && record.seq <= to ? { ...record, actor: "UEVIL" } : record));

/** The findings about altered records of `aChain`. */
export const listAltered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `Record ${from + index} was altered (id "id-${from + index}").`);
