import type { People, Route } from "../../core/policy.ts";
import { unreachableRoutes } from "../../core/unreachable.ts";

/** What Slack says of a name in the configuration. */
export type CheckResult =
  | { kind: "fine" }
  /** The words say what is wrong with it and what to do. */
  | { kind: "wrong"; words: string }
  | { kind: "unknown"; error: string };

/** Slack, as far as names in the configuration go. */
export interface DirectoryCheck {
  user(id: string): Promise<CheckResult>;
  /** Whether the group exists, is enabled and has members. */
  group(id: string): Promise<CheckResult>;
  /** Whether the channel exists, is open, and has the bot in it. */
  channel(id: string): Promise<CheckResult>;
}

export interface Finding {
  /** As in the configuration: `routes[0].channels`, with the id. */
  where: string;
  kind: "wrong" | "unknown";
  words: string;
}

/** Holds every name of the policy against Slack, each id once, and names routes that are never reached. */
export const makePolicyCheck =
  (roster: DirectoryCheck) =>
  async (policy: {
    routes: readonly Route[];
    admins: People;
    identities: Readonly<Record<string, unknown>>;
  }): Promise<Finding[]> => {
    const asked = new Map<string, Promise<CheckResult>>();
    const ask = (kind: keyof DirectoryCheck, id: string) => {
      const answer = asked.get(`${kind} ${id}`) ?? roster[kind](id);
      asked.set(`${kind} ${id}`, answer);
      return answer;
    };
    const findings: Finding[] = [];
    const look = async (where: string, kind: keyof DirectoryCheck, ids: readonly string[]) => {
      for (const id of ids) {
        const known = await ask(kind, id);
        if (known.kind === "wrong") findings.push({ where: `${where} ${id}`, kind: "wrong", words: known.words });
        if (known.kind === "unknown")
          findings.push({
            where: `${where} ${id}`,
            kind: "unknown",
            words: `Slack could not be asked: ${known.error}.`,
          });
      }
    };
    const people = async (where: string, { users, groups }: People) => {
      await look(`${where}.users`, "user", users);
      await look(`${where}.groups`, "group", groups);
    };
    for (const [index, route] of policy.routes.entries()) {
      await look(`routes[${index}].channels`, "channel", route.channels);
      await people(`routes[${index}].approvers`, route.approvers);
      await people(`routes[${index}].notify`, route.notify);
    }
    await people("admins", policy.admins);
    await look("identities", "user", Object.keys(policy.identities));
    for (const { index, route, earlier } of unreachableRoutes(policy.routes)) {
      const words = `Route "${route}" is unreachable: the earlier route "${earlier}" already matches everything it would match.`;
      findings.push({ where: `routes[${index}]`, kind: "wrong", words });
    }
    return findings;
  };
