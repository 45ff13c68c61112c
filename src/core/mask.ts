import { globMatches } from "./glob.ts";

/** The replacement of a masked value. */
export const MASK = "••••••";

/** The mask does not search other texts for shorter values: they would hide half of every sentence. */
const MIN_SECRET_LENGTH = 3;

/** Deeper members are hidden as a whole: no reader needs them, and they must not exhaust the stack. */
const MAX_DEPTH = 60;

export interface Mask {
  /** Whether a parameter or input of this name is hidden. Names are compared without case. */
  hides(name: string): boolean;
  /** Replaces every secret value in the text. If the text is JSON, also inside its members. */
  text(text: string): string;
  /** Replaces hidden members and secret values at any depth, also inside strings that are JSON. */
  value(name: string, value: unknown): unknown;
}

/**
 * Makes the mask of one execution. Runbooks interpolate parameters, so a secret value also appears in the step's message
 * and in the inputs of other steps. Therefore the mask hides the value there too, not only under its name. The same
 * applies to hidden members of parameters that are JSON, such as a StringMap.
 */
export function makeMask(globs: readonly string[], parameters: Record<string, readonly string[]>): Mask {
  const lowered = globs.map((glob) => glob.toLowerCase());
  const hides = (name: string) => lowered.some((glob) => globMatches(glob, name.toLowerCase()));
  const secrets = Object.entries(parameters)
    .flatMap(([name, values]) => values.flatMap((value) => secretsIn(name, value, hides, false, 0)))
    .filter((value) => value.length >= MIN_SECRET_LENGTH)
    .flatMap((value) => [value, asInJson(value)])
    .sort((a, b) => b.length - a.length);
  const known = [...new Set(secrets)];

  const replaced = (original: string) => known.reduce((rest, secret) => rest.replaceAll(secret, MASK), original);
  const inText = (original: string, depth: number): string => {
    const inside = parsedJson(original);
    if (inside === undefined) return replaced(original);
    const masked = inValue("", inside, depth + 1);
    return masked === MASK || JSON.stringify(masked) !== JSON.stringify(inside) ? asText(masked) : original;
  };
  const inValue = (name: string, original: unknown, depth: number): unknown => {
    if (hides(name) || depth > MAX_DEPTH) return MASK;
    if (typeof original === "string") return inText(original, depth);
    if (typeof original === "number") return replaced(String(original)) === String(original) ? original : MASK;
    if (Array.isArray(original)) return original.map((each) => inValue("", each, depth + 1));
    if (typeof original === "object" && original !== null)
      return Object.fromEntries(
        Object.entries(original).map(([key, each]) => [replaced(key), inValue(key, each, depth + 1)]),
      );
    return original;
  };
  return { hides, text: (text) => inText(text, 0), value: (name, value) => inValue(name, value, 0) };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Collects every string and number under a hidden name, at any depth. */
function secretsIn(
  name: string,
  value: unknown,
  hides: (name: string) => boolean,
  hidden: boolean,
  depth: number,
): string[] {
  if (depth > MAX_DEPTH) return [];
  const secret = hidden || hides(name);
  const within = (key: string, each: unknown) => secretsIn(key, each, hides, secret, depth + 1);
  if (typeof value === "number") return secret ? [String(value)] : [];
  if (typeof value === "string") {
    const inside = parsedJson(value);
    return [...(secret ? [value] : []), ...(inside === undefined ? [] : within("", inside))];
  }
  if (Array.isArray(value)) return value.flatMap((each) => within("", each));
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, each]) => within(key, each));
  return [];
}

/** Parses a text that is a JSON object or list. Returns undefined for any other text. */
function parsedJson(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/** Escapes a value as JSON does: an input that is JSON contains the line breaks of a key or certificate in this form. */
function asInJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
