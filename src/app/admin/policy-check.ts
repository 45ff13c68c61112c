import { counted } from "../../core/counted.ts";
import type { People, Route } from "../../core/policy.ts";
import { identityWarnings, maskWarnings, policyWarnings } from "../../core/policy-warnings.ts";
import type { Identities } from "../../core/requester.ts";
import { unreachableRoutes } from "../../core/unreachable.ts";

/** The result of looking up one ID of the configuration in Slack. */
export type CheckResult =
  /** `members`: of a user group. `maxApprovers`: members of a channel besides the bot, whatever their accounts. */
  | { kind: "fine"; members?: readonly string[]; maxApprovers?: number }
  /** It works, and the author of the configuration should know more about it. */
  | { kind: "notable"; text: string }
  /** The text names the problem and the fix. */
  | { kind: "wrong"; text: string }
  /** `advice`: Slack refused the lookup, and an admin must act. */
  | { kind: "unknown"; error: string; advice?: string }
  /** The token lacks the scope for the lookup, which the check of the scopes reports. */
  | { kind: "unreadable" };

/** Looks up IDs of the configuration in Slack. */
export interface DirectoryCheck {
  user(id: string): Promise<CheckResult>;
  /** Checks that the group exists, is enabled and has members. */
  group(id: string): Promise<CheckResult>;
  /** Checks that the channel exists, is not archived, and has the bot as a member. */
  channel(id: string): Promise<CheckResult>;
}

export interface Finding {
  /** A warning does not fail the check. */
  level: "problem" | "warning";
  /** The path in the configuration. */
  path: readonly PropertyKey[];
  /** The ID or the glob at the path, and the name of the route, if there is one. */
  id: string | null;
  route: string | null;
  text: string;
}

interface Policy {
  routes: readonly Route[];
  admins: People;
  identities: Identities;
  mask: readonly string[];
}

/**
 * Makes the check of a policy: looks up every ID in Slack, each one once, finds routes that cannot work, and warns of a
 * policy that may not mean what its author expects.
 */
export const makePolicyCheck =
  (directory: DirectoryCheck) =>
  async (policy: Policy): Promise<Finding[]> => {
    const results = new Map<string, Promise<CheckResult>>();
    const lookUp = (kind: keyof DirectoryCheck, id: string) => {
      const result = results.get(`${kind} ${id}`) ?? directory[kind](id);
      results.set(`${kind} ${id}`, result);
      return result;
    };
    const findings: Finding[] = [];
    const add = (
      path: readonly PropertyKey[],
      id: string | null,
      text: string,
      level: Finding["level"] = "problem",
    ) => {
      const route = path[0] === "routes" ? (policy.routes[Number(path[1])]?.name ?? null) : null;
      findings.push({ level, path, id, route, text });
    };
    for (const { path, kind, id } of listIds(policy)) {
      const result = await lookUp(kind, id);
      if (result.kind !== "fine" && result.kind !== "unreadable")
        add(path, id, describe(result), result.kind === "notable" ? "warning" : "problem");
    }
    for (const [index, route] of policy.routes.entries()) {
      const text = await checkQuorum(route, lookUp);
      if (text !== null) add(["routes", index, "quorum"], null, text);
    }
    for (const { index, route, earlier } of unreachableRoutes(policy.routes)) {
      const text = `Route "${route}" is unreachable: the earlier route "${earlier}" already matches everything it would match.`;
      add(["routes", index], null, text);
    }
    for (const { path, glob, text } of [...policyWarnings(policy.routes), ...maskWarnings(policy.mask)])
      add(path, glob, text, "warning");
    for (const text of identityWarnings(policy.routes, policy.identities)) add(["identities"], null, text, "warning");
    return findings;
  };

type LookUp = (kind: keyof DirectoryCheck, id: string) => Promise<CheckResult>;

/** Accounts that are looked up for the quorum of one route. */
const MAX_ACCOUNTS = 50;

/**
 * Compares the quorum with the people who may decide now. Null if they suffice, or if they are not known: an ID that is wrong
 * or was not looked up may mean any number of people, and of the members of a channel only the number is read.
 */
async function checkQuorum(route: Route, lookUp: LookUp): Promise<string | null> {
  const { approvers, quorum } = route;
  const results = await Promise.all([
    ...approvers.users.map(async (id) => ({ result: await lookUp("user", id), named: [id] })),
    ...approvers.groups.map(async (id) => ({ result: await lookUp("group", id), named: [] })),
  ]);
  const isForMembers = approvers.channel === "members";
  if (!isForMembers && results.every(({ result }) => result.kind === "wrong"))
    return "No ID under approvers is valid: correct the IDs that this check names.";
  const people = new Set<string>();
  for (const { result, named } of results) {
    if (result.kind !== "fine") return null;
    for (const userId of result.members ?? named) people.add(userId);
  }
  const most = people.size + (isForMembers ? await countMembers(route, lookUp) : 0);
  if (most < quorum) {
    const are = most === 1 ? "is" : "are";
    return `The quorum is ${quorum}, but there ${are} only ${counted(most, "approver")}: add approvers, or lower the quorum.`;
  }
  if (isForMembers) return null;
  const able = await countAble([...people].slice(0, MAX_ACCOUNTS), quorum, lookUp);
  if (able >= quorum || people.size > MAX_ACCOUNTS) return null;
  return `The quorum is ${quorum}, but only ${able} of ${counted(people.size, "approver")} can decide; guests, deactivated accounts, bots and people of other workspaces cannot. Add approvers, or lower the quorum.`;
}

/** Returns the most people that the channels of a route can have; infinite if that is not known. */
async function countMembers({ channels }: Route, lookUp: LookUp): Promise<number> {
  const results = await Promise.all(channels.map((id) => lookUp("channel", id)));
  const most = results.map((result) => (result.kind === "fine" ? result.maxApprovers : undefined));
  return most.reduce<number>((sum, count = Number.POSITIVE_INFINITY) => sum + count, 0);
}

/** Counts the people who can decide, up to the quorum. An account that was not looked up may be one. */
async function countAble(people: readonly string[], quorum: number, lookUp: LookUp): Promise<number> {
  let able = 0;
  for (const id of people) {
    if (able >= quorum) break;
    if ((await lookUp("user", id)).kind !== "wrong") able++;
  }
  return able;
}

function describe(result: Exclude<CheckResult, { kind: "fine" | "unreadable" }>): string {
  switch (result.kind) {
    case "wrong":
    case "notable":
      return result.text;
    case "unknown":
      return result.advice === undefined
        ? `Slack did not answer the lookup (${result.error}). Run the check again in a minute.`
        : `Slack refused the lookup (${result.error}). ${result.advice}`;
    default:
      throw new Error(`no text for ${result satisfies never}`);
  }
}

type Id = { path: PropertyKey[]; kind: keyof DirectoryCheck; id: string };

/** Lists every ID of a policy with its path, in the order of the configuration. */
function listIds({ routes, admins, identities }: Policy): Id[] {
  const ids = (path: PropertyKey[], kind: keyof DirectoryCheck, list: readonly string[]) =>
    list.map((id, index) => ({ path: [...path, index], kind, id }));
  const people = (path: PropertyKey[], { users, groups }: People) => [
    ...ids([...path, "users"], "user", users),
    ...ids([...path, "groups"], "group", groups),
  ];
  return [
    ...routes.flatMap((route, index) => [
      ...ids(["routes", index, "channels"], "channel", route.channels),
      ...people(["routes", index, "approvers"], route.approvers),
      ...people(["routes", index, "notify"], route.notify),
      ...ids(["routes", index, "escalate", "channels"], "channel", route.escalate?.channels ?? []),
      ...(route.escalate?.mention ?? []).map((id, at) => ({
        path: ["routes", index, "escalate", "mention", at],
        kind: id.startsWith("S") ? ("group" as const) : ("user" as const),
        id,
      })),
    ]),
    ...people(["admins"], admins),
    ...Object.keys(identities).map((id) => ({ path: ["identities", id], kind: "user" as const, id })),
  ];
}
