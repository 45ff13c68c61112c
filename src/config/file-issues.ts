import type { z } from "zod";
import { IMPOSSIBLE_KEYS, PLANNED_KEYS } from "./file-schema.ts";
import { knownKeys } from "./json-schema.ts";
import { nearest } from "./nearest.ts";
import { type Problem, quoted } from "./problem.ts";
import { pathText, placeOf, sourceOf, type YamlText } from "./yaml-place.ts";

type Issue = z.core.$ZodIssue;

/** What zod found, in words for the person who wrote the file. */
export function problemsOf(yaml: YamlText, issue: Issue): Problem[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(yaml, issue.path, key));
  return [{ where: placeOf(yaml, issue.path), ...sentences(yaml, issue) }];
}

function unknownKey(yaml: YamlText, path: readonly PropertyKey[], key: string): Problem {
  const where = placeOf(yaml, [...path, key]);
  if (PLANNED_KEYS.includes(key))
    return {
      where,
      what: `${key} is not supported by this version.`,
      fix: "Remove it, and bear in mind that what it asks for is not enforced.",
    };
  const impossible = Object.hasOwn(IMPOSSIBLE_KEYS, key) ? IMPOSSIBLE_KEYS[key] : undefined;
  if (impossible !== undefined) return { where, ...impossible };
  const known = knownKeys(path);
  const meant = nearest(key, known);
  return {
    where,
    what: `${quoted(key)} is not a known key${path.length === 0 ? "" : ` of ${pathText(path)}`}.`,
    fix: meant === null ? `Remove it. Known keys: ${known.join(", ")}.` : `Write ${meant}, or remove it.`,
  };
}

function sentences(yaml: YamlText, issue: Issue): { what: string; fix: string } {
  const [what, fix] = issue.message.split("\n");
  if (what !== undefined && fix !== undefined) return { what, fix };
  if (issue.input === undefined) return { what: "It is missing.", fix: `Add it: ${wanted(issue)}.` };
  if (issue.input === null) return { what: "It has no value.", fix: `Write ${wanted(issue)}, or remove the key.` };
  const source = sourceOf(yaml, issue.path) ?? "";
  if (issue.code === "invalid_type" && issue.expected === "string" && typeof issue.input !== "object")
    return { what: `It is a ${typeof issue.input}, not a text.`, fix: `Put it in quotes: ${JSON.stringify(source)}.` };
  if (issue.code === "invalid_type" && typeof issue.input === "string" && /^\d+$/.test(issue.input))
    return { what: "It is a text, not a number.", fix: "Remove the quotation marks." };
  return { what: `It is ${kindOf(issue.input)}.`, fix: `Write ${wanted(issue)}.` };
}

function wanted(issue: Issue): string {
  if (issue.code === "invalid_value") return `one of ${issue.values.map(String).join(", ")}`;
  if (issue.code !== "invalid_type") return "a value that fits";
  const last = String(issue.path.at(-1));
  switch (issue.expected) {
    case "array":
      if (last === "routes" || last === "targets") return `a list of ${last}, each of which begins with "- name:"`;
      return `a list, such as ${last}: [${EXAMPLES[last] ?? "..."}]`;
    case "object":
    case "record":
      return "a map of keys and values, indented below it";
    case "string":
      return "a text";
    case "int":
    case "number":
      return "a whole number";
    default:
      return "a value that fits";
  }
}

const EXAMPLES: Record<string, string> = {
  channels: "C0123456789",
  users: "U0123456789",
  groups: "S0123456789",
  regions: "us-east-1",
  mask: '"*password*"',
};

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value === null) return "nothing";
  if (typeof value === "object") return "a map";
  return typeof value === "string" ? quoted(value) : `the ${typeof value} ${String(value)}`;
}
