import type { Json, Person, SlackApp } from "./model.ts";
import { findOrganization, isInsider, isOrgInstall } from "./organization.ts";
import type { Workspace } from "./workspace.ts";

/** The language of every person and channel, which Slack includes only with `include_locale`. */
export const LOCALE = "en-US";

/** Whether a person from another company shares no channel with the app. */
function isStranger(workspace: Workspace, app: SlackApp, person: Person): boolean {
  return ![...workspace.channels.values()].some(
    (each) => each.members.includes(person.id) && each.members.includes(app.botUserId),
  );
}

/**
 * Renders a person in the format of users.info. Includes the email only for an app with `users:read.email`, and
 * `is_stranger` only for people from other companies. https://docs.slack.dev/reference/objects/user-object
 */
export function renderPerson(workspace: Workspace, app: SlackApp, person: Person, includeLocale = false): Json {
  const external = !isInsider(workspace, person);
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
    status_expiration: 0,
    avatar_hash: "",
    team: person.teamId,
    ...(seesEmail ? { email: person.email } : {}),
    ...(person.isBot ? { api_app_id: workspace.apps.find((each) => each.botUserId === person.id)?.id ?? "" } : {}),
  };
  const common = {
    id: person.id,
    ...renderTeam(workspace, person),
    name: person.name,
    deleted: person.deleted,
    profile,
  };
  const end = { is_bot: person.isBot, is_app_user: false, is_workflow_bot: false, updated: person.updated };
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
    is_invited_user: false,
    who_can_share_contact_card: "EVERYONE",
    ...(external ? { is_stranger: isStranger(workspace, app, person) } : {}),
    ...(includeLocale ? { locale: LOCALE } : {}),
  };
}

/**
 * Names the workspace of a person, and their organization. To an app that is installed in the whole organization, Slack
 * names no single workspace (observed).
 */
function renderTeam(workspace: Workspace, person: Person): Json {
  const organization = findOrganization(workspace);
  const { teamId } = person;
  if (organization === undefined || !isInsider(workspace, person)) return { team_id: teamId };
  const { id: enterprise_id, name: enterprise_name } = organization;
  const roles = { is_admin: false, is_owner: false, is_primary_owner: false };
  const enterprise_user = { id: person.id, enterprise_id, enterprise_name, ...roles, teams: [teamId] };
  return isOrgInstall(workspace)
    ? { enterprise_user, enterprise_id, enterprise_name, teams: [teamId] }
    : { team_id: teamId, enterprise_user };
}
