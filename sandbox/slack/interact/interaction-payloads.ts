import type { Channel, Json, Person, SlackApp } from "../workspace/model.ts";
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
    team: { id: workspace.team.id, domain: workspace.team.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** Makes the form fields of a slash command, all of them strings. https://docs.slack.dev/interactivity/implementing-slash-commands */
export function commandPayload(
  workspace: Workspace,
  app: SlackApp,
  person: Person,
  channel: Channel,
  command: { command: string; text: string; responseUrl: string; triggerId: string },
): Json {
  return {
    token: app.verificationToken,
    team_id: workspace.team.id,
    team_domain: workspace.team.domain,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: person.id,
    user_name: person.name,
    command: command.command,
    text: command.text,
    api_app_id: app.id,
    // A string here, but a boolean in interactions.
    is_enterprise_install: "false",
    response_url: command.responseUrl,
    trigger_id: command.triggerId,
  };
}

/** Wraps an event in the envelope of the Events API. https://docs.slack.dev/apis/events-api/#event-type-structure */
export function eventPayload(workspace: Workspace, app: SlackApp, event: Json, id: string, now: number): Json {
  return {
    token: app.verificationToken,
    team_id: workspace.team.id,
    context_team_id: workspace.team.id,
    context_enterprise_id: null,
    api_app_id: app.id,
    event,
    type: "event_callback",
    event_id: id,
    event_time: Math.floor(now / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: workspace.team.id,
        user_id: app.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
  };
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
