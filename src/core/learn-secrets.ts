import type { ObservedExecution } from "./execution.ts";
import { normalizeName } from "./hidden-names.ts";
import { findNamedValues, leaves, NAMING, VALUED } from "./named-values.ts";
import { type LearnedSecrets, makeShortestSecrets } from "./shortest-secrets.ts";
import type { Work } from "./slices.ts";
import { MIN_SECRET_LENGTH } from "./token.ts";

/** A value that must not be seen, with the name under which it is hidden. */
export interface Secret {
  name: string;
  value: string;
}

/** The parts of an execution that can have a value under a hidden name. */
export type SecretSources = Pick<ObservedExecution, "parameters"> &
  Partial<Pick<ObservedExecution, "variables" | "outputs" | "failureMessage">> & {
    steps?: readonly Pick<
      ObservedExecution["steps"][number],
      "inputs" | "outputs" | "failureMessage" | "failureDetails"
    >[];
    /** The executions that started it, which passed values to it. */
    parents?: { executions: readonly SecretSources[] };
  };

/** Deeper members are hidden as a whole: no reader needs them, and they must not exhaust the stack. */
export const MAX_DEPTH = 60;

/** Texts of more characters in all teach nothing: what they name is hidden only in its own place. */
const MAX_LEARNED_LENGTH = 1_000_000;
/** A longer text teaches nothing either: it is read as a whole, and no slice may take long. */
const MAX_TEXT_LENGTH = 250_000;
/** The room for hidden JSON whose members are learned. A search withholds texts long before hidden values have so much. */
const MAX_HIDDEN_JSON_LENGTH = 100_000;
/** A character that is read costs a fraction of a step of the search. */
const CHARACTERS_PER_STEP = 4;

/**
 * Collects the values under hidden names: parameters, variables, inputs and outputs, their members at any depth, and members
 * of JSON and NAME=value pairs in any text.
 */
export function* learnSecrets(
  sources: SecretSources,
  hides: (name: string) => boolean,
): Work<{ learned: LearnedSecrets; steps: number }> {
  const shortest = makeShortestSecrets();
  const reader = makeReader(shortest, hides);
  for (const { parameters, variables, outputs, failureMessage, steps = [] } of withParentSources(sources)) {
    for (const part of [
      parameters,
      variables,
      outputs,
      ...steps.flatMap((step) => [step.inputs, step.outputs, step.failureDetails]),
    ])
      yield* learnMembers(reader, part ?? {}, hides);
    for (const text of [failureMessage, ...steps.map((step) => step.failureMessage)]) yield reader.learn(text, null);
  }
  const learned = shortest.take();
  return { learned, steps: learned.secrets.length + reader.steps() };
}

function* learnMembers(reader: Reader, part: object, hides: (name: string) => boolean): Work<void> {
  const naming = findNaming(part, hides);
  for (const [key, member] of Object.entries(part)) {
    const hiddenBy = naming(key) ?? (hides(key) ? key : null);
    for (const each of Array.isArray(member) ? member : [member]) yield reader.learn(each, hiddenBy);
  }
}

interface Reader {
  /** Learns what a value of any kind has. `hiddenBy`: the hidden name that it belongs to. Returns the cost. */
  learn(value: unknown, hiddenBy: string | null): number;
  /** The cost so far. */
  steps(): number;
}

function makeReader(shortest: ReturnType<typeof makeShortestSecrets>, hides: (name: string) => boolean): Reader {
  let left = MAX_LEARNED_LENGTH;
  let hiddenLeft = MAX_HIDDEN_JSON_LENGTH;
  // A visible text can be the same as NAME=value of a hidden one, whose members must still be learned.
  const known = new Map<string | null, Set<string>>();
  const put = shortest.add;
  const add = (name: string, value: string) => {
    // A value that its own name contains, as in password=password, is a name in a script and no secret.
    if (!shortest.wants(value) || !normalizeName(name).includes(normalizeName(value))) put(name, value);
  };
  const learnText = (text: string, hiddenBy: string | null, depth: number) => {
    if (hiddenBy !== null) put(hiddenBy, text);
    const texts = known.get(hiddenBy) ?? new Set();
    if (texts.has(text) || text.length > Math.min(left, MAX_TEXT_LENGTH)) return;
    known.set(hiddenBy, texts.add(text));
    left -= text.length;
    if (hiddenBy !== null && text.length <= hiddenLeft && /^\s*[[{]/.test(text)) {
      hiddenLeft -= text.length;
      // Shorter members occur in any text, and they must not use up the room for others.
      for (const leaf of new Set(leaves(text))) if (leaf.trim().length >= MIN_SECRET_LENGTH) put(hiddenBy, leaf);
    }
    for (const each of findNamedValues(text, hides)) for (const value of each.secrets) add(each.name, value);
    if (hiddenBy === null) learn("", parseNamedJson(text, hides), null, depth + 1);
  };
  const learn = (name: string, value: unknown, owner: string | null, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    const hiddenBy = owner ?? (hides(name) ? name : null);
    if (typeof value === "string") learnText(value, hiddenBy, depth);
    else if (typeof value === "number") {
      if (hiddenBy !== null) put(hiddenBy, String(value));
    } else if (Array.isArray(value)) for (const each of value) learn("", each, hiddenBy, depth + 1);
    else if (typeof value === "object" && value !== null) {
      const naming = findNaming(value, hides);
      for (const [key, each] of Object.entries(value)) learn(key, each, hiddenBy ?? naming(key), depth + 1);
    }
  };
  const steps = () => Math.ceil((MAX_LEARNED_LENGTH - left) / CHARACTERS_PER_STEP);
  return {
    steps,
    learn(value, hiddenBy) {
      const before = steps();
      learn("", value, hiddenBy, 1);
      return 1 + steps() - before;
    },
  };
}

/** Returns an execution and those that started it: values of each can be in its texts. */
export function withParentSources(sources: SecretSources): SecretSources[] {
  return [sources, ...(sources.parents?.executions ?? [])];
}

/**
 * Returns a function that finds the text under Name or Key of an object if it is a hidden name and the given member is the value
 * that belongs to it, as in {Name: "variable:DbPassword", Value: "..."}; else null.
 */
export function findNaming(members: object, hides: (name: string) => boolean): (key: string) => string | null {
  const naming = Object.entries(members).find(
    ([key, text]) => NAMING.test(key) && typeof text === "string" && hides(text),
  );
  return (key) => (naming === undefined || !VALUED.test(key) ? null : String(naming[1]));
}

/**
 * Parses JSON if one of its members is hidden by the text of another one; else returns null. The search in a raw text finds only
 * a value that directly follows its name.
 */
export function parseNamedJson(text: string, hides: (name: string) => boolean): object | null {
  if (!/^\s*[[{]/.test(text) || !/value|\\u/i.test(text)) return null;
  try {
    const parsed: object = JSON.parse(text);
    return hasNamedValue(parsed, hides, 0) ? parsed : null;
  } catch {
    return null;
  }
}

/** Returns parsed JSON without the members that are hidden by the text of another one, and without members that are too deep. */
export function withoutNamedValues(value: unknown, hides: (name: string) => boolean, depth = 0): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((each) => withoutNamedValues(each, hides, depth + 1));
  const naming = findNaming(value, hides);
  const visible = Object.entries(value).filter(([key]) => naming(key) === null);
  return Object.fromEntries(visible.map(([key, each]) => [key, withoutNamedValues(each, hides, depth + 1)]));
}

function hasNamedValue(value: unknown, hides: (name: string) => boolean, depth: number): boolean {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return false;
  const naming = Array.isArray(value) ? () => null : findNaming(value, hides);
  return Object.entries(value).some(([key, each]) => naming(key) !== null || hasNamedValue(each, hides, depth + 1));
}
