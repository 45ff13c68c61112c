/** Escapes that mean in JavaScript what they mean in Java; `\A`, `\z` and `\Z` are translated. */
const SHARED_ESCAPES = "bBcdDfknpPrsStuwWxAzZ";

/**
 * Compiles an `allowedPattern`, which AWS reads as Java does, to match a whole value. Flags at the beginning, `(?i)` and
 * the like, hold for all of it. Undefined for what JavaScript cannot express: possessive quantifiers, classes such as
 * `\p{Alpha}`, flags in the middle.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  const flags = new Set<string>();
  let rest = pattern;
  for (let lead = findLeadingFlags(rest); lead !== undefined; lead = findLeadingFlags(rest)) {
    for (const flag of lead) flags.add(flag);
    rest = rest.slice(`(?${lead})`.length);
  }
  if (flags.has("x") || flags.has("U") || rest.includes("&&[") || hasForeignEscape(rest)) return undefined;
  if (/\\p(?!\{[A-Z][a-z]?\})/i.test(rest)) return undefined; // only general categories mean the same
  const inForce = ["i", "m", "s"].filter((flag) => flags.has(flag)).join("");
  const source = `^(?${inForce}:${rest.replace(/\\(.)/gs, translateAnchor)})$`;
  return tryCompile(source, "u") ?? (/\\p/i.test(rest) ? undefined : tryCompile(source, ""));
}

const findLeadingFlags = (pattern: string) => /^\(\?([idmsuxU]+)\)/.exec(pattern)?.[1];

const hasForeignEscape = (pattern: string) =>
  [...pattern.matchAll(/\\(.)/gs)].some(([, letter = ""]) => /[a-z]/i.test(letter) && !SHARED_ESCAPES.includes(letter));

function translateAnchor(written: string, letter: string): string {
  if (letter === "A") return "(?-m:^)";
  return letter === "z" || letter === "Z" ? "(?-m:$)" : written;
}

function tryCompile(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}
