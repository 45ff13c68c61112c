import { createHash } from "node:crypto";
import type { KnownBlock } from "@slack/types";
import type { Clock } from "../app/ports/aws.ts";
import type { Chat, MessageContent } from "../app/ports/slack.ts";
import type { Workspace } from "./connection/workspace.ts";
import { makeFindMessage, toMetadata } from "./find-message.ts";
import type { RenderedMessage } from "./messages/blocks.ts";
import { digestMessage } from "./messages/digest-message.ts";
import { noticeMessage } from "./messages/notice-message.ts";
import { requestMessage } from "./messages/request-message.ts";
import { stepWithoutIdMessage } from "./messages/undecidable-step.ts";
import { withheld } from "./messages/withheld.ts";
import { makeSharedChannels } from "./people/shared-channels.ts";
import type { SlackCall } from "./slack-call.ts";

/** Error codes for a message that cannot be edited, for example after some time. Source: Slack API, errors of chat.update. */
const NOT_EDITABLE_CODES: ReadonlySet<string> = new Set(["cant_update_message", "edit_window_closed"]);

/** Error codes for a message that takes no replies. Source: Slack API, errors of chat.postMessage. */
const NO_REPLIES_CODES: ReadonlySet<string> = new Set([
  "restricted_action_non_threadable_channel",
  "restricted_action_thread_locked",
]);

/** A reply that the channel shows too. */
const BROADCAST = { reply_broadcast: true } as const;

/** Returns a function that tells whether a time has passed, or as long as it took from now, if the clock was set back. */
function makeDeadline(clock: Clock, notAfter: number): () => boolean {
  const elapsedUntil = clock.elapsed() + notAfter - clock.now();
  return () => clock.now() > notAfter || clock.elapsed() > elapsedUntil;
}

/** Makes the port for messages in Slack, over the Web API. Each function makes one attempt and returns its failure. */
export function makeChat(call: SlackCall, workspace: Pick<Workspace, "appId" | "botId" | "url">, clock: Clock): Chat {
  const render = makeRender(makeSharedChannels(call, clock), workspace.url);
  return {
    async post(channel, content, notAfter, thread = null) {
      const isTooLate = makeDeadline(clock, notAfter);
      const rendered = await render(channel, content);
      if (rendered.kind !== "rendered") return rendered;
      if (isTooLate()) return { kind: "too-late" };
      const { message } = rendered;
      const args = { channel, ...message, unfurl_links: false, unfurl_media: false };
      const reply = thread === null ? {} : { thread_ts: thread.ts, ...(thread.broadcast ? BROADCAST : {}) };
      const posted = await call("chat.postMessage", { ...args, ...reply });
      if (posted.kind === "refused" && thread !== null) {
        if (NO_REPLIES_CODES.has(posted.code)) return { kind: "no-thread", isDeleted: false };
        if (await isDeleted(call, channel, thread.ts, posted.code)) return { kind: "no-thread", isDeleted: true };
      }
      if (posted.kind !== "ok") return posted;
      const { ts } = posted.response;
      if (ts === undefined) return { kind: "ambiguous", error: "the reply has no ts" };
      return { kind: "posted", ts, content: rendered.fingerprint };
    },

    async update(channel, ts, content, notAfter) {
      const isTooLate = makeDeadline(clock, notAfter);
      const rendered = await render(channel, content);
      if (rendered.kind !== "rendered") return rendered;
      if (isTooLate()) return { kind: "too-late" };
      const updated = await call("chat.update", { channel, ts, ...rendered.message });
      if (updated.kind === "ok") return { kind: "updated", content: rendered.fingerprint };
      if (updated.kind !== "refused") return updated;
      if (updated.code === "message_not_found") return { ...updated, kind: "deleted" };
      return NOT_EDITABLE_CODES.has(updated.code) ? { ...updated, kind: "not-editable" } : updated;
    },

    async fingerprint(channel, content) {
      const rendered = await render(channel, content);
      return rendered.kind === "rendered" ? rendered.fingerprint : null;
    },

    isDeleted: (channel, ts) => checkDeleted(call, channel, ts),

    find: makeFindMessage(call, workspace, clock),

    async openDirectMessage(userId) {
      const opened = await call("conversations.open", { users: userId });
      if (opened.kind !== "ok") return opened;
      const channelId = opened.response.channel?.id;
      return channelId === undefined
        ? { kind: "unavailable", error: "the reply has no channel" }
        : { kind: "channel", channelId };
    },

    async postEphemeral(channel, user, text, mayPost) {
      if (mayPost?.() === false) return { kind: "too-late" };
      const posted = await call("chat.postEphemeral", { channel, user, text });
      return posted.kind === "ok" ? { kind: "delivered" } : posted;
    },
  };
}

async function checkDeleted(call: SlackCall, channel: string, ts: string): ReturnType<Chat["isDeleted"]> {
  const read = await call("conversations.replies", { channel, ts, limit: 1 });
  if (read.kind === "refused" && read.code === "thread_not_found") return { kind: "known", deleted: true };
  if (read.kind !== "ok") return read;
  // A deleted message with replies remains as a tombstone. The type lacks the subtype.
  const [first] = (read.response.messages ?? []) as readonly { ts?: string; subtype?: string }[];
  return { kind: "known", deleted: first?.subtype === "tombstone" };
}

/** Makes the function that renders a message for a channel, with a fingerprint of what people see. */
function makeRender(isShared: ReturnType<typeof makeSharedChannels>, workspaceUrl: string) {
  return async (channel: string, content: MessageContent) => {
    const sharing = await isShared(channel);
    if (sharing.kind !== "known") return sharing;
    const { text, blocks } = toMessage(content, sharing.isShared, workspaceUrl);
    return {
      kind: "rendered",
      message: { text, blocks: blocks as KnownBlock[], metadata: toMetadata(content.id) },
      fingerprint: createHash("sha256")
        .update(JSON.stringify([text, blocks]))
        .digest("base64"),
    } as const;
  };
}

/**
 * Tells whether the error of a reply proves that the first message of the thread was deleted. Developers report
 * thread_not_found for it. The documented cannot_reply_to_message also means a message that cannot have replies, so the
 * thread is read. Source: Slack API, errors of chat.postMessage and conversations.replies.
 */
async function isDeleted(call: SlackCall, channel: string, ts: string, code: string): Promise<boolean> {
  if (code !== "cannot_reply_to_message") return code === "thread_not_found";
  const read = await checkDeleted(call, channel, ts);
  return read.kind === "known" && read.deleted;
}

/** Renders the content. Whatever its kind, a channel that people of other organizations can read gets a withheld view. */
function toMessage(content: MessageContent, withhold: boolean, workspaceUrl: string): RenderedMessage {
  switch (content.kind) {
    case "request":
      return requestMessage(content.view, { withhold, workspaceUrl });
    case "notice":
      return noticeMessage(withhold ? withheld(content.view) : content.view);
    case "step-without-id":
      return stepWithoutIdMessage(content.step);
    case "digest":
      return digestMessage(withhold ? { ...content.view, waiting: content.view.waiting.map(withheld) } : content.view);
    default:
      throw new Error(`no message for ${content satisfies never}`);
  }
}
