import type { Channel, Json, Message, SlackApp } from "./model.ts";
import type { Workspace } from "./workspace.ts";

/** Renders a message in Slack's format. Includes metadata and the number of replies only on request. */
export function renderMessage(
  workspace: Pick<Workspace, "team" | "apps">,
  message: Message,
  include: { metadata?: boolean; channel?: Channel } = {},
): Json {
  const app = workspace.apps.find((each) => each.id === message.appId);
  const replies =
    include.channel?.messages.filter((each) => each.threadTs === message.ts && each.ts !== message.ts) ?? [];
  return {
    type: "message",
    ...(message.broadcast ? { subtype: "thread_broadcast" } : {}),
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
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    ...(replies.length === 0
      ? {}
      : {
          thread_ts: message.ts,
          reply_count: replies.length,
          reply_users: [...new Set(replies.map((each) => each.user))],
          latest_reply: replies.at(-1)?.ts,
        }),
    ...(include.metadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
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
