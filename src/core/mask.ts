import { globMatches } from "./policy.ts";

/** What a masked value is replaced with. */
export const MASK = "••••••";

/** Values shorter than this are not searched for in other texts: they would mask half of every sentence. */
const SHORTEST_SECRET = 4;

export interface Mask {
  /** Whether a parameter or input of this name is hidden. Names are compared without case. */
  hides(name: string): boolean;
  /** The text with every secret value known to this mask replaced, wherever it stands. */
  text(text: string): string;
  /** The same value with hidden members and secret values replaced, however deep. */
  value(name: string, value: unknown): unknown;
}

/**
 * A mask for one execution. A secret parameter also turns up inside the step's message and the inputs of other steps,
 * since runbooks interpolate; so its values are hidden there too, not only under its name.
 */
export function makeMask(globs: readonly string[], parameters: Record<string, readonly string[]>): Mask {
  const lowered = globs.map((glob) => glob.toLowerCase());
  const hides = (name: string) => lowered.some((glob) => globMatches(glob, name.toLowerCase()));
  const secrets = Object.entries(parameters)
    .filter(([name]) => hides(name))
    .flatMap(([, values]) => values)
    .filter((value) => value.length >= SHORTEST_SECRET)
    .flatMap((value) => [value, asInJson(value)])
    .sort((a, b) => b.length - a.length);
  const text = (original: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), original);
  const value = (name: string, original: unknown): unknown => {
    if (hides(name)) return MASK;
    if (typeof original === "string") return text(original);
    if (typeof original === "number") return text(String(original)) === String(original) ? original : MASK;
    if (Array.isArray(original)) return original.map((each) => value("", each));
    if (typeof original === "object" && original !== null)
      return Object.fromEntries(Object.entries(original).map(([key, each]) => [text(key), value(key, each)]));
    return original;
  };
  return { hides, text, value };
}

/** A key or certificate has line breaks, and stands inside an input that is JSON itself as JSON writes them. */
function asInJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
