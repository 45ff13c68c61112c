import { length } from "../blocks/check.ts";
import { renderMessage } from "../workspace/render-message.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { flag, text } from "./arguments.ts";
import { isMember, postableChannel, visibleChannel } from "./channel-access.ts";
import { isEmpty, readContent, TEXT_CUT } from "./content.ts";
import { type Answer, type Call, type Method, refuse, refused } from "./method.ts";

/** https://docs.slack.dev/reference/methods/chat.postMessage and chat.postEphemeral */
export function postingMethods(deps: { workspace: Workspace }): Record<string, Method> {
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

/** The thread a message goes to: undefined for none, `false` when there is no such message. */
function threadOf(messages: { ts: string }[], args: Call["args"]): string | undefined | false {
  const ts = text(args, "thread_ts");
  if (ts === undefined) return undefined;
  return messages.some((each) => each.ts === ts) ? ts : false;
}

function postMessage(workspace: Workspace, { app, args }: Call): Answer {
  const channel = postableChannel(workspace, app, text(args, "channel"));
  if (refused(channel)) return channel;
  const content = readContent(args);
  if (refused(content)) return content;
  if (isEmpty(content)) return refuse("no_text");
  const threadTs = threadOf(channel.messages, args);
  if (threadTs === false) return refuse("thread_not_found");
  const cut = content.text !== undefined && length(content.text) > TEXT_CUT;
  const message = workspace.post(channel, {
    user: app.botUserId,
    botId: app.botId,
    appId: app.id,
    text: cut ? [...(content.text ?? "")].slice(0, TEXT_CUT).join("") : (content.text ?? ""),
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
    message: renderMessage(workspace, message, { metadata: true }),
    ...(cut ? { warning: "message_truncated", response_metadata: { warnings: ["message_truncated"] } } : {}),
  };
}

function postEphemeral(workspace: Workspace, { app, args }: Call): Answer {
  const channel = visibleChannel(workspace, app, text(args, "channel"));
  if (refused(channel)) return channel;
  if (channel.archived) return refuse("is_archived");
  if (!isMember(channel, app.botUserId)) return refuse("not_in_channel");
  if (channel.restricted) return refuse("restricted_action");
  const user = text(args, "user");
  const person = workspace.people.get(user ?? "");
  if (person === undefined || person.deleted || !isMember(channel, person.id)) return refuse("user_not_in_channel");
  const content = readContent(args);
  if (refused(content)) return content;
  if (isEmpty(content)) return refuse("no_text");
  const threadTs = threadOf(channel.messages, args);
  if (threadTs === false) return refuse("thread_not_found");
  const message = workspace.post(channel, {
    user: app.botUserId,
    botId: app.botId,
    appId: app.id,
    text: content.text ?? "",
    blocks: content.blocks,
    attachments: content.attachments,
    threadTs,
    onlyFor: person.id,
  });
  return { ok: true, message_ts: message.ts };
}
