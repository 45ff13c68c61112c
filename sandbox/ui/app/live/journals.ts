import { LOOKS, onlyLooks } from "../wire/wire-filter.ts";
import { control } from "./control-client.ts";
import type { Side, SidedEntry, WireEntry } from "./wire-entry.ts";
import { world } from "./world.ts";

/** How many calls the page keeps. */
const KEPT = 400;
/** How many of the calls that only look: apart from the others, which they would else push out. */
const LOOKS_KEPT = 100;

const newestFirst = (a: SidedEntry, b: SidedEntry) => b.at - a.at || b.seq - a.seq;

/** The wire with more calls of one side: each once, and of each kind as many as are kept. */
function withMore(wire: SidedEntry[], side: Side, entries: WireEntry[]): SidedEntry[] {
  const known = new Set(wire.filter((each) => each.side === side).map((each) => each.seq));
  const fresh = entries.flatMap((entry) => {
    if (known.has(entry.seq)) return [];
    known.add(entry.seq);
    return [{ ...entry, side }];
  });
  const all = [...fresh, ...wire].sort(newestFirst);
  const looks = all.filter(onlyLooks).slice(0, LOOKS_KEPT);
  const others = all.filter((each) => !onlyLooks(each)).slice(0, KEPT);
  return [...looks, ...others].sort(newestFirst);
}

/** The reading of each journal that is under way, or was last. */
const reading: Record<Side, Promise<void>> = { slack: Promise.resolve(), aws: Promise.resolve() };

/** Reads a journal as a whole. */
export function readJournal(side: Side): void {
  reading[side] = replaced(side);
}

/** Nothing of the side is kept: a journal can be emptied, and another run of the sandbox counts its calls from one. */
async function replaced(side: Side): Promise<void> {
  const which = [`last=${LOOKS_KEPT}`, `last=${KEPT / 2}&without=${LOOKS.join(",")}`];
  const read = await Promise.all(which.map((each) => control.get(side, `/requests?${each}`)));
  if (read.some((each) => each.ok === false)) return;
  const entries = read.flatMap(({ requests }) => requests as WireEntry[]);
  world.set(({ wire }) => {
    const others = wire.filter((each) => each.side !== side);
    return { wire: withMore(others, side, entries) };
  });
}

/** Adds a call that was told of. While its journal is being read it waits, or the reading would drop it. */
export async function addCall(side: Side, entry: WireEntry): Promise<void> {
  await reading[side];
  world.set(({ wire }) => ({ wire: withMore(wire, side, [entry]) }));
}
