import { makeNameTest } from "./hidden-names.ts";
import type { KeepReason, Span } from "./kept-places.ts";
import {
  findNaming,
  learnSecrets,
  MAX_DEPTH,
  parseNamedJson,
  type SecretSources,
  withoutNamedValues,
  withParentSources,
} from "./learn-secrets.ts";
import { findNamedValues, leaves } from "./named-values.ts";
import { normalizeText } from "./search-view.ts";
import { makeSearch, type Search, takeShortest } from "./secret-search.ts";
import type { LearnedSecrets } from "./shortest-secrets.ts";
import { makeSlices, type Slices, type Work } from "./slices.ts";

/** The replacement of a masked value. */
export const MASK = "(hidden)";

/** Shown instead of a whole value that was not searched. */
export const WITHHELD = "(withheld: too long to search for hidden values)";

/** The cost of one execution, in steps of the search: about 25 milliseconds. */
const MAX_STEPS = 500_000;
/** A character that is read for hidden names costs a fraction of a step of the search. */
const CHARACTERS_PER_STEP = 20;
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
  /** Runs a task that uses this mask in slices: yields the cost of each slice but the last. The task must be pure. */
  inSlices<T>(task: () => T): Work<T>;
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
  const slices = makeSlices();
  const learn = slices.once(() => learnSecrets(sources, hides));
  return buildMask({ sources, hides, slices, learn, isOff: globs.length === 0 }, allowedValues);
}

/** A mask without its allowed values. */
interface MaskParts {
  sources: SecretSources;
  hides: (name: string) => boolean;
  slices: Slices;
  /** Called at the first text: most reads of an execution show nothing new. */
  learn: () => { learned: LearnedSecrets; steps: number };
  isOff: boolean;
}

function buildMask(parts: MaskParts, allowedValues: readonly string[]): Mask {
  const { sources, hides, slices, learn, isOff } = parts;
  const known = new Map<string, string>();
  const notReplaced = new Set<string>();
  let ongoing: { text: string; work: Work<string> } | null = null;
  let withheld = 0;
  let left = MAX_STEPS;

  function* prepare({ learned, steps }: ReturnType<typeof learn>): Work<Search> {
    left -= steps;
    return yield* makeSearch(learned, yield* toKept(sources, allowedValues, hides));
  }
  const search = slices.once(() => prepare(learn()));
  function* replaceSecrets(text: string, { find }: Search): Work<string> {
    const found = left < text.length ? null : yield* find(text, left);
    left -= found?.steps ?? 0;
    for (const name of found?.kept ?? []) notReplaced.add(name);
    const spans = found?.spans ?? null;
    if (spans === null) withheld++;
    yield spans === null ? 1 : 1 + text.length / CHARACTERS_PER_STEP;
    return spans === null ? WITHHELD : replaceSpans(text, [...findNamedValues(text, hides), ...spans]);
  }
  const maskText = (text: string): string => {
    if (isOff || text === "") return text;
    const before = known.get(text);
    if (before !== undefined) return before;
    if (ongoing?.text !== text) ongoing = { text, work: replaceSecrets(text, search()) };
    const masked = slices.finish(ongoing.work);
    known.set(text, masked);
    return masked;
  };
  return {
    hides,
    text: maskText,
    value: makeValueMask({ hides, slices, maskText, takeStep: () => left-- > 0 }),
    allowing: (values) => buildMask(parts, values),
    notReplaced: () => [...notReplaced],
    withheld: () => withheld,
    steps: () => MAX_STEPS - left,
    inSlices: slices.run,
  };
}

/** Makes the mask of values of any kind. `takeStep` tells whether the budget has a step for one more object. */
function makeValueMask(
  deps: Pick<MaskParts, "hides" | "slices"> & { maskText: Mask["text"]; takeStep: () => boolean },
) {
  const { hides, slices, maskText, takeStep } = deps;
  // Remembered: a task in slices masks the same values in each slice.
  const parsed = new Map<string, object | null>();
  const withheld = new Map<object, boolean>();
  const parse = (text: string): object | null => {
    const before = parsed.get(text);
    if (before !== undefined) return before;
    const named = parseNamedJson(text, hides);
    parsed.set(text, named);
    slices.spend(named === null ? 0 : text.length);
    return named;
  };
  const isWithheld = (object: object): boolean => {
    const before = withheld.get(object);
    if (before === undefined) withheld.set(object, !takeStep());
    return withheld.get(object) === true;
  };
  const maskValue = (name: string, value: unknown, depth: number): unknown => {
    if (hides(name) || depth > MAX_DEPTH) return MASK;
    if (typeof value === "string") {
      const named = parse(value);
      return named === null ? maskText(value) : maskValue("", named, depth + 1);
    }
    if (typeof value === "number") return maskText(String(value)) === String(value) ? value : MASK;
    if (typeof value !== "object" || value === null) return value;
    if (isWithheld(value)) return WITHHELD;
    if (Array.isArray(value)) return value.map((each) => maskValue("", each, depth + 1));
    const naming = findNaming(value, hides);
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        maskText(key),
        naming(key) === null ? maskValue(key, each, depth + 1) : MASK,
      ]),
    );
  };
  return (name: string, value: unknown) => maskValue(name, value, 0);
}

/** Collects the values that are never replaced: those of visible parameters, allowed values and common words. */
function* toKept(
  sources: SecretSources,
  allowedValues: readonly string[],
  hides: (name: string) => boolean,
): Work<ReadonlyMap<string, KeepReason>> {
  const parameters = withParentSources(sources).flatMap((each) => Object.entries(each.parameters));
  const visible = parameters.filter(([name]) => !hides(name)).flatMap(([, values]) => values);
  const { taken } = takeShortest(visible, (text) => text.length);
  const kept = new Map<string, KeepReason>();
  for (const text of taken) {
    for (const each of [text, ...visibleMembers(text, hides)]) kept.set(normalizeText(each), "visible");
    yield text.length;
  }
  for (const text of allowedValues) kept.set(normalizeText(text), "allowed");
  for (const word of COMMON) kept.set(word, "common");
  return kept;
}

/** Returns the members of a visible JSON value that have no hidden name. */
function visibleMembers(text: string, hides: (name: string) => boolean): string[] {
  const named = parseNamedJson(text, hides);
  const json = named === null ? text : JSON.stringify(withoutNamedValues(named, hides));
  return leaves(replaceSpans(json, findNamedValues(json, hides)));
}

/** Replaces the places, which may overlap. Of those with the same start, the first one has the quotation mark. */
function replaceSpans(text: string, spans: readonly Span[]): string {
  let shown = "";
  let done = 0;
  for (const { start, end, quote } of [...spans].sort((a, b) => a.start - b.start)) {
    if (start >= done) shown += `${text.slice(done, start)}${quote}${MASK}${quote}`;
    done = Math.max(done, end);
  }
  return shown + text.slice(done);
}
