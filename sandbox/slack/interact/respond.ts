import { text } from "../api/arguments.ts";
import { applyContent } from "../api/chat-change.ts";
import { isEmpty, readContent } from "../api/content.ts";
import { type Args, type Refusal, refuse, refused } from "../api/method.ts";
import type { Changes } from "../workspace/changes.ts";
import type { Channel } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { ResponseTarget } from "./response-urls.ts";

/**
 * Carries out a message response: what is sent to a response URL, or comes with a command's acknowledgement. It replaces
 * or deletes the message that the person acted on, also an ephemeral one, or posts a new message: for the person alone,
 * unless `response_type` is `in_channel`.
 */
export function respond(
  deps: { workspace: Workspace; changes: Changes },
  target: ResponseTarget,
  args: Args,
): { ok: true } | Refusal {
  const { workspace, changes } = deps;
  const channel = workspace.channels.get(target.channel);
  const app = workspace.apps.find((each) => each.id === target.appId);
  if (channel === undefined || app === undefined) return refuse("channel_not_found");
  const source = channel.messages.find((each) => each.ts === target.messageTs);
  if (args.delete_original === true) return remove(deps, channel, source?.ts);

  const content = readContent(args);
  if (refused(content)) return content;
  if (isEmpty(content)) return refuse("no_text");
  if (args.replace_original === true && source !== undefined) {
    applyContent(source, { ...content, blocks: content.blocks ?? [], attachments: content.attachments ?? [] });
    changes.announce({ what: "message", channel: channel.id, ts: source.ts });
    return { ok: true };
  }
  if (args.replace_original === true && target.messageTs !== undefined) return refuse("message_not_found");
  workspace.post(channel, {
    user: app.botUserId,
    botId: app.botId,
    appId: app.id,
    text: content.text ?? "",
    blocks: content.blocks,
    attachments: content.attachments,
    metadata: content.metadata,
    threadTs: text(args, "thread_ts"),
    onlyFor: args.response_type === "in_channel" ? undefined : target.user,
  });
  return { ok: true };
}

function remove(deps: { changes: Changes }, channel: Channel, ts: string | undefined): { ok: true } | Refusal {
  if (ts === undefined) return refuse("message_not_found");
  channel.messages = channel.messages.filter((each) => each.ts !== ts);
  deps.changes.announce({ what: "message", channel: channel.id, ts });
  return { ok: true };
}
