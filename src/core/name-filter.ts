import { globMatches } from "./glob.ts";

/** Tells whether a name is meant by the value of a filter: the name or its beginning, in any case; or a glob. */
export function nameMatches(filter: string | undefined, name: string | null): boolean {
  if (filter === undefined) return true;
  if (name === null) return false;
  const [glob, text] = [filter.toLowerCase(), name.toLowerCase()];
  return /[*?]/.test(glob) ? globMatches(glob, text) : text.startsWith(glob);
}
