import type { Disagreement } from "./disagreement.ts";
import { at, isMap, list } from "./file-parts.ts";
import { quoted } from "./problem.ts";

/** The account that a target's roles are in; none: that of the bot's own credentials. */
export function accountOf(target: unknown): string {
  const role = at(target, "readRole") ?? at(target, "approverRole");
  return typeof role === "string" ? (role.split(":")[4] ?? "") : "";
}

export function roleDisagreement(target: unknown, path: PropertyKey[]): Disagreement[] {
  const [read, approve] = [at(target, "readRole"), at(target, "approverRole")];
  if (typeof read !== "string" || typeof approve !== "string") return [];
  if (read.split(":")[4] === approve.split(":")[4]) return [];
  return [
    {
      path,
      what: "It is in another account than readRole.",
      fix: "A target is one account: name two roles of the same account, or make two targets.",
    },
  ];
}

/** zod passes over `__proto__`, and an identity that is lost would let somebody approve their own execution. */
export function identityKeys(identities: unknown): Disagreement[] {
  if (!isMap(identities)) return [];
  return Object.keys(identities)
    .filter((key) => !/^[UW][A-Z0-9]{2,}$/.test(key))
    .map((key) => ({
      path: ["identities", key],
      what: `${quoted(key)} is not the ID of a person.`,
      fix: "Open the person's profile in Slack and choose Copy member ID from the menu; it begins with U or W.",
    }));
}

/** A message to each member of a channel, beside the one in the channel, is meant by nobody. */
export function directWithoutNames(approvers: unknown, dm: unknown, path: PropertyKey[]): Disagreement[] {
  if (dm !== true || !isMap(approvers) || approvers.channel === undefined) return [];
  if (list(approvers, "users").length + list(approvers, "groups").length > 0) return [];
  return [
    {
      path: [...path, "dm"],
      what: "Direct messages go to people and groups, and only the channel's members are named.",
      fix: "Remove dm, or name people or groups under approvers.",
    },
  ];
}

/** What applies to nobody would look stricter than it is. */
export function idleRule(route: unknown, path: PropertyKey[]): Disagreement[] {
  if (at(route, "selfApproval") !== true || at(route, "whenRequesterUnknown") !== "deny") return [];
  return [
    {
      path: [...path, "whenRequesterUnknown"],
      what: "It has no effect with selfApproval: true: whoever started it may approve it.",
      fix: "Remove it, or write selfApproval: false.",
    },
  ];
}
