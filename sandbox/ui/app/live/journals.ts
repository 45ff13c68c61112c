import type { JournalEntry } from "../../../wire/journal.ts";
import { isRead, READ_OPERATIONS } from "../wire/wire-filter.ts";
import { control } from "./control-client.ts";
import type { Side, WireCall } from "./wire-call.ts";
import { world } from "./world.ts";

/** How many calls the page keeps. */
const MAX_CALLS = 400;
/** How many of the calls that only look: apart from the others, which they would else push out. */
const MAX_READS = 100;

const newestFirst = (a: WireCall, b: WireCall) => b.at - a.at || b.seq - a.seq;

/** The wire with more calls of one side: each once, and of each kind as many as are kept. */
function addEntries(wire: WireCall[], side: Side, entries: JournalEntry[]): WireCall[] {
  const known = new Set(wire.filter((each) => each.side === side).map((each) => each.seq));
  const fresh = entries.flatMap((entry) => {
    if (known.has(entry.seq)) return [];
    known.add(entry.seq);
    return [{ ...entry, side }];
  });
  const all = [...fresh, ...wire].sort(newestFirst);
  const looks = all.filter(isRead).slice(0, MAX_READS);
  const others = all.filter((each) => !isRead(each)).slice(0, MAX_CALLS);
  return [...looks, ...others].sort(newestFirst);
}

/** The reading of each journal that is under way, or was last. */
const reading: Record<Side, Promise<void>> = { slack: Promise.resolve(), aws: Promise.resolve() };

/** Reads a journal as a whole. */
export function readJournal(side: Side): void {
  reading[side] = replaceCalls(side);
}

/** Nothing of the side is kept: a journal can be emptied, and another run of the sandbox counts its calls from one. */
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

/** Adds a call that was told of. While its journal is being read it waits, or the reading would drop it. */
export async function addCall(side: Side, entry: JournalEntry): Promise<void> {
  await reading[side];
  world.set(({ wire }) => ({ wire: addEntries(wire, side, [entry]) }));
}
