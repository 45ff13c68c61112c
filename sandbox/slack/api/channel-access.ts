import type { Channel, SlackApp } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { needScope, type Refusal, refuse } from "./method.ts";

/** The first part of a scope for each kind of channel, as in `channels:read`, `groups:history`, `im:read`. */
const SCOPE_PREFIX: Record<Channel["kind"], string> = { public: "channels", private: "groups", im: "im" };

export const isMember = (channel: Channel, userId: string): boolean => channel.members.includes(userId);

/** Finds a channel that the app can see: private channels are visible to members only. */
export function findVisibleChannel(workspace: Workspace, app: SlackApp, id: string | undefined): Channel | Refusal {
  const channel = id === undefined ? undefined : workspace.channels.get(id);
  if (channel === undefined) return refuse("channel_not_found");
  if (channel.kind !== "public" && !isMember(channel, app.botUserId)) return refuse("channel_not_found");
  return channel;
}

/** Finds a channel whose `what` the app may read, given the scope for the channel's kind. */
export function findReadableChannel(
  workspace: Workspace,
  app: SlackApp,
  id: string | undefined,
  what: "read" | "history",
): Channel | Refusal {
  const channel = findVisibleChannel(workspace, app, id);
  if ("ok" in channel) return channel;
  return needScope(app, `${SCOPE_PREFIX[channel.kind]}:${what}`) ?? channel;
}

/**
 * Finds the channel to post to. A person's id is their direct message with the app, and `#name` is a public channel.
 * https://docs.slack.dev/reference/methods/chat.postMessage/#channels
 */
export function findPostableChannel(workspace: Workspace, app: SlackApp, id: string | undefined): Channel | Refusal {
  const channel = findVisibleChannel(workspace, app, findDestination(workspace, app, id));
  if ("ok" in channel) return channel;
  if (channel.archived) return refuse("is_archived");
  if (!isMember(channel, app.botUserId)) return refuse("not_in_channel");
  if (channel.restricted) return refuse("restricted_action");
  return channel;
}

/**
 * Returns the key of the rate limit per channel: the same for every way to name a channel. A direct message counts under
 * its person, since it may not exist yet.
 */
export function channelBucketKey(workspace: Workspace, id: string | undefined): string | undefined {
  const named = id?.startsWith("#") ? findPublicChannel(workspace, id.slice(1))?.id : id;
  const channel = named === undefined ? undefined : workspace.channels.get(named);
  return channel?.imUser ?? channel?.id ?? id;
}

const findPublicChannel = (workspace: Workspace, name: string): Channel | undefined =>
  [...workspace.channels.values()].find((each) => each.kind === "public" && each.name === name);

function findDestination(workspace: Workspace, app: SlackApp, id: string | undefined): string | undefined {
  if (id === undefined) return undefined;
  const person = workspace.people.get(id);
  if (person !== undefined) {
    return person.deleted || person.isBot ? undefined : workspace.directMessage(app, id).channel.id;
  }
  return id.startsWith("#") ? findPublicChannel(workspace, id.slice(1))?.id : id;
}
