/** One call that a stand-in received, and what became of it. */
export interface JournalEntry {
  seq: number;
  /** Epoch milliseconds on the sandbox's clock. */
  at: number;
  /** AWS operation, Slack method, or a delivery to the app (`deliver:block_actions`). */
  operation: string;
  /** Who called: an AWS principal's ARN, a Slack token's owner; absent when it could not be told. */
  principal?: string;
  input: unknown;
  /** Whether the call changed or read the stand-in's state. False for what was refused before execution. */
  executed: boolean;
  /** What was answered: HTTP status and body, and the fault that struck, if any. */
  outcome: { status: number; body: unknown; fault?: string };
}

export interface Journal {
  record(entry: Omit<JournalEntry, "seq" | "at">): JournalEntry;
  /** Entries in order, after `sinceSeq` when given, of one operation when given. */
  list(filter?: { operation?: string; since?: number }): JournalEntry[];
  /** Calls `listener` for each new entry until the returned function is called. */
  subscribe(listener: (entry: JournalEntry) => void): () => void;
  clear(): void;
}

/** How many entries are kept; older ones are forgotten. */
const MAX_ENTRIES = 50_000;
/** How many of them keep the body of their answer: a long run of list calls would fill the memory with pages. */
const MAX_BODIES = 2_000;

export function makeJournal(clock: { now(): number }): Journal {
  let entries: JournalEntry[] = [];
  let seq = 0;
  const listeners = new Set<(entry: JournalEntry) => void>();
  return {
    record(entry) {
      const full = { seq: ++seq, at: clock.now(), ...entry };
      entries.push(full);
      const faded = entries.at(-1 - MAX_BODIES);
      if (faded !== undefined) faded.outcome = { ...faded.outcome, body: "(no longer kept)" };
      if (entries.length > MAX_ENTRIES * 1.1) entries = entries.slice(-MAX_ENTRIES); // now and then, not each time
      for (const listener of listeners) listener(full);
      return full;
    },
    list: ({ operation, since = 0 } = {}) =>
      entries.filter((entry) => entry.seq > since && (operation === undefined || entry.operation === operation)),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear() {
      entries = [];
    },
  };
}
