import type { KnownBlock, WebClient } from "@slack/web-api";
import type { Clock } from "../app/ports/aws.ts";
import type { Chat, ChatFailure, MessageContent } from "../app/ports/slack.ts";
import { findMessage, toMetadata } from "./find-message.ts";
import type { Rendered } from "./messages/blocks.ts";
import { digestMessage } from "./messages/digest-message.ts";
import { noticeMessage } from "./messages/notice-message.ts";
import { requestMessage } from "./messages/request-message.ts";
import type { Lookups } from "./people/lookups.ts";
import { makeSharedChannels } from "./people/shared-channels.ts";
import { chatFailure } from "./slack-failures.ts";

/**
 * Makes the port for messages in Slack, over the Web API. Each function makes one attempt and returns its failure; none
 * throws. `acquireSlot` and `lookups` bring their own rate limits.
 */
export function makeChat(
  web: WebClient,
  acquireSlot: Chat["acquireSlot"],
  clock: Clock,
  lookups: Pick<Lookups, "conversations"> = web,
): Chat {
  const isShared = makeSharedChannels(lookups, clock);
  const render = async (channel: string, content: MessageContent) => {
    const { text, blocks } = await toMessage(content, () => isShared(channel));
    return { text, blocks: blocks as KnownBlock[], metadata: toMetadata(content.id) };
  };
  return {
    acquireSlot,

    post: (channel, content, notAfter) =>
      attempt(async () => {
        const message = await render(channel, content);
        if (clock.now() > notAfter) return { kind: "too-late" };
        const { ts } = await web.chat.postMessage({ channel, ...message, unfurl_links: false, unfurl_media: false });
        return ts === undefined ? { kind: "ambiguous", error: "the reply has no ts" } : { kind: "posted", ts };
      }),

    async update(channel, ts, content, notAfter) {
      const result = await attempt(async () => {
        const message = await render(channel, content);
        if (clock.now() > notAfter) return { kind: "too-late" } as const;
        await web.chat.update({ channel, ts, ...message });
        return { kind: "updated" } as const;
      });
      // Source: Slack API, errors of chat.update.
      return result.kind === "refused" && result.code === "message_not_found" ? { ...result, kind: "deleted" } : result;
    },

    find: (channel, id, since) => attempt(() => findMessage(web, channel, id, since)),

    openDirectMessage: (userId) =>
      attempt(async () => {
        const { channel } = await web.conversations.open({ users: userId });
        return channel?.id === undefined
          ? { kind: "unavailable", error: "the reply has no channel" }
          : { kind: "channel", channelId: channel.id };
      }),

    postEphemeral: (channel, user, text) =>
      attempt(async () => {
        await web.chat.postEphemeral({ channel, user, text });
        return { kind: "delivered" };
      }),
  };
}

async function attempt<Result>(call: () => Promise<Result | ChatFailure>): Promise<Result | ChatFailure> {
  try {
    return await call();
  } catch (error) {
    return chatFailure(error);
  }
}

async function toMessage(content: MessageContent, isShared: () => Promise<boolean>): Promise<Rendered> {
  switch (content.kind) {
    case "request":
      return requestMessage(content.view, { withhold: await isShared() });
    case "notice":
      return noticeMessage(content.view);
    case "digest":
      return digestMessage(content.view);
    default:
      throw new Error(`no message for ${content satisfies never}`);
  }
}
