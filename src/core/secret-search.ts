import { type Base64Run, findBase64, isEncodedText, toUtf8Units } from "./base64-runs.ts";
import { type FoundSecret, type KeepReason, keepCost, keepVisible, makeKeptSearch, type Span } from "./kept-places.ts";
import { makePatternAutomaton, type PatternAutomaton } from "./pattern-automaton.ts";
import { decodedViews, normalizeText, type SearchView, viewText } from "./search-view.ts";
import { type LearnedSecrets, LINE_BREAK, MAX_SECRETS_LENGTH } from "./shortest-secrets.ts";
import type { Work } from "./slices.ts";
import { continuesAfter, continuesBefore, isToken, MAX_TOKEN_LENGTH, MIN_SECRET_LENGTH } from "./token.ts";

/** The patterns of one execution, in characters. */
const MAX_PATTERN_LENGTH = 20_000;
/** Longer values are recognized by their beginning, also if a text has been cut off within them. */
const MAX_PREFIX_LENGTH = 64;
const NUMBER = /^-?\d+(?:[.,]\d+)*(?:e-?\d+)?$/;

interface Pattern {
  /** The names under which its values are hidden. */
  names: Set<string>;
  /** The values that begin with the pattern, the longest first. */
  values: string[];
  isKept: boolean;
  /** Whether its values are found only as whole tokens. */
  isToken: boolean;
}

/** A search for the secrets of one execution. */
export interface Search {
  /** Finds the secrets in a text; `spans` null: the text must be withheld. `kept`: names whose values stay visible. */
  find(text: string, most: number): Work<{ spans: Span[] | null; kept: Set<string>; steps: number }>;
}

/** Makes the search. Values in `kept` are found and stay. */
export function* makeSearch(learned: LearnedSecrets, kept: ReadonlyMap<string, KeepReason>): Work<Search> {
  const { patterns, shortestLeftOut } = yield* toPatterns(learned, kept);
  const all = [...patterns.values()];
  const automaton = makePatternAutomaton([...patterns.keys()]);
  yield MAX_PATTERN_LENGTH;
  let findKept: ReturnType<typeof makeKeptSearch> | null = null;
  return {
    *find(text, most) {
      const found: FoundSecret[] = [];
      const seen = new Set<string>();
      let steps = 0;
      const withheld = () => ({ spans: null, kept: seen, steps });
      if (text.length >= shortestLeftOut) return withheld();
      const views = all.length === 0 ? [] : [viewText(text), ...decodedViews(text)];
      for (const view of views) {
        if (steps + view.text.length > most) return withheld();
        const before = steps;
        steps += scanView({ automaton, all, view, found, seen, most: most - steps });
        yield steps - before;
      }
      for (const run of all.length === 0 ? [] : findBase64(text)) {
        if (steps + run.text.length > most) return withheld();
        const cost = run.text.length + scanRun({ automaton, all, found, most: most - steps }, run, text);
        steps += cost;
        yield cost;
      }
      if (steps > most) return withheld();
      if (found.length === 0) return { spans: [], kept: seen, steps };
      if (findKept === null) {
        findKept = makeKeptSearch(kept);
        yield MAX_PATTERN_LENGTH;
      }
      const { places, steps: more } = findKept(views, most - steps);
      const cost = more + (places === null ? 0 : keepCost(found, places));
      steps += cost;
      yield cost;
      if (places === null || steps > most) return withheld();
      const spans = keepVisible(found, places, (names) => {
        for (const name of names) seen.add(name);
      });
      return { spans, kept: seen, steps };
    },
  };
}

/** Makes the patterns of all values: as a whole, line by line, and as bytes. The shortest come first, for as long as they fit. */
function* toPatterns(
  learned: LearnedSecrets,
  kept: ReadonlyMap<string, KeepReason>,
): Work<{ patterns: Map<string, Pattern>; shortestLeftOut: number }> {
  const { taken, shortestLeftOut } = takeForms(learned);
  const values = new Map<string, Set<string>>();
  for (const { name, form } of taken) {
    for (const text of [form, toUtf8Units(form) ?? ""].map(normalizeText)) {
      if (text === "") continue;
      const names = values.get(text) ?? new Set();
      values.set(text, names.add(name));
    }
    yield form.length;
  }
  const patterns = new Map<string, Pattern>();
  let left = MAX_PATTERN_LENGTH;
  for (const [text, names] of [...values].sort(([a], [b]) => a.length - b.length)) {
    const prefix = text.slice(0, MAX_PREFIX_LENGTH);
    const before = patterns.get(prefix);
    left -= before === undefined ? prefix.length : 8;
    if (left < 0) return { patterns, shortestLeftOut: Math.min(shortestLeftOut, text.length) };
    const pattern = before ?? { names: new Set<string>(), values: [], isKept: true, isToken: true };
    for (const name of names) pattern.names.add(name);
    pattern.values.unshift(text);
    pattern.isKept &&= text.length < MIN_SECRET_LENGTH || kept.has(text);
    pattern.isToken &&= text.length <= MAX_TOKEN_LENGTH || NUMBER.test(text);
    patterns.set(prefix, pattern);
  }
  return { patterns, shortestLeftOut };
}

/** Returns the values and their lines that fit. */
function takeForms({ secrets, shortestLeftOut, isLineLeftOut }: LearnedSecrets) {
  const lines = secrets.flatMap(({ name, value }) =>
    LINE_BREAK.test(value)
      ? [...new Set(value.split(/[\r\n]+/))]
          .filter((line) => line.trim().length >= MIN_SECRET_LENGTH)
          .map((form) => ({ name, form }))
      : [],
  );
  const all = takeShortest(
    [...secrets.map(({ name, value }) => ({ name, form: value })), ...lines],
    ({ form }) => form.length,
  );
  // A line can be short: where values were not divided into lines, no text is surely without them.
  const left = [shortestLeftOut, all.shortestLeftOut, ...(isLineLeftOut ? [MIN_SECRET_LENGTH] : [])];
  return { taken: all.taken, shortestLeftOut: Math.min(...left) };
}

/** Takes the shortest items for as long as they fit into the room, in characters. */
export function takeShortest<T>(
  items: readonly T[],
  length: (item: T) => number,
  room = MAX_SECRETS_LENGTH,
): { taken: T[]; shortestLeftOut: number } {
  const sorted = [...items].sort((a, b) => length(a) - length(b));
  let left = room;
  const end = sorted.findIndex((item) => {
    left -= length(item);
    return left < 0;
  });
  const first = end < 0 ? undefined : sorted[end];
  return {
    taken: end < 0 ? sorted : sorted.slice(0, end),
    shortestLeftOut: first === undefined ? Number.POSITIVE_INFINITY : length(first),
  };
}

/** Finds the secrets in one view, and returns the cost. `isDecoded`: a short value must be everything that the view has. */
function scanView(scan: {
  automaton: PatternAutomaton;
  all: readonly Pattern[];
  view: SearchView;
  found: FoundSecret[];
  seen: Set<string>;
  most: number;
  isDecoded?: boolean;
}): number {
  const { automaton, all, view, found, seen, most, isDecoded = false } = scan;
  const { text, at } = view;
  let compared = 0;
  const steps = automaton.scan(text, (index, end) => {
    const pattern = all[index];
    if (pattern === undefined || compared > most) return true;
    const { values, isKept } = pattern;
    const shortest = values.at(-1)?.length ?? 0;
    const start = end - Math.min(shortest, MAX_PREFIX_LENGTH);
    if (pattern.isToken && continuesBefore(text, start)) return false;
    const isWhole = isDecoded && shortest <= MAX_TOKEN_LENGTH ? isWholeText : isToken;
    const fits = (length: number) => !pattern.isToken || isWhole(text, start, start + length);
    const last = start + matchLength(text, start, values, fits);
    if ((values[0]?.length ?? 0) > MAX_PREFIX_LENGTH) compared += values.length * shortest;
    if (last < end) return false;
    if (isKept) for (const name of pattern.names) seen.add(name);
    else
      found.push({
        ...{ start: at?.[start] ?? start, end: at?.[last] ?? last, names: pattern.names, isNoise: false },
        ...toContinues(text, start, last),
      });
    return !isKept;
  });
  return steps + compared;
}

/** Finds the secrets in what may be base64, and returns the cost. */
function scanRun(
  scan: { automaton: PatternAutomaton; all: readonly Pattern[]; found: FoundSecret[]; most: number },
  { start, end, text: decoded, isWhole }: Base64Run,
  text: string,
): number {
  const found: FoundSecret[] = [];
  const view = { text: decoded, at: null };
  const steps = scanView({ ...scan, view, found, seen: new Set<string>(), isDecoded: true });
  if (found.length === 0) return steps;
  const names = new Set(found.flatMap((each) => [...each.names]));
  const isNoise = !(isWhole && isEncodedText(text.slice(start, end)));
  scan.found.push({ start, end, names, isNoise, ...toContinues(text, start, end) });
  return steps;
}

/** Tells how a place in a view is to be replaced, and whether words continue around it. */
const toContinues = (text: string, start: number, end: number): Pick<FoundSecret, "quote" | "continues"> => ({
  quote: "",
  continues: [continuesBefore(text, start), continuesAfter(text, end)],
});

/** Returns the length of the longest value that is in the text and `fits`, or of its part before the end of the text; else 0. */
function matchLength(
  text: string,
  start: number,
  values: readonly string[],
  fits: (length: number) => boolean,
): number {
  const rest = text.length - start;
  for (const value of values)
    if (rest < value.length ? value.startsWith(text.slice(start)) : text.startsWith(value, start))
      if (fits(Math.min(rest, value.length))) return Math.min(rest, value.length);
  return 0;
}

const isWholeText = (text: string, start: number, end: number) => text.trim() === text.slice(start, end);
