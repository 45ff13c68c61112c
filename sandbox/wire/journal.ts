/** One call that a stand-in received, with its outcome. */
export interface JournalEntry {
  seq: number;
  /** Epoch milliseconds on the sandbox's clock. */
  at: number;
  /** An AWS operation, a Slack method, or a delivery to the app (`deliver:block_actions`). */
  operation: string;
  /** The caller: the ARN of an AWS principal or the owner of a Slack token. Absent for an unknown caller. */
  principal?: string;
  input: unknown;
  /** Whether the call was executed. False for a call that was rejected first. */
  executed: boolean;
  /** The reply (HTTP status and body) and the fault that affected the call, if any. */
  outcome: { status: number; body: unknown; fault?: string };
}

export interface Journal {
  record(entry: Omit<JournalEntry, "seq" | "at">): JournalEntry;
  /** Lists entries in order: those after the sequence number `since`, and of one `operation`, if given. */
  list(filter?: { operation?: string; since?: number }): JournalEntry[];
  /** Calls `listener` for each new entry until the returned function is called. */
  subscribe(listener: (entry: JournalEntry) => void): () => void;
  clear(): void;
}

/** The number of entries to keep. Older entries are dropped. */
const MAX_ENTRIES = 50_000;
/** The number of entries that keep the body of their reply: the pages of many list calls would fill the memory. */
const MAX_BODIES = 2_000;

export function makeJournal(clock: { now(): number }): Journal {
  let entries: JournalEntry[] = [];
  let seq = 0;
  const listeners = new Set<(entry: JournalEntry) => void>();
  return {
    record(entry) {
      const full = { seq: ++seq, at: clock.now(), ...entry };
      entries.push(full);
      const old = entries.at(-1 - MAX_BODIES);
      if (old !== undefined) old.outcome = { ...old.outcome, body: "(no longer kept)" };
      if (entries.length > MAX_ENTRIES * 1.1) entries = entries.slice(-MAX_ENTRIES); // not on every call
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
