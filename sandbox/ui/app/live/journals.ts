import type { JournalEntry } from "../../../wire/journal.ts";
import { isRead, READ_OPERATIONS } from "../wire/wire-filter.ts";
import { control } from "./control-client.ts";
import type { Side, WireCall } from "./wire-call.ts";
import { world } from "./world.ts";

/** The page keeps this many calls that change something, so that read calls cannot push them out. */
const MAX_CALLS = 400;
/** The page keeps this many read calls. */
const MAX_READS = 100;

const newestFirst = (a: WireCall, b: WireCall) => b.at - a.at || b.seq - a.seq;

/** Merges new calls of one side into the list: without duplicates, newest first, within both limits. */
function addEntries(wire: WireCall[], side: Side, entries: JournalEntry[]): WireCall[] {
  const known = new Set(wire.filter((each) => each.side === side).map((each) => each.seq));
  const fresh = entries.flatMap((entry) => {
    if (known.has(entry.seq)) return [];
    known.add(entry.seq);
    return [{ ...entry, side }];
  });
  const all = [...fresh, ...wire].sort(newestFirst);
  const reads = all.filter(isRead).slice(0, MAX_READS);
  const others = all.filter((each) => !isRead(each)).slice(0, MAX_CALLS);
  return [...reads, ...others].sort(newestFirst);
}

/** The current or latest read of each journal. */
const reading: Record<Side, Promise<void>> = { slack: Promise.resolve(), aws: Promise.resolve() };

/** Reads a whole journal. */
export function readJournal(side: Side): void {
  reading[side] = replaceCalls(side);
}

/** Replaces all calls of the side: a journal can be cleared, and a restarted sandbox numbers its calls from 1 again. */
async function replaceCalls(side: Side): Promise<void> {
  const which = [`last=${MAX_READS}`, `last=${MAX_CALLS / 2}&without=${READ_OPERATIONS.join(",")}`];
  const read = await Promise.all(which.map((each) => control.get(side, `/requests?${each}`)));
  if (read.some((each) => each.ok === false)) return;
  const entries = read.flatMap(({ requests }) => requests as JournalEntry[]);
  world.set(({ wire }) => {
    const others = wire.filter((each) => each.side !== side);
    return { wire: addEntries(others, side, entries) };
  });
}

/** Adds a new call after the current read of its journal, which would otherwise drop it. */
export async function addCall(side: Side, entry: JournalEntry): Promise<void> {
  await reading[side];
  world.set(({ wire }) => ({ wire: addEntries(wire, side, [entry]) }));
}
