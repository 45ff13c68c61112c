/** Escapes with the same meaning in JavaScript and Java, and `\A`, `\z` and `\Z`, which are translated. */
const SHARED_ESCAPES = "bBcdDfknpPrsStuwWxAzZ";

/**
 * Compiles an `allowedPattern`, a Java regular expression, to match a whole value. Flags at the start, such as `(?i)`,
 * apply to the whole pattern. Returns undefined for patterns that JavaScript cannot express: possessive quantifiers,
 * classes such as `\p{Alpha}`, and flags in the middle.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  const flags = new Set<string>();
  let body = pattern;
  for (let leading = findLeadingFlags(body); leading !== undefined; leading = findLeadingFlags(body)) {
    for (const flag of leading) flags.add(flag);
    body = body.slice(`(?${leading})`.length);
  }
  if (flags.has("x") || flags.has("U") || body.includes("&&[") || hasForeignEscape(body)) return undefined;
  if (/\\p(?!\{[A-Z][a-z]?\})/i.test(body)) return undefined; // only general categories have the same meaning
  const sharedFlags = ["i", "m", "s"].filter((flag) => flags.has(flag)).join("");
  const source = `^(?${sharedFlags}:${body.replace(/\\(.)/gs, translateAnchor)})$`;
  return tryCompile(source, "u") ?? (/\\p/i.test(body) ? undefined : tryCompile(source, ""));
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
