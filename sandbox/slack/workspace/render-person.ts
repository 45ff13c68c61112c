import type { Json, Person, SlackApp } from "./model.ts";
import type { Workspace } from "./workspace.ts";

/** Whether the person is from another workspace and shares no channel with the app. */
function isStranger(workspace: Workspace, app: SlackApp, person: Person): boolean {
  if (person.teamId === workspace.team.id) return false;
  return ![...workspace.channels.values()].some(
    (each) => each.members.includes(person.id) && each.members.includes(app.botUserId),
  );
}

/**
 * Renders a person in the format of users.info. Includes the email only for an app with `users:read.email`, and
 * `is_stranger` only for people from other workspaces. https://docs.slack.dev/reference/objects/user-object
 */
export function renderPerson(workspace: Workspace, app: SlackApp, person: Person): Json {
  const external = person.teamId !== workspace.team.id;
  const seesEmail = app.scopes.includes("users:read.email") && person.email !== undefined;
  const profile = {
    title: person.title ?? "",
    phone: "",
    skype: "",
    real_name: person.realName,
    real_name_normalized: person.realName,
    display_name: person.isBot ? "" : person.name,
    display_name_normalized: person.isBot ? "" : person.name,
    status_text: "",
    status_emoji: "",
    avatar_hash: "",
    team: person.teamId,
    ...(seesEmail ? { email: person.email } : {}),
    ...(person.isBot ? { api_app_id: workspace.apps.find((each) => each.botUserId === person.id)?.id ?? "" } : {}),
  };
  const common = { id: person.id, team_id: person.teamId, name: person.name, deleted: person.deleted, profile };
  const end = { is_bot: person.isBot, is_app_user: false, updated: person.updated };
  // Slack omits roles and time zone for deactivated people.
  if (person.deleted) return { ...common, ...end };
  return {
    ...common,
    color: "9f69e7",
    real_name: person.realName,
    tz: person.tz,
    tz_label: person.tz,
    tz_offset: person.tzOffset,
    is_admin: person.isAdmin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: person.isRestricted,
    is_ultra_restricted: person.isUltraRestricted,
    ...end,
    is_email_confirmed: person.email !== undefined,
    who_can_share_contact_card: "EVERYONE",
    ...(external ? { is_stranger: isStranger(workspace, app, person) } : {}),
  };
}
