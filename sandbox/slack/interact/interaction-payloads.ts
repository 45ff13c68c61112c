import type { Channel, Json, Person, SlackApp } from "../workspace/model.ts";
import { findOrganization, isOrgInstall } from "../workspace/organization.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** Returns the channel name in payloads, which hide the names of private channels and direct messages. */
export function channelName(channel: Channel): string {
  if (channel.kind === "private") return "privategroup";
  return channel.kind === "im" ? "directmessage" : channel.name;
}

/** Converts a person for interaction payloads. Their workspace is not always that of the app. */
export const toUser = (person: Person): Json => ({
  id: person.id,
  username: person.name,
  name: person.name,
  team_id: person.teamId,
});

/** Makes the fields that all interaction payloads share. https://docs.slack.dev/reference/interaction-payloads */
export function interactionHead(workspace: Workspace, app: SlackApp, person: Person, type: string): Json {
  return {
    type,
    user: toUser(person),
    api_app_id: app.id,
    token: app.verificationToken,
    team: isOrgInstall(workspace) ? null : renderTeam(workspace),
    enterprise: findOrganization(workspace) ?? null,
    is_enterprise_install: isOrgInstall(workspace),
  };
}

/** In an organization, the workspace names it too. */
function renderTeam(workspace: Workspace): Json {
  const { id, domain } = workspace.team;
  const organization = findOrganization(workspace);
  return organization === undefined
    ? { id, domain }
    : { id, domain, enterprise_id: organization.id, enterprise_name: organization.name };
}

/** Makes the form fields of a slash command, all of them strings. https://docs.slack.dev/interactivity/implementing-slash-commands */
export function commandPayload(
  workspace: Workspace,
  app: SlackApp,
  person: Person,
  channel: Channel,
  command: { command: string; text: string; responseUrl: string; triggerId: string },
): Json {
  const organization = findOrganization(workspace);
  return {
    token: app.verificationToken,
    team_id: workspace.team.id,
    team_domain: workspace.team.domain,
    ...(organization === undefined ? {} : { enterprise_id: organization.id, enterprise_name: organization.name }),
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: person.id,
    user_name: person.name,
    command: command.command,
    text: command.text,
    api_app_id: app.id,
    // A string here, but a boolean in interactions.
    is_enterprise_install: String(isOrgInstall(workspace)),
    response_url: command.responseUrl,
    trigger_id: command.triggerId,
  };
}

/** Wraps an event in the envelope of the Events API. https://docs.slack.dev/apis/events-api/#event-type-structure */
export function eventPayload(workspace: Workspace, app: SlackApp, event: Json, id: string, now: number): Json {
  const enterprise_id = findOrganization(workspace)?.id ?? null;
  return {
    token: app.verificationToken,
    team_id: workspace.team.id,
    context_team_id: workspace.team.id,
    ...(enterprise_id === null ? {} : { enterprise_id }),
    context_enterprise_id: enterprise_id,
    api_app_id: app.id,
    event,
    type: "event_callback",
    event_id: id,
    event_time: Math.floor(now / 1000),
    authorizations: [
      {
        enterprise_id,
        team_id: isOrgInstall(workspace) ? null : workspace.team.id,
        user_id: app.botUserId,
        is_bot: true,
        is_enterprise_install: isOrgInstall(workspace),
      },
    ],
    is_ext_shared_channel: false,
    event_context: toEventContext(workspace, app, event),
  };
}

/** Identifies the event for the app. Slack calls it opaque; observed: "4-" and the ids of the event as base64 of JSON. */
function toEventContext({ team }: Workspace, app: SlackApp, { type, channel }: Json): string {
  return `4-${Buffer.from(JSON.stringify({ et: type, tid: team.id, aid: app.id, cid: channel })).toString("base64url")}`;
}

/** Merges `over` into `base`: objects by field, lists by item; other values are replaced. */
export function overlay(base: unknown, over: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(over)) {
    return Array.from({ length: Math.max(base.length, over.length) }, (_, index) =>
      over[index] === undefined ? base[index] : overlay(base[index], over[index]),
    );
  }
  const bothObjects = [base, over].every((each) => typeof each === "object" && each !== null && !Array.isArray(each));
  if (!bothObjects) return over;
  const merged: Json = { ...(base as Json) };
  for (const [name, each] of Object.entries(over as Json)) merged[name] = overlay(merged[name], each);
  return merged;
}
