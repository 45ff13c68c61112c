import { globMatches } from "../core/policy.ts";
import { quoted } from "./problem.ts";

/** A rule over several keys that does not hold. */
export interface Disagreement {
  path: PropertyKey[];
  what: string;
  fix: string;
}

/** The name of the one target that there is when the file names none. */
export const DEFAULT_TARGET = "default";

/**
 * What no single key can tell. Looks at the file as it was written, whatever else is wrong with it, and passes over what
 * does not have the expected form.
 */
export function disagreements(file: unknown): Disagreement[] {
  const targets = list(file, "targets");
  const routes = list(file, "routes");
  return [
    ...repeats(
      targets.map((each, i) => ({ text: at(each, "name"), path: ["targets", i, "name"] })),
      NAME_TWICE,
    ),
    ...repeats(
      targets.flatMap((each, i) =>
        texts(each, "regions").map((text, j) => ({ text, path: ["targets", i, "regions", j] })),
      ),
      REGION_TWICE,
    ),
    ...repeats(
      routes.map((each, i) => ({ text: at(each, "name"), path: ["routes", i, "name"] })),
      NAME_TWICE,
    ),
    ...routes.flatMap((route, i) => routeDisagreements(route, ["routes", i], namesOf(file))),
    ...peopleRepeats(at(file, "admins"), ["admins"]),
  ];
}

const NAME_TWICE = "Give each a name of its own: messages and the audit record tell them apart by it.";
const ONCE = "Remove one of the two.";
/** All targets are in the bot's own account, so a Region in two of them would be watched twice. */
const REGION_TWICE = "Keep it in one target only, or every request there would be asked for twice.";

function routeDisagreements(route: unknown, path: PropertyKey[], targets: string[] | null): Disagreement[] {
  const approvers = at(route, "approvers");
  return [
    ...repeats(
      texts(route, "channels").map((text, i) => ({ text, path: [...path, "channels", i] })),
      ONCE,
    ),
    ...peopleRepeats(approvers, [...path, "approvers"]),
    ...unreachableQuorum(approvers, at(route, "quorum"), path),
    ...unknownTarget(at(at(route, "match"), "target"), targets, [...path, "match", "target"]),
    ...parameterNames(at(at(route, "match"), "parameters"), [...path, "match", "parameters"]),
  ];
}

/**
 * Names of 1 to 50 characters, as the API has them. Those that every JavaScript object has are refused too: zod passes
 * over `__proto__`, and a condition that is lost makes a route match more than it should.
 */
function parameterNames(parameters: unknown, path: PropertyKey[]): Disagreement[] {
  if (!isMap(parameters)) return [];
  return Object.keys(parameters)
    .filter((name) => !/^[^\s\p{Cc}]{1,50}$/u.test(name) || name in Object.prototype)
    .map((name) => ({
      path: [...path, name],
      what: `${quoted(name)} cannot be the name of a parameter.`,
      fix: "Write the parameter's name as the runbook declares it.",
    }));
}

function unreachableQuorum(approvers: unknown, quorum: unknown, path: PropertyKey[]): Disagreement[] {
  if (!isMap(approvers) || !isListOrAbsent(approvers.users) || !isListOrAbsent(approvers.groups)) return [];
  if (list(approvers, "groups").length > 0) return [];
  const people = new Set(list(approvers, "users")).size;
  if (people === 0)
    return [
      {
        path: [...path, "approvers"],
        what: "Nobody is named, so nobody could decide.",
        fix: "Name at least one person under users or one group under groups.",
      },
    ];
  if (!Number.isInteger(quorum) || Number(quorum) <= people) return [];
  return [
    {
      path: [...path, "quorum"],
      what: `${quorum} people must approve, but only ${people === 1 ? "one is" : `${people} are`} named as approvers.`,
      fix: "Name more approvers, or lower the quorum.",
    },
  ];
}

function unknownTarget(glob: unknown, targets: string[] | null, path: PropertyKey[]): Disagreement[] {
  if (typeof glob !== "string" || glob === "" || targets === null) return [];
  if (targets.some((name) => globMatches(glob, name))) return [];
  const names = [...new Set(targets)];
  const known = names.length === 1 ? `The only target is ${names[0]}.` : `The targets are ${names.join(", ")}.`;
  return [
    { path, what: `No target has the name ${quoted(glob)}.`, fix: `${known} Name one of them, or add it to targets.` },
  ];
}

/** The names that a route can match, or null when they are not known for certain. */
function namesOf(file: unknown): string[] | null {
  if (!isMap(file) || file.targets === undefined) return [DEFAULT_TARGET];
  const names = list(file, "targets").map((target) => at(target, "name"));
  return names.length > 0 && names.every((name) => typeof name === "string") ? names : null;
}

function peopleRepeats(people: unknown, path: PropertyKey[]): Disagreement[] {
  return ["users", "groups"].flatMap((key) =>
    repeats(
      texts(people, key).map((text, i) => ({ text, path: [...path, key, i] })),
      ONCE,
    ),
  );
}

function repeats(items: { text: unknown; path: PropertyKey[] }[], fix: string): Disagreement[] {
  const seen = new Set<unknown>();
  return items.flatMap(({ text, path }) => {
    if (typeof text !== "string") return [];
    if (seen.has(text)) return [{ path, what: `${quoted(text)} stands here a second time.`, fix }];
    seen.add(text);
    return [];
  });
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isListOrAbsent = (value: unknown): boolean => value === undefined || Array.isArray(value);
const at = (value: unknown, key: string): unknown => (isMap(value) ? value[key] : undefined);
const list = (value: unknown, key: string): unknown[] => {
  const found = at(value, key);
  return Array.isArray(found) ? found : [];
};
/** The items with their places kept: what is not a text stays as undefined. */
const texts = (value: unknown, key: string): (string | undefined)[] =>
  list(value, key).map((each) => (typeof each === "string" ? each : undefined));
