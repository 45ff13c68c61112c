/** Returns whether the whole text matches the glob, case-sensitively: `*` is any run of characters, `?` is one. */
export function globMatches(glob: string, text: string): boolean {
  return walk(glob, text, () => true);
}

/**
 * Returns whether `wide` is certain to match every text that `narrow` matches. Reads `narrow` as a text: only a `*` matches
 * its `*`, and only a `?` or a `*` matches its `?`.
 */
export function globCovers(wide: string, narrow: string): boolean {
  return walk(wide, narrow, (unit) => unit !== "*");
}

/**
 * Walks glob and text with one point to return to, so a hostile text cannot make it slow, as it could make a regular
 * expression. `isOne` says which characters a `?` matches.
 */
function walk(glob: string, text: string, isOne: (unit: string | undefined) => boolean): boolean {
  let g = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (glob[g] === "*") {
      star = g++;
      mark = t;
    } else if (g < glob.length && (glob[g] === "?" ? isOne(text[t]) : glob[g] === text[t])) {
      g++;
      t++;
    } else if (star >= 0) {
      g = star + 1;
      t = ++mark;
    } else return false;
  }
  while (glob[g] === "*") g++;
  return g === glob.length;
}
