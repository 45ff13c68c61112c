/** Returns whether the whole text matches the glob, case-sensitively: `*` is any run of characters, `?` is one. */
export function globMatches(glob: string, text: string): boolean {
  if (glob.includes("?")) return walk(glob, text, () => true);
  const [first = "", ...others] = glob.split("*");
  const last = others.pop();
  if (last === undefined) return glob === text;
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  // The search for a text is many times as fast as a walk over it, and many routes compare the same long value.
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= end;
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
    } else if (glob[g] === "?" ? isOne(text[t]) : glob[g] === text[t]) {
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

/** Returns whether a text exists that both globs match. `run` says which characters a `*` of `b` matches. */
export function globsOverlap(a: string, b: string, run = /./s): boolean {
  // Whether a text exists that the first characters of `a` so far and the first j characters of `b` match.
  let row = Array.from({ length: b.length + 1 }, (_, j) => /^\**$/.test(b.slice(0, j)));
  for (const unit of a) {
    const isRun = unit === "*" || unit === "?" || run.test(unit);
    const next = [unit === "*" && row[0] === true];
    for (let j = 1; j <= b.length; j++) {
      const other = b[j - 1];
      if (unit === "*" || other === "*") next.push((isRun && row[j] === true) || next[j - 1] === true);
      else next.push((unit === "?" || other === "?" || unit === other) && row[j - 1] === true);
    }
    row = next;
  }
  return row[b.length] === true;
}
