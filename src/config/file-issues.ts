import type { z } from "zod";
import { findNearest } from "../core/nearest.ts";
import { fileJsonSchema, fileSchema } from "./file-schema.ts";
import { type Problem, quote } from "./problem.ts";
import { describePlace, findSource, formatPath, type YamlText } from "./yaml-text.ts";

type Issue = z.core.$ZodIssue;

/** Describes an issue of zod for the author of the file. */
export function describeIssue(yaml: YamlText, issue: Issue): Problem[] {
  const own = toSentences(issue.message);
  if (issue.code !== "unrecognized_keys")
    return [{ where: describePlace(yaml, issue.path), ...(own ?? describeValue(yaml, issue)) }];
  return issue.keys.map((key) => ({
    where: describePlace(yaml, [...issue.path, key]),
    ...(own ?? describeUnknownKey(issue.path, key)),
  }));
}

/**
 * Leaves out issues that another one causes: the second issue of one value, and the missing key that is only misspelled.
 */
export function withoutConsequences(issues: readonly Issue[]): Issue[] {
  const misspelled = new Set<string>();
  for (const issue of issues)
    if (issue.code === "unrecognized_keys")
      for (const key of issue.keys) {
        const meant = findNearest(key, knownKeys(issue.path));
        if (meant !== null) misspelled.add(formatPath([...issue.path, meant]));
      }
  const seen = new Set<string>();
  return issues.filter((issue) => {
    if (issue.code === "unrecognized_keys") return true;
    const path = formatPath(issue.path);
    const isConsequence = seen.has(path) || (issue.input === undefined && misspelled.has(path));
    seen.add(path);
    return !isConsequence;
  });
}

/** Splits a message of our own schema, which has two lines; null: the message is zod's. */
function toSentences(message: string): { what: string; fix: string } | null {
  const [what, fix] = message.split("\n");
  return what !== undefined && fix !== undefined ? { what, fix } : null;
}

function describeUnknownKey(path: readonly PropertyKey[], key: string): { what: string; fix: string } {
  const known = knownKeys(path);
  const meant = findNearest(key, known);
  return {
    what: `${quote(key)} is not a known key${path.length === 0 ? "" : ` of ${formatPath(path)}`}.`,
    fix: meant === null ? `Remove it. Known keys: ${known.join(", ")}.` : `Write ${meant}, or remove it.`,
  };
}

/** A node of a JSON Schema, with the keywords that knownKeys needs. */
interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
}

/** Returns the keys that the configuration file may have at a path. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  const node = path.reduce<SchemaNode | undefined>(
    (at, step) => (typeof step === "number" ? at?.items : at?.properties?.[String(step)]),
    fileJsonSchema(),
  );
  return Object.keys(node?.properties ?? {});
}

/** Describes a value that zod refuses. A change is advised only if the file is valid there after it. */
function describeValue(yaml: YamlText, issue: Issue): { what: string; fix: string } {
  const { input, path } = issue;
  if (input === undefined) return { what: "It is missing.", fix: `Add it: ${describeExpected(issue)}.` };
  if (input === null) {
    const orRemove = findIssueOf(path, undefined) === undefined ? ", or remove the key" : "";
    return { what: "It has no value.", fix: `Write ${describeExpected(issue)}${orRemove}.` };
  }
  const source = findSource(yaml, path) ?? "";
  const ofOther = (value: unknown) => toSentences(findIssueOf(path, value)?.message ?? "");
  if (issue.code === "invalid_type" && issue.expected === "string" && typeof input !== "object") {
    const what = `It is a ${typeof input}, not a text.`;
    return ofOther(source) ?? { what, fix: `Put it in quotes: ${JSON.stringify(source)}.` };
  }
  if (issue.code === "invalid_type" && typeof input === "string" && /^\d+$/.test(input))
    return ofOther(Number(input)) ?? { what: "It is a text, not a number.", fix: "Remove the quotation marks." };
  if (issue.code === "invalid_type" && issue.expected === "array" && isListItem(path, input))
    return { what: `It is ${describeKind(input)}.`, fix: `Write it as a list: ${toListText(path, input)}.` };
  return { what: `It is ${describeKind(input)}.`, fix: `Write ${describeExpected(issue)}.` };
}

/** Returns the first issue that a value has at a path; undefined if there is none. The value undefined is a missing key. */
function findIssueOf(path: readonly PropertyKey[], value: unknown): Issue | undefined {
  // The rest of the file has no influence, and may be long.
  const file = path.reduceRight(
    (inner, step) => (typeof step === "number" ? [inner] : inner === undefined ? {} : { [step]: inner }),
    value,
  );
  const { error } = fileSchema.safeParse(file, { reportInput: true });
  const isAt = (found: readonly PropertyKey[]) =>
    path.every((step, index) => found[index] === (typeof step === "number" ? 0 : step));
  return error?.issues.find((each) => isAt(each.path));
}

/** Tells whether a value is a text that the list at the path may have, and is short enough to be repeated. */
const isListItem = (path: readonly PropertyKey[], value: unknown): value is string =>
  typeof value === "string" && quote(value) === JSON.stringify(value) && findIssueOf(path, [value]) === undefined;

/** Writes a key with a list of one text, which is in quotes unless YAML certainly reads it as a text without them. */
const toListText = (path: readonly PropertyKey[], text: string): string =>
  `${String(path.at(-1))}: [${/^[A-Za-z]\w*[\d.][\w.]*$/.test(text) ? text : JSON.stringify(text)}]`;

function describeExpected(issue: Issue): string {
  if (issue.code === "invalid_value") return `one of ${issue.values.map(String).join(", ")}`;
  if (issue.code !== "invalid_type") return AS_IN_EXAMPLE;
  const last = String(issue.path.at(-1));
  if (issue.expected !== "array") return EXPECTED[issue.expected] ?? AS_IN_EXAMPLE;
  if (last === "routes" || last === "targets") return `a list of ${last}, each of which begins with "- name:"`;
  return `a list, such as ${last}: [${EXAMPLES[last] ?? "..."}]`;
}

const AS_IN_EXAMPLE = "it as in countersign.example.yml, which shows every key";

const EXPECTED: Record<string, string> = {
  object: "a map of keys and values, indented below it",
  record: "a map of keys and values, indented below it",
  string: "a text",
  number: "a whole number",
  boolean: "true or false",
};

const EXAMPLES: Record<string, string> = {
  channels: "C0123456789",
  users: "U0123456789",
  groups: "S0123456789",
  regions: "us-east-1",
  mask: '"*password*"',
};

function describeKind(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value === null) return "nothing";
  if (typeof value === "object") return "a map";
  return typeof value === "string" ? quote(value) : `the ${typeof value} ${String(value)}`;
}
