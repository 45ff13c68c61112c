import type { KeepReason } from "../../src/core/kept-places.ts";
import { makeSearch } from "../../src/core/secret-search.ts";
import type { LearnedSecrets } from "../../src/core/shortest-secrets.ts";
import type { Work } from "../../src/core/slices.ts";

/** Hidden values and visible ones. */
export interface SearchedValues extends Partial<LearnedSecrets> {
  values?: readonly string[];
  kept?: Record<string, KeepReason>;
}

/** Finishes work, and returns the cost of each of its parts too. */
function finish<T>(work: Work<T>): { value: T; costs: number[] } {
  const costs: number[] = [];
  for (;;) {
    const next = work.next();
    if (next.done === true) return { value: next.value, costs };
    costs.push(next.value);
  }
}

/** Makes a search for values that are hidden under the names P0, P1 and so on. */
export function searchValues({ values = [], kept = {}, ...learned }: SearchedValues) {
  const secrets = values.map((value, index) => ({ name: `P${index}`, value }));
  const made = finish(
    makeSearch({ secrets, shortestLeftOut: Infinity, isLineLeftOut: false, ...learned }, new Map(Object.entries(kept))),
  );
  const find = (text: string, most = Infinity) => {
    const { value, costs } = finish(made.value.find(text, most));
    return { ...value, kept: [...value.kept].sort(), costs };
  };
  return { find, costs: made.costs };
}
