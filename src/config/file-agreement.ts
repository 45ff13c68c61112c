import { globMatches } from "../core/glob.ts";
import type { Disagreement } from "./disagreement.ts";
import { accountOf, directWithoutNames, identityKeys, idleRule, roleDisagreement } from "./file-agreement-deciders.ts";
import { at, isListOrAbsent, isMap, list, texts } from "./file-parts.ts";
import { quoted } from "./problem.ts";

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
        texts(each, "regions").map((text, j) => ({
          text: text === undefined ? undefined : `${accountOf(each)} ${text}`,
          shown: text,
          path: ["targets", i, "regions", j],
        })),
      ),
      REGION_TWICE,
    ),
    ...targets.flatMap((each, i) => roleDisagreement(each, ["targets", i, "approverRole"])),
    ...repeats(
      routes.map((each, i) => ({ text: at(each, "name"), path: ["routes", i, "name"] })),
      NAME_TWICE,
    ),
    ...routes.flatMap((route, i) => routeDisagreements(route, ["routes", i], namesOf(file))),
    ...peopleRepeats(at(file, "admins"), ["admins"]),
    ...identityKeys(at(file, "identities")),
  ];
}

const NAME_TWICE = "Give each a name of its own: messages and the audit record tell them apart by it.";
const ONCE = "Remove one of the two.";
/** A Region of one account in two targets would be watched twice. */
const REGION_TWICE = "Keep it in one target only, or every request there would be asked for twice.";

function routeDisagreements(route: unknown, path: PropertyKey[], targets: string[] | null): Disagreement[] {
  const approvers = at(route, "approvers");
  return [
    ...repeats(
      texts(route, "channels").map((text, i) => ({ text, path: [...path, "channels", i] })),
      ONCE,
    ),
    ...peopleRepeats(approvers, [...path, "approvers"]),
    ...peopleRepeats(at(route, "notify"), [...path, "notify"]),
    ...idleRule(route, path),
    ...directWithoutNames(approvers, at(route, "dm"), path),
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
  if (list(approvers, "groups").length > 0 || approvers.channel !== undefined) return [];
  const people = new Set(list(approvers, "users")).size;
  if (people === 0)
    return [
      {
        path: [...path, "approvers"],
        what: "Nobody is named, so nobody could decide.",
        fix: "Name at least one person under users or one group under groups, or write channel: members.",
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

/** `shown` is what is quoted, where it is not the whole of what must not stand twice. */
function repeats(items: { text: unknown; shown?: unknown; path: PropertyKey[] }[], fix: string): Disagreement[] {
  const seen = new Set<unknown>();
  return items.flatMap(({ text, shown = text, path }) => {
    if (typeof text !== "string") return [];
    if (seen.has(text)) return [{ path, what: `${quoted(String(shown))} stands here a second time.`, fix }];
    seen.add(text);
    return [];
  });
}
