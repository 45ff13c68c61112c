import type { People, Route } from "../../core/policy.ts";
import { policyWarnings } from "../../core/policy-warnings.ts";
import { unreachableRoutes } from "../../core/unreachable.ts";

/** The result of looking up one ID of the configuration in Slack. */
export type CheckResult =
  | { kind: "fine" }
  /** The text names the problem and the fix. */
  | { kind: "wrong"; text: string }
  | { kind: "unknown"; error: string };

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
  /** The path in the configuration, with the ID: `routes[0].channels C0123456789`. */
  where: string;
  text: string;
}

interface Policy {
  routes: readonly Route[];
  admins: People;
  identities: Readonly<Record<string, unknown>>;
}

/**
 * Makes the check of a policy: looks up every ID in Slack, each one once, finds unreachable routes, and warns of a policy
 * that may not mean what its author expects.
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
    for (const { path, kind, id } of listIds(policy)) {
      const result = await lookUp(kind, id);
      if (result.kind !== "fine") findings.push({ level: "problem", where: `${path} ${id}`, text: describe(result) });
    }
    for (const { index, route, earlier } of unreachableRoutes(policy.routes))
      findings.push({
        level: "problem",
        where: `routes[${index}]`,
        text: `Route "${route}" is unreachable: the earlier route "${earlier}" already matches everything it would match.`,
      });
    for (const warning of policyWarnings(policy.routes)) findings.push({ level: "warning", ...warning });
    return findings;
  };

function describe(result: Exclude<CheckResult, { kind: "fine" }>): string {
  switch (result.kind) {
    case "wrong":
      return result.text;
    case "unknown":
      return `Slack could not look it up: ${result.error}.`;
    default:
      throw new Error(`no text for ${result satisfies never}`);
  }
}

type Id = { path: string; kind: keyof DirectoryCheck; id: string };

/** Lists every ID of a policy with its path, in the order of the configuration. */
function listIds({ routes, admins, identities }: Policy): Id[] {
  const ids = (path: string, kind: keyof DirectoryCheck, list: readonly string[]) =>
    list.map((id) => ({ path, kind, id }));
  const people = (path: string, { users, groups }: People) => [
    ...ids(`${path}.users`, "user", users),
    ...ids(`${path}.groups`, "group", groups),
  ];
  return [
    ...routes.flatMap((route, index) => [
      ...ids(`routes[${index}].channels`, "channel", route.channels),
      ...people(`routes[${index}].approvers`, route.approvers),
      ...people(`routes[${index}].notify`, route.notify),
    ]),
    ...people("admins", admins),
    ...ids("identities", "user", Object.keys(identities)),
  ];
}
