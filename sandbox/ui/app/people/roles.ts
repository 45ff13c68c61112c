import type { Person, SlackState } from "../live/slack-state.ts";

export type Role = "approver" | "requester" | "admin" | "guest" | "external" | "person";

/** Finds a person's role in the sandbox from their workspace profile. */
export function findRole(person: Person, teamId: string): Role {
  if (person.teamId !== teamId) return "external";
  if (person.isRestricted || person.isUltraRestricted) return "guest";
  if (person.isAdmin) return "admin";
  const title = person.title?.toLowerCase() ?? "";
  if (title.startsWith("approver")) return "approver";
  return title.startsWith("requester") ? "requester" : "person";
}

/** Lists a person's groups as `@sre, @oncall`. */
export const groupsText = (person: Person, groups: SlackState["groups"]): string =>
  groups
    .filter((each) => !each.disabled && each.users.includes(person.id))
    .map((each) => `@${each.handle}`)
    .join(", ");

/** Whether a person can use Slack: bots and deactivated people cannot. */
export const canAct = (person: Person): boolean => !person.isBot && !person.deleted;
