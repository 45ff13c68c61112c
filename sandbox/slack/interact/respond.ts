import { applyContent, MAX_UPDATE_LENGTH } from "../api/chat-update.ts";
import { type Content, isEmpty, readContent, truncateText } from "../api/message-content.ts";
import { type Args, isRefusal, type Refusal, refuse } from "../api/method.ts";
import { findThread } from "../api/thread.ts";
import { codePoints } from "../blocks/check.ts";
import type { Changes } from "../workspace/changes.ts";
import { isInstalled } from "../workspace/installed.ts";
import type { Channel, Message, SlackApp } from "../workspace/model.ts";
import { appAuthor } from "../workspace/new-records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { ResponseTarget } from "./response-urls.ts";

/**
 * Executes a message response, sent to a response URL or with the acknowledgement of a command. It replaces or deletes the
 * message that the person acted on, even an ephemeral one, or posts a new message: an ephemeral one, unless
 * `response_type` is `in_channel`. A command has no such message, unless a setting makes its first answer that message. The
 * rules are those of chat.postMessage and chat.update, except that the app does not have to be in the channel.
 */
export function respond(
  deps: { workspace: Workspace; changes: Changes },
  target: ResponseTarget,
  args: Args,
): { ok: true } | Refusal {
  const { workspace } = deps;
  const channel = workspace.channels.get(target.channel);
  const app = workspace.apps.find((each) => each.id === target.appId);
  if (channel === undefined || app === undefined) return refuse("channel_not_found");
  if (!isInstalled(app)) return refuse(app.tokens.bot);
  if (channel.archived) return refuse("is_archived");
  const source = channel.messages.find((each) => each.ts === target.messageTs);
  if (args.delete_original === true) {
    if (source === undefined) return refuse("message_not_found");
    workspace.remove(channel, source);
    return { ok: true };
  }

  const content = readContent(args);
  if (isRefusal(content)) return content;
  if (isEmpty(content)) return refuse("no_text");
  if (args.replace_original === true && target.messageTs !== undefined) {
    return source === undefined ? refuse("message_not_found") : replace(deps, channel, source, content);
  }
  return post(workspace, { channel, app, target }, args, content);
}

function post(
  workspace: Workspace,
  { channel, app, target }: { channel: Channel; app: SlackApp; target: ResponseTarget },
  args: Args,
  content: Content,
): { ok: true } | Refusal {
  if (channel.restricted) return refuse("restricted_action");
  const thread = findThread(channel, args);
  if (isRefusal(thread)) return thread;
  const posted = workspace.post(channel, {
    ...appAuthor(app),
    text: truncateText(content.text ?? "").text,
    blocks: content.blocks,
    attachments: content.attachments,
    metadata: content.metadata,
    threadTs: thread.threadTs,
    onlyFor: args.response_type === "in_channel" ? undefined : target.user,
  });
  if (workspace.settings.commandAnswers === "replaced") target.messageTs ??= posted.ts;
  return { ok: true };
}

function replace(
  { changes }: { changes: Changes },
  channel: Channel,
  source: Message,
  content: Content,
): { ok: true } | Refusal {
  if (codePoints(content.text ?? "") > MAX_UPDATE_LENGTH) return refuse("msg_too_long");
  applyContent(source, { ...content, blocks: content.blocks ?? [], attachments: content.attachments ?? [] });
  changes.announce({ what: "message", channel: channel.id, ts: source.ts });
  return { ok: true };
}
