import type { Channel, SlackApp } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { needScope, type Refusal, refuse } from "./method.ts";

/** The scope's first half for each kind of channel: `channels:read`, `groups:history`, `im:read`... */
const SCOPE_PREFIX: Record<Channel["kind"], string> = { public: "channels", private: "groups", im: "im" };

export const isMember = (channel: Channel, userId: string): boolean => channel.members.includes(userId);

/** A channel that the app may know of: private ones exist only for their members. */
export function findVisibleChannel(workspace: Workspace, app: SlackApp, id: string | undefined): Channel | Refusal {
  const channel = id === undefined ? undefined : workspace.channels.get(id);
  if (channel === undefined) return refuse("channel_not_found");
  if (channel.kind !== "public" && !isMember(channel, app.botUserId)) return refuse("channel_not_found");
  return channel;
}

/** A channel of which the app may read `what`, by the scope for its kind. */
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
 * The channel that a message goes to. A person's id means the direct message with them, and `#name` a public channel.
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
 * What the limit per channel is counted by: the same however the channel was named. A direct message counts by its person,
 * since it need not exist yet.
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
