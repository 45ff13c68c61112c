import type { UsersInfoResponse } from "@slack/web-api";
import { isVisible } from "../../core/clean-text.ts";
import type { Person } from "../../core/person.ts";
import type { Workspace } from "../connection/workspace.ts";

type SlackUser = NonNullable<UsersInfoResponse["user"]>;

/**
 * Returns the person that a user object describes. A user counts as a member only if the object says so in every respect.
 * Source: Slack API, user object.
 */
export function toPerson(userId: string, user: SlackUser, workspace: Workspace): Person {
  // The real name comes first, because records have it: people can change their display name at will.
  const names = [user.profile?.real_name, user.real_name, user.name];
  return {
    id: userId,
    name: names.find((name) => name !== undefined && isVisible(name)) ?? userId,
    email: user.profile?.email || null,
    teamId: user.team_id ?? "",
    updatedAt: typeof user.updated === "number" ? (user.updated + 1) * 1000 : null,
    ...(user.tz ? { zone: user.tz } : {}),
    accountStatus: toAccountStatus(user, workspace),
  };
}

function toAccountStatus(user: SlackUser, workspace: Workspace): Person["accountStatus"] {
  if (user.is_bot === true || user.id === "USLACKBOT") return "bot";
  if (user.deleted === true) return "deactivated";
  const enterprise = user.enterprise_user?.enterprise_id;
  const home =
    user.team_id === workspace.teamId || (workspace.enterpriseId !== null && enterprise === workspace.enterpriseId);
  if (!home || user.is_stranger === true) return "external";
  return user.is_restricted === true || user.is_ultra_restricted === true ? "guest" : "member";
}
