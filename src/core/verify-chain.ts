/**
 * Finds what was changed in the chain of audit records, in one pass with bounded memory.
 *
 * A record is intact if its stored hash is the hash of its fields. A chain is intact if each record also has the next number
 * and contains the hash of the record before it. A record that is not intact is explained by its neighbors: it may be intact
 * under another number, because records were swapped, moved, or renumbered to hide a deletion or an insertion.
 */
import { type StoredRecord, storedChainText } from "./audit-records.ts";
import type { ChainFinding } from "./chain-finding.ts";

/** A place in the chain: the number and the hash of a record. Number 0 is before the first record. */
export interface ChainPosition {
  seq: number;
  hash: string;
}

/** The ends of the chain that the database claims to have. `checkpoint`: the last record that retention deleted. */
export interface ChainEnds {
  head: ChainPosition;
  checkpoint: ChainPosition;
}

/** Records that are not intact, and numbers without a record, that are compared with each other. */
const MAX_EXAMINED = 200;
/** Gaps that are listed. */
const MAX_GAPS = 10_000;

/** Consecutive records that are not intact, and would be under their number plus `shift`; 0: or under no such number. */
interface BrokenRun {
  from: number;
  to: number;
  shift: -1 | 0 | 1;
}

/** Checks a chain record by record. `sha256` returns the hash of a text in hexadecimal. */
export class ChainVerifier {
  /** The number of records so far, and the last one. */
  count = 0;
  last: ChainPosition;
  readonly #sha256: (text: string) => string;
  readonly #expected: ChainPosition | null;
  #checkpoint: ChainPosition;
  readonly #findings: ChainFinding[] = [];
  readonly #runs: BrokenRun[] = [];
  readonly #examined: StoredRecord[] = [];
  readonly #gaps: { from: number; to: number }[] = [];
  #lastIsBroken = false;
  #isCompared = false;

  /** `expected`: a position that was noted outside of the database. */
  constructor(checkpoint: ChainPosition, expected: ChainPosition | null, sha256: (text: string) => string) {
    this.#sha256 = sha256;
    this.#expected = expected;
    this.#checkpoint = checkpoint;
    this.last = checkpoint;
    this.#compare(checkpoint);
  }

  /** Continues after a checkpoint that retention has set since the check began. */
  skipTo(checkpoint: ChainPosition): void {
    this.#checkpoint = checkpoint;
    this.last = checkpoint;
    this.#lastIsBroken = false;
    this.#compare(checkpoint);
  }

  /** Checks the next record, in the order of their numbers. */
  add(record: StoredRecord): void {
    const { seq, previous, hash } = record;
    this.count++;
    if (seq <= this.#checkpoint.seq) {
      this.#find({ kind: "inserted", from: seq, to: seq, renumberedTo: null });
      return;
    }
    const isBroken = !this.#isIntactAs(record, seq);
    const isNext = seq === this.last.seq + 1;
    if (!isNext && this.#gaps.length < MAX_GAPS) this.#gaps.push({ from: this.last.seq + 1, to: seq - 1 });
    if (isBroken) this.#addBroken(record);
    // An intact record contains the hash of the true record before it. A broken one is a finding already.
    else if (isNext && previous !== this.last.hash && !this.#lastIsBroken) this.#addReplaced(seq - 1);
    this.#lastIsBroken = isBroken;
    this.last = { seq, hash };
    this.#compare(this.last);
  }

  /** Ends the check and names what was changed. `head` is the last record that the database claims to have. */
  end(head: ChainPosition): ChainFinding[] {
    const last = this.last.seq;
    const moved = this.#explainBroken();
    for (const { from, to } of this.#gaps)
      if (from <= head.seq && !(from === to && moved.has(from)))
        this.#find({ kind: "deleted", from, to: Math.min(to, head.seq), renumberedTo: null });
    if (last < head.seq) this.#find({ kind: "cut-off", from: last, to: head.seq });
    else if (last > head.seq) this.#find({ kind: "inserted", from: head.seq + 1, to: last, renumberedTo: null });
    else if (this.last.hash !== head.hash) this.#find({ kind: "wrong-head", from: last, to: last });
    const noted = this.#expected?.seq ?? 0;
    if (noted > last) this.#find({ kind: "cut-off", from: last, to: noted });
    return this.#findings;
  }

  /** Tells whether the noted record is before the checkpoint, so that this chain proves nothing about it. */
  get isNotedDeleted(): boolean {
    return this.#expected !== null && !this.#isCompared && this.#expected.seq < this.#checkpoint.seq;
  }

  #find(finding: ChainFinding): void {
    this.#findings.push(finding);
  }

  #isIntactAs(record: StoredRecord, seq: number): boolean {
    return this.#sha256(storedChainText({ ...record, seq })) === record.hash;
  }

  #compare({ seq, hash }: ChainPosition): void {
    if (seq !== this.#expected?.seq) return;
    this.#isCompared = true;
    if (hash !== this.#expected.hash) this.#find({ kind: "rewritten", from: seq, to: seq });
  }

  /** The record has another hash than the record after it contains: it was changed together with its hash. */
  #addReplaced(seq: number): void {
    if (seq === this.#checkpoint.seq) this.#find({ kind: "not-continued", from: seq + 1, to: seq + 1 });
    else this.#find({ kind: "altered", from: seq, to: seq, id: null });
  }

  #addBroken(record: StoredRecord): void {
    const { seq } = record;
    const run = this.#runs.at(-1);
    // Far into a run of altered records, the next one is not compared with other numbers: each comparison costs a hash.
    const isHopeless = run?.shift === 0 && run.to - run.from > MAX_EXAMINED;
    const shift = isHopeless ? 0 : (([1, -1] as const).find((each) => this.#isIntactAs(record, seq + each)) ?? 0);
    if (run?.shift === shift && run.to === seq - 1) run.to = seq;
    else this.#runs.push({ from: seq, to: seq, shift });
    if (this.#examined.length < MAX_EXAMINED) this.#examined.push(record);
  }

  /** Names the manipulations behind the broken records. Returns the true numbers of moved records. */
  #explainBroken(): Set<number> {
    const inserted = new Set<number>();
    const single: BrokenRun[] = [];
    for (const [index, run] of this.#runs.entries()) {
      const next = this.#runs[index + 1];
      const isPair = (one: BrokenRun | undefined, other: BrokenRun | undefined) =>
        one?.shift === 1 &&
        other?.shift === -1 &&
        one.from === one.to &&
        other.from === other.to &&
        other.from === one.to + 1;
      if (isPair(run, next)) this.#find({ kind: "swapped", from: run.from, to: run.to + 1 });
      else if (isPair(this.#runs[index - 1], run)) continue;
      else if (run.shift === 1) this.#find({ kind: "deleted", from: run.from, to: run.from, renumberedTo: run.to });
      else if (run.shift === -1) {
        inserted.add(run.from - 1);
        this.#find({ kind: "inserted", from: run.from - 1, to: run.from - 1, renumberedTo: run.to });
      } else single.push(run);
    }
    return this.#explainSingle(single, inserted);
  }

  /** Looks for the true number of each broken record among the others and the gaps; otherwise it was altered. */
  #explainSingle(runs: readonly BrokenRun[], inserted: ReadonlySet<number>): Set<number> {
    const isSingle = ({ seq }: StoredRecord) => runs.some(({ from, to }) => from <= seq && seq <= to);
    const records = this.#examined.filter((record) => isSingle(record) && !inserted.has(record.seq));
    const explained = new Set<number>();
    const moved = new Set<number>();
    for (const record of records) {
      if (explained.has(record.seq)) continue;
      const other = records.find((each) => this.#isIntactAs(record, each.seq));
      const from = other?.seq ?? this.#missing().find((seq) => this.#isIntactAs(record, seq));
      if (from === undefined) continue;
      const isSwap = other !== undefined && this.#isIntactAs(other, record.seq);
      if (isSwap) explained.add(other.seq);
      moved.add(from);
      explained.add(record.seq);
      this.#find({
        kind: isSwap ? "swapped" : "moved",
        from: isSwap ? record.seq : from,
        to: isSwap ? from : record.seq,
      });
    }
    for (const { seq, id } of records) if (!explained.has(seq)) this.#find({ kind: "altered", from: seq, to: seq, id });
    const lastExamined = this.#examined.at(-1)?.seq ?? 0;
    for (const { from, to } of runs)
      if (to > lastExamined) this.#find({ kind: "altered", from: Math.max(from, lastExamined + 1), to, id: null });
    return moved;
  }

  /** The first numbers that no record has. */
  #missing(): number[] {
    const numbers: number[] = [];
    for (const { from, to } of this.#gaps)
      for (let seq = from; seq <= to && numbers.length < MAX_EXAMINED; seq++) numbers.push(seq);
    return numbers;
  }
}
