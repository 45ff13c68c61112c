import { appAuthor } from "../workspace/new-records.ts";
import { renderMessage } from "../workspace/render-message.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { flag, text } from "./arguments.ts";
import { findPostableChannel, findVisibleChannel, isMember } from "./channel-access.ts";
import { isEmpty, readContent, truncateText } from "./message-content.ts";
import { type ApiResponse, type Call, isRefusal, type Method, refuse } from "./method.ts";
import { findThread } from "./thread.ts";

/** https://docs.slack.dev/reference/methods/chat.postMessage and chat.postEphemeral */
export function postMethods(deps: { workspace: Workspace }): Record<string, Method> {
  return {
    "chat.postMessage": {
      token: "bot",
      scopes: ["chat:write"],
      tier: "hundreds",
      run: (call) => postMessage(deps.workspace, call),
    },
    "chat.postEphemeral": {
      token: "bot",
      scopes: ["chat:write"],
      tier: "tier4",
      run: (call) => postEphemeral(deps.workspace, call),
    },
  };
}

function postMessage(workspace: Workspace, { app, args }: Call): ApiResponse {
  const channel = findPostableChannel(workspace, app, text(args, "channel"));
  if (isRefusal(channel)) return channel;
  const content = readContent(args);
  if (isRefusal(content)) return content;
  if (isEmpty(content)) return refuse("no_text");
  const thread = findThread(channel, args);
  if (isRefusal(thread)) return thread;
  const { threadTs } = thread;
  const { text: shown, truncated } = truncateText(content.text ?? "");
  const message = workspace.post(channel, {
    ...appAuthor(app),
    text: shown,
    blocks: content.blocks,
    attachments: content.attachments,
    metadata: content.metadata,
    threadTs,
    ...(threadTs !== undefined && flag(args, "reply_broadcast") ? { broadcast: true } : {}),
  });
  return {
    ok: true,
    channel: channel.id,
    ts: message.ts,
    message: renderMessage(workspace, message, { metadata: true, channel }),
    ...(truncated ? { warning: "message_truncated", response_metadata: { warnings: ["message_truncated"] } } : {}),
  };
}

function postEphemeral(workspace: Workspace, { app, args }: Call): ApiResponse {
  const channel = findVisibleChannel(workspace, app, text(args, "channel"));
  if (isRefusal(channel)) return channel;
  if (channel.archived) return refuse("is_archived");
  if (!isMember(channel, app.botUserId)) return refuse("not_in_channel");
  if (channel.restricted) return refuse("restricted_action");
  const user = text(args, "user");
  const person = workspace.people.get(user ?? "");
  if (person === undefined || person.deleted || !isMember(channel, person.id)) return refuse("user_not_in_channel");
  // Ephemeral messages have no metadata.
  const content = readContent({ ...args, metadata: undefined });
  if (isRefusal(content)) return content;
  if (isEmpty(content)) return refuse("no_text");
  const thread = findThread(channel, args);
  if (isRefusal(thread)) return thread;
  const message = workspace.post(channel, {
    ...appAuthor(app),
    text: truncateText(content.text ?? "").text,
    blocks: content.blocks,
    attachments: content.attachments,
    threadTs: thread.threadTs,
    onlyFor: person.id,
  });
  return { ok: true, message_ts: message.ts };
}
