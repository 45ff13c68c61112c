import { findBase64, toUtf8Units } from "./base64-runs.ts";
import { makeNameTest } from "./hidden-names.ts";
import { hiddenByName, learnSecrets, MAX_DEPTH, type Secret, type SecretSources } from "./learn-secrets.ts";
import { findNamedValues, leaves } from "./named-values.ts";
import { makePatternAutomaton, type PatternAutomaton } from "./pattern-automaton.ts";
import { decodedViews, normalizeText, type SearchView, viewText } from "./search-view.ts";

/** The replacement of a masked value. */
export const MASK = "(hidden)";

/** Shown instead of a whole value that was not searched. */
export const WITHHELD = "(withheld: too long to search for hidden values)";

/** The cost of one execution, in steps of the search: about 25 milliseconds. */
const MAX_STEPS = 500_000;
/** The patterns of one execution, in characters. */
const MAX_PATTERN_LENGTH = 20_000;
/** Longer values are recognized by their beginning, also if a text has been cut off within them. */
const MAX_PREFIX_LENGTH = 64;
/** Shorter values occur in any sentence: they are hidden only under their own names. */
const MIN_SECRET_LENGTH = 3;
/** Values up to this length, and numbers, are hidden only as whole tokens: their characters occur in other words. */
const MAX_TOKEN_LENGTH = 5;
const NUMBER = /^-?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?$/;

/** Words that decide nothing by themselves: they are hidden only under their own names. */
const COMMON = new Set("true false yes no on off enabled disabled none null nil undefined".split(" "));

export interface Mask {
  /** Whether a parameter or input of this name is hidden. Names are compared without case, `_` and `-`. */
  hides(name: string): boolean;
  /** Replaces every secret value in the text, and the values under hidden names in it. */
  text(text: string): string;
  /** Replaces hidden members and secret values at any depth. */
  value(name: string, value: unknown): unknown;
  /** Returns the same mask, new, that never replaces these values: those that the runbook allows for its parameters. */
  allowing(allowedValues: readonly string[]): Mask;
  /** The names of hidden values that a text contained and that were not replaced there. */
  notReplaced(): string[];
  /** The number of texts that were withheld because the search would have taken too long. */
  withheld(): number;
  /** The cost so far, in steps of the search. */
  steps(): number;
}

/** A place in a text that is replaced. `quote` surrounds the replacement. */
interface Span {
  start: number;
  end: number;
  quote: string;
}

/**
 * Makes the mask of one read of an execution. Runbooks interpolate values, so a secret also appears in the step's message
 * and in the inputs of other steps. Therefore the mask hides it there too. The values of visible parameters and
 * `allowedValues` are never replaced: otherwise a person could choose a hidden value that hides a text from the approvers.
 */
export function makeMask(
  globs: readonly string[],
  sources: SecretSources,
  allowedValues: readonly string[] = [],
): Mask {
  const hides = makeNameTest(globs);
  /** Made at the first text: most reads of an execution show nothing new. */
  let search: Search | null = null;
  const known = new Map<string, string>();
  const notReplaced = new Set<string>();
  let withheld = 0;
  let left = MAX_STEPS;

  const maskText = (text: string): string => {
    if (globs.length === 0 || text === "") return text;
    const before = known.get(text);
    if (before !== undefined) return before;
    search ??= makeSearch(learnSecrets(sources, hides), toKept(sources, allowedValues, hides));
    const found = left < text.length ? null : search.find(text, left);
    left -= found?.steps ?? 0;
    for (const name of found?.kept ?? []) notReplaced.add(name);
    if (found === null || found.spans === null) withheld++;
    const masked =
      found === null || found.spans === null ? WITHHELD : replaceSpans(text, [...found.spans, ...named(text)]);
    known.set(text, masked);
    return masked;
  };
  const named = (text: string): Span[] => findNamedValues(text, hides);
  const maskValue = (name: string, value: unknown, depth: number): unknown => {
    if (hides(name) || depth > MAX_DEPTH) return MASK;
    if (typeof value === "string") return maskText(value);
    if (typeof value === "number") return maskText(String(value)) === String(value) ? value : MASK;
    if (typeof value !== "object" || value === null) return value;
    if (left-- <= 0) return WITHHELD;
    if (Array.isArray(value)) return value.map((each) => maskValue("", each, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        maskText(key),
        hiddenByName(value, key, hides) === null ? maskValue(key, each, depth + 1) : MASK,
      ]),
    );
  };
  return {
    hides,
    text: maskText,
    value: (name, value) => maskValue(name, value, 0),
    allowing: (values) => makeMask(globs, sources, values),
    notReplaced: () => [...notReplaced],
    withheld: () => withheld,
    steps: () => MAX_STEPS - left,
  };
}

/** Collects the values that are never replaced: those of visible parameters, allowed values and common words. */
function toKept(
  { parameters }: SecretSources,
  allowedValues: readonly string[],
  hides: (name: string) => boolean,
): ReadonlySet<string> {
  const visible = Object.entries(parameters).flatMap(([name, values]) => (hides(name) ? [] : values));
  const json = visible.filter((text) => /^\s*[[{]/.test(text));
  const members = json.flatMap((text) => leaves(replaceSpans(text, findNamedValues(text, hides))));
  return new Set([...COMMON, ...[...allowedValues, ...visible, ...members].map(normalizeText)]);
}

interface Pattern {
  /** The names under which its values are hidden. */
  names: Set<string>;
  /** The values that begin with the pattern, the longest first. */
  values: string[];
  isKept: boolean;
  isToken: boolean;
}

interface Search {
  /** Finds the secrets in a text; `spans` null: the text must be withheld. `kept`: names whose values stay visible. */
  find(text: string, most: number): { spans: Span[] | null; kept: Set<string>; steps: number };
}

function makeSearch(secrets: readonly Secret[], kept: ReadonlySet<string>): Search {
  const { patterns, shortestLeftOut } = toPatterns(secrets, kept);
  const all = [...patterns.values()];
  const automaton = makePatternAutomaton([...patterns.keys()]);
  return {
    find(text, most) {
      const spans: Span[] = [];
      const seen = new Set<string>();
      let steps = 0;
      if (text.length >= shortestLeftOut) return { spans: null, kept: seen, steps };
      for (const view of all.length === 0 ? [] : [viewText(text), ...decodedViews(text)]) {
        if (steps + view.text.length > most) return { spans: null, kept: seen, steps };
        steps += scanView({ automaton, all, view, spans, seen, most: most - steps });
      }
      for (const { start, end, text: decoded } of all.length === 0 ? [] : findBase64(text)) {
        if (steps + decoded.length > most) return { spans: null, kept: seen, steps };
        const inside: Span[] = [];
        const view = { text: decoded, at: null };
        const scan = {
          automaton,
          all,
          view,
          spans: inside,
          seen: new Set<string>(),
          most: most - steps,
          isDecoded: true,
        };
        steps += decoded.length + scanView(scan);
        if (inside.length > 0) spans.push({ start, end, quote: "" });
      }
      return { spans: steps > most ? null : spans, kept: seen, steps };
    },
  };
}

/** Makes the patterns of all values: as a whole, line by line, and as bytes. The shortest come first, for as long as they fit. */
function toPatterns(secrets: readonly Secret[], kept: ReadonlySet<string>) {
  const values = new Map<string, Set<string>>();
  for (const { name, value } of secrets) {
    const lines = value.includes("\n") || value.includes("\r") ? value.split(/[\r\n]+/) : [];
    for (const form of [value, ...lines].flatMap((each) => [each, toUtf8Units(each) ?? ""])) {
      const text = normalizeText(form);
      if (text === "") continue;
      const names = values.get(text) ?? new Set();
      values.set(text, names.add(name));
    }
  }
  const patterns = new Map<string, Pattern>();
  let left = MAX_PATTERN_LENGTH;
  for (const [text, names] of [...values].sort(([a], [b]) => a.length - b.length)) {
    const prefix = text.slice(0, MAX_PREFIX_LENGTH);
    const before = patterns.get(prefix);
    left -= before === undefined ? prefix.length : 8;
    if (left < 0) return { patterns, shortestLeftOut: text.length };
    const isKept = text.length < MIN_SECRET_LENGTH || kept.has(text);
    patterns.set(prefix, {
      names: new Set([...(before?.names ?? []), ...names]),
      values: [text, ...(before?.values ?? [])],
      isKept: isKept && before?.isKept !== false,
      isToken: text.length <= MAX_TOKEN_LENGTH || NUMBER.test(text),
    });
  }
  return { patterns, shortestLeftOut: Number.POSITIVE_INFINITY };
}

/** Finds the secrets in one view, and returns the cost. `isDecoded`: a short value must be everything that the view has. */
function scanView(scan: {
  automaton: PatternAutomaton;
  all: readonly Pattern[];
  view: SearchView;
  spans: Span[];
  seen: Set<string>;
  most: number;
  isDecoded?: boolean;
}): number {
  const { automaton, all, view, spans, seen, most, isDecoded = false } = scan;
  const { text, at } = view;
  let compared = 0;
  const steps = automaton.scan(text, (index, end) => {
    const pattern = all[index];
    if (pattern === undefined || compared > most) return true;
    const { values, isKept } = pattern;
    const shortest = values.at(-1)?.length ?? 0;
    const start = end - Math.min(shortest, MAX_PREFIX_LENGTH);
    if (
      pattern.isToken &&
      !(isDecoded && shortest <= MAX_TOKEN_LENGTH ? isWhole(text, start, end) : isToken(text, start, end))
    )
      return false;
    const last = start + matchLength(text, start, values);
    if (shortest > MAX_PREFIX_LENGTH) compared += values.length * shortest;
    if (last < end) return false;
    if (isKept) for (const name of pattern.names) seen.add(name);
    else spans.push({ start: at?.[start] ?? start, end: at?.[last] ?? last, quote: "" });
    return !isKept;
  });
  return steps + compared;
}

/** Returns the length of the longest of the values that is in the text, or of its part before the end of the text; else 0. */
function matchLength(text: string, start: number, values: readonly string[]): number {
  const rest = text.length - start;
  for (const value of values)
    if (rest < value.length ? value.startsWith(text.slice(start)) : text.startsWith(value, start))
      return Math.min(rest, value.length);
  return 0;
}

const isWhole = (text: string, start: number, end: number) => text.trim() === text.slice(start, end);

/** Whether no letter or digit continues the token on either side, also after one `.`, `-` or `_`. */
function isToken(text: string, start: number, end: number): boolean {
  return (
    !(isWord(text[start - 1]) || (isJoint(text[start - 1]) && isWord(text[start - 2]))) &&
    !(isWord(text[end]) || (isJoint(text[end]) && isWord(text[end + 1])))
  );
}

const isWord = (unit: string | undefined) => unit !== undefined && /[\p{L}\p{N}]/u.test(unit);
const isJoint = (unit: string | undefined) => unit === "." || unit === "-" || unit === "_";

/** Replaces the places, which may overlap. */
function replaceSpans(text: string, spans: readonly Span[]): string {
  let shown = "";
  let done = 0;
  for (const { start, end, quote } of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (end <= done) continue;
    if (start >= done) shown += `${text.slice(done, start)}${quote}${MASK}${quote}`;
    done = end;
  }
  return shown + text.slice(done);
}
