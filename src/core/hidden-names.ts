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
  const folded = name.slice(0, MAX_NAME_LENGTH).toLowerCase();
  return folded.includes("_") || folded.includes("-") ? folded.replaceAll(/[_-]/g, "") : folded;
}

/** Makes the test of one glob. Most globs look for words in order, which needs no walk over the name. */
function makeGlobTest(glob: string): (name: string) => boolean {
  if (!/^\*[^?]*\*$/.test(glob)) return (name) => globMatches(glob, name);
  const words = glob.split("*");
  return (name) => {
    let from = 0;
    for (const word of words) {
      const at = name.indexOf(word, from);
      if (at < 0) return false;
      from = at + word.length;
    }
    return true;
  };
}

/** Makes the test whether the value under a name is hidden: whether one of the globs matches the name. */
export function makeNameTest(globs: readonly string[]): (name: string) => boolean {
  const tests = globs.map((glob) => makeGlobTest(normalizeName(glob)));
  const known = new Map<string, boolean>();
  return (name) => {
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered;
    const plain = normalizeName(name);
    const hidden = tests.some((matches) => matches(plain));
    if (known.size < MAX_REMEMBERED) known.set(name, hidden);
    return hidden;
  };
}
