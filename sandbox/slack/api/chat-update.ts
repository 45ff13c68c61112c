import { codePoints } from "../blocks/check.ts";
import type { Changes } from "../workspace/changes.ts";
import type { Channel, Json, Message } from "../workspace/model.ts";
import { renderMessage } from "../workspace/render-message.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { text } from "./arguments.ts";
import { findVisibleChannel } from "./channel-access.ts";
import { type Content, checkTotals, isEmpty, readContent } from "./message-content.ts";
import { type ApiResponse, type Call, isRefusal, type Method, type Refusal, refuse } from "./method.ts";

/** chat.update refuses longer text; chat.postMessage truncates it. https://docs.slack.dev/reference/methods/chat.update */
export const MAX_UPDATE_LENGTH = 4000;

interface Deps {
  workspace: Workspace;
  changes: Changes;
  clock: { now(): number };
}

export function updateMethods(deps: Deps): Record<string, Method> {
  return {
    "chat.update": { token: "bot", scopes: ["chat:write"], tier: "tier3", run: (call) => update(deps, call) },
    "chat.delete": { token: "bot", scopes: ["chat:write"], tier: "tier3", run: (call) => remove(deps, call) },
    "chat.getPermalink": { token: "bot", scopes: [], tier: "hundreds", run: (call) => permalink(deps, call) },
  };
}

/** Finds a message in the channel's history. Ephemeral messages are not in it: they can be neither updated nor deleted. */
function findMessage({ workspace }: Deps, { app, args }: Call, ts: string | undefined) {
  const channel = findVisibleChannel(workspace, app, text(args, "channel"));
  if (isRefusal(channel)) return channel;
  const message = channel.messages.find((each) => each.ts === ts && each.onlyFor === undefined);
  return message === undefined ? refuse("message_not_found") : { channel, message };
}

function update(deps: Deps, call: Call): ApiResponse {
  const found: { channel: Channel; message: Message } | Refusal = findMessage(deps, call, text(call.args, "ts"));
  if (isRefusal(found)) return found;
  const { channel, message } = found;
  if (channel.archived) return refuse("is_inactive");
  if (message.appId !== call.app.id) return refuse("cant_update_message");
  const { edits } = deps.workspace.settings;
  if (edits !== "allowed") return refuse(edits);
  const content = readContent(call.args);
  if (isRefusal(content)) return content;
  if (isEmpty(content) && content.blocks === undefined && content.attachments === undefined) return refuse("no_text");
  if (content.text !== undefined && codePoints(content.text) > MAX_UPDATE_LENGTH) return refuse("msg_too_long");
  // Blocks and attachments that stay count together with the new ones.
  const { blocks = message.blocks, attachments = message.attachments } = content;
  const overLimit = checkTotals(blocks ?? [], attachments ?? []);
  if (overLimit !== undefined) return overLimit;
  applyContent(message, content);
  // Slack names the bot, not its user, as the editor of an app's message (observed).
  message.edited = { user: call.app.botId, ts: `${Math.floor(deps.clock.now() / 1000)}.000000` };
  deps.changes.announce({ what: "message", channel: channel.id, ts: message.ts });
  return {
    ok: true,
    channel: channel.id,
    ts: message.ts,
    text: message.text,
    message: renderMessage(deps.workspace, message, { metadata: true, channel }),
  };
}

/**
 * Applies an update. Omitted blocks, attachments and metadata stay; an empty list or object removes them. The text is
 * always replaced, even by an empty one.
 */
export function applyContent(message: Message, content: Content): void {
  message.text = content.text ?? "";
  if (content.blocks !== undefined) message.blocks = undefinedIfEmpty(content.blocks);
  if (content.attachments !== undefined) message.attachments = undefinedIfEmpty(content.attachments);
  if (content.metadata !== undefined) {
    message.metadata = Object.keys(content.metadata).length === 0 ? undefined : content.metadata;
  }
}

const undefinedIfEmpty = (list: Json[]): Json[] | undefined => (list.length === 0 ? undefined : list);

function remove(deps: Deps, call: Call): ApiResponse {
  const found = findMessage(deps, call, text(call.args, "ts"));
  if (isRefusal(found)) return found;
  const { channel, message } = found;
  if (message.appId !== call.app.id) return refuse("cant_delete_message");
  deps.workspace.remove(channel, message);
  return { ok: true, channel: channel.id, ts: message.ts };
}

function permalink(deps: Deps, call: Call): ApiResponse {
  const found = findMessage(deps, call, text(call.args, "message_ts"));
  if (isRefusal(found)) return found;
  const { channel, message } = found;
  const path = `${channel.id}/p${message.ts.replace(".", "")}`;
  return {
    ok: true,
    channel: channel.id,
    permalink: `https://${deps.workspace.team.domain}.slack.com/archives/${path}`,
  };
}
