import type { Person, SlackState } from "../live/slack-state.ts";

export type Role = "approver" | "requester" | "admin" | "guest" | "external" | "person";

/** The part that somebody plays in the sandbox, from what the workspace says of them. */
export function findRole(person: Person, teamId: string): Role {
  if (person.teamId !== teamId) return "external";
  if (person.isRestricted || person.isUltraRestricted) return "guest";
  if (person.isAdmin) return "admin";
  const title = person.title?.toLowerCase() ?? "";
  if (title.startsWith("approver")) return "approver";
  return title.startsWith("requester") ? "requester" : "person";
}

/** The groups somebody is in, as they are mentioned: `@sre, @oncall`. */
export const groupsText = (person: Person, groups: SlackState["groups"]): string =>
  groups
    .filter((each) => !each.disabled && each.users.includes(person.id))
    .map((each) => `@${each.handle}`)
    .join(", ");

/** Who can sit at a keyboard. */
export const canAct = (person: Person): boolean => !person.isBot && !person.deleted;
