import { globMatches } from "./glob.ts";

/** The globs of names whose values are hidden, if the configuration does not say otherwise. */
export const DEFAULT_HIDDEN_NAMES = [
  "*password*",
  "*passwd*",
  "*pwd*",
  "*passphrase*",
  "*secret*",
  "*token*",
  "*api*key*",
  "*private*key*",
  "*access*key*",
  "*credential*",
  "*connection*string*",
  "*authorization*",
] as const;

/** Longer names are compared by their first characters: AWS has none, and texts by others must not cost more. */
const MAX_NAME_LENGTH = 256;
/** Distinct names whose result is remembered. */
const MAX_REMEMBERED = 10_000;

/** Names are compared without case, `_` and `-`: DB_PASSWORD, db-password and DbPassword are one name. */
export function normalizeName(name: string): string {
  return name.slice(0, MAX_NAME_LENGTH).toLowerCase().replaceAll(/[_-]/g, "");
}

/** Makes the test whether the value under a name is hidden: whether one of the globs matches the name. */
export function makeNameTest(globs: readonly string[]): (name: string) => boolean {
  const normalized = globs.map(normalizeName);
  const known = new Map<string, boolean>();
  return (name) => {
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered;
    const plain = normalizeName(name);
    const hidden = normalized.some((glob) => globMatches(glob, plain));
    if (known.size < MAX_REMEMBERED) known.set(name, hidden);
    return hidden;
  };
}
