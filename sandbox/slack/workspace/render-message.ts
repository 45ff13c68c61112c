import type { Channel, Json, Message, SlackApp } from "./model.ts";
import type { Workspace } from "./workspace.ts";

type Author = Pick<Workspace, "team" | "apps">;

/** Renders a message in Slack's format. Includes metadata and the fields of its thread only on request. */
export function renderMessage(
  workspace: Author,
  message: Message,
  include: { metadata?: boolean; channel?: Channel } = {},
): Json {
  const app = workspace.apps.find((each) => each.id === message.appId);
  return {
    type: "message",
    ...(message.broadcast ? { subtype: "thread_broadcast" } : {}),
    ...(message.isTombstone ? { subtype: "tombstone", hidden: true } : {}),
    user: message.user,
    ts: message.ts,
    ...(app === undefined
      ? {}
      : { bot_id: app.botId, app_id: app.id, bot_profile: botProfile(workspace.team.id, app) }),
    text: message.text,
    team: workspace.team.id,
    ...(message.blocks === undefined ? {} : { blocks: message.blocks }),
    ...(message.attachments === undefined ? {} : { attachments: message.attachments }),
    ...(message.edited === undefined ? {} : { edited: message.edited }),
    ...(include.channel === undefined ? {} : renderThread(workspace, message, include.channel)),
    ...(include.metadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
  };
}

/** The fields of a reply, or of a message with replies. A reply that the channel shows too contains that message. */
function renderThread(workspace: Author, message: Message, channel: Channel): Json {
  if (message.threadTs !== undefined) {
    const parent = channel.messages.find((each) => each.ts === message.threadTs);
    return {
      thread_ts: message.threadTs,
      ...(parent === undefined ? {} : { parent_user_id: parent.user }),
      ...(message.broadcast && parent !== undefined ? { root: renderMessage(workspace, parent, { channel }) } : {}),
    };
  }
  const replies = channel.messages.filter((each) => each.threadTs === message.ts && each.onlyFor === undefined);
  if (replies.length === 0) return {};
  const users = [...new Set(replies.map((each) => each.user))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    latest_reply: replies.at(-1)?.ts,
    reply_users: users,
    is_locked: false,
    subscribed: false,
  };
}

function botProfile(teamId: string, app: SlackApp): Json {
  return {
    id: app.botId,
    app_id: app.id,
    user_id: app.botUserId,
    name: app.name,
    icons: {},
    deleted: false,
    updated: 0,
    team_id: teamId,
  };
}
