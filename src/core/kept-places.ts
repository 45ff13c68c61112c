import { makePatternAutomaton } from "./pattern-automaton.ts";
import type { SearchView } from "./search-view.ts";
import { isToken, MAX_TOKEN_LENGTH, MIN_SECRET_LENGTH } from "./token.ts";

/**
 * Keeps what approvers must see: a requester can choose a hidden value that is a part of a visible value, or that contains
 * one. The visible values in a text are found first, and then taken out of the places that would be replaced.
 */

/** Why a value stays: the runbook allows it, a visible parameter has it, or it is a common word that decides nothing. */
export type KeepReason = "allowed" | "visible" | "common";

/** A place in a text that is replaced. `quote` surrounds the replacement. */
export interface Span {
  start: number;
  end: number;
  quote: string;
}

/** A hidden value in a text. */
export interface FoundSecret extends Span {
  /** The names under which the value is hidden. */
  names: ReadonlySet<string>;
  /** Whether a word continues before and after it. */
  continues: [before: boolean, after: boolean];
  /** Whether it is in what may be base64, but is more likely a word that decodes to noise. */
  isNoise: boolean;
}

/** A visible value in a text. Only a whole word interrupts a longer hidden value: else passwords would show a part of themselves. */
interface KeptPlace {
  start: number;
  end: number;
  isAllowed: boolean;
  isWord: boolean;
}

/** The visible values that are compared, in characters, the shortest first. Longer ones are recognized by their beginning. */
const MAX_LENGTH = 20_000;
const MAX_PREFIX_LENGTH = 64;
/** A comparison of two places costs a sixteenth of a step of the search. */
const COMPARISONS_PER_STEP = 16;

/** Makes a search for the visible values; `places` null: the text has too many. */
export function makeKeptSearch(kept: ReadonlyMap<string, KeepReason>) {
  const byPrefix = new Map<string, string[]>();
  let left = MAX_LENGTH;
  for (const value of [...kept.keys()].sort((a, b) => a.length - b.length)) {
    if (value.length < MIN_SECRET_LENGTH || kept.get(value) === "common") continue;
    const prefix = value.slice(0, MAX_PREFIX_LENGTH);
    const before = byPrefix.get(prefix);
    left -= before === undefined ? prefix.length : 8;
    if (left < 0) break;
    if (before === undefined) byPrefix.set(prefix, [value]);
    else before.unshift(value);
  }
  const automaton = makePatternAutomaton([...byPrefix.keys()]);
  const all = [...byPrefix.values()];
  return (views: readonly SearchView[], most: number): { places: KeptPlace[] | null; steps: number } => {
    const places: KeptPlace[] = [];
    let steps = 0;
    for (const { text, at } of byPrefix.size === 0 ? [] : views) {
      let compared = 0;
      steps += automaton.scan(text, (index, end) => {
        if (steps + compared > most) return true;
        const values = all[index] ?? [];
        const start = end - Math.min(values[0]?.length ?? 0, MAX_PREFIX_LENGTH);
        for (const value of values) {
          if (value.length > MAX_PREFIX_LENGTH) compared += value.length;
          if (!text.startsWith(value, start)) continue;
          const last = start + value.length;
          const place = { start: at?.[start] ?? start, end: at?.[last] ?? last };
          const isAllowed = kept.get(value) === "allowed";
          const isWord = isToken(text, start, last);
          // Inside other letters, a short visible value says nothing.
          if (isWord || value.length > MAX_TOKEN_LENGTH) places.push({ ...place, isAllowed, isWord });
        }
        return false;
      });
      steps += compared;
    }
    return { places: steps > most ? null : places, steps };
  };
}

/** Returns the cost of keepVisible, in steps of the search. */
export const keepCost = (found: readonly unknown[], kept: readonly unknown[]): number =>
  Math.ceil((found.length * kept.length) / COMPARISONS_PER_STEP);

/**
 * Takes visible values out of the places of hidden ones. Inside a visible value, only a whole word is hidden, as in
 * postgres://jane:(hidden)@db; nothing inside an allowed value, and no word that also is base64. `onKept` gets the names of values that stay.
 */
export function keepVisible(
  found: readonly FoundSecret[],
  kept: readonly KeptPlace[],
  onKept: (names: ReadonlySet<string>) => void,
): Span[] {
  return found.flatMap((secret) => {
    const around = kept.filter(({ start, end }) => start <= secret.start && end >= secret.end);
    if (around.some((place) => staysIn(secret, place))) {
      onKept(secret.names);
      return [];
    }
    const inside = kept.filter(
      ({ start, end, isWord }) =>
        isWord && start < secret.end && end > secret.start && (start > secret.start || end < secret.end),
    );
    return cutOut(secret, inside);
  });
}

function staysIn({ start, end, continues, isNoise }: FoundSecret, place: KeptPlace): boolean {
  const [isFirst, isLast] = [place.start === start, place.end === end];
  if (place.isAllowed || isNoise || (isFirst && isLast)) return true;
  return (!isFirst && continues[0]) || (!isLast && continues[1]);
}

/** Removes the places from the span. They may overlap. */
function cutOut({ start, end, quote }: Span, places: readonly KeptPlace[]): Span[] {
  const rest: Span[] = [];
  let from = start;
  for (const place of [...places].sort((a, b) => a.start - b.start)) {
    if (place.start > from) rest.push({ start: from, end: place.start, quote });
    from = Math.max(from, place.end);
  }
  if (from < end) rest.push({ start: from, end, quote });
  return rest;
}
