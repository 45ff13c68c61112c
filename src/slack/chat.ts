import type { KnownBlock, WebClient } from "@slack/web-api";
import type { Clock } from "../app/ports/aws.ts";
import type { Chat, MessageContent } from "../app/ports/slack.ts";
import type { Rendered } from "./messages/blocks.ts";
import { digestMessage } from "./messages/digest-message.ts";
import { noticeMessage } from "./messages/notice-message.ts";
import { requestMessage } from "./messages/request-message.ts";
import type { Lookups } from "./people/lookups.ts";
import { makeSharedChannels } from "./people/shared-channels.ts";
import { chatFailure } from "./slack-failures.ts";

/** How a message of ours is known again in a channel's history. */
export const METADATA_EVENT = "countersign_request";

/** Messages a page of history holds, and how many pages are looked through. */
const HISTORY_PAGE = 200;
const MAX_PAGES = 50;

/** Messages in Slack, over the Web API; `turn` keeps the pace, and `lookups` its own. */
export function makeChat(
  web: WebClient,
  turn: Chat["acquireSlot"],
  clock: Clock,
  lookups: Pick<Lookups, "conversations"> = web,
): Chat {
  const isShared = makeSharedChannels(lookups, clock);
  const rendered = async (channel: string, content: MessageContent) => {
    const { text, blocks } = await render(content, () => isShared(channel));
    return { text, blocks: blocks as KnownBlock[], metadata: metadata(content.id) };
  };
  return {
    acquireSlot: turn,

    async post(channel, content, notAfter) {
      try {
        const message = await rendered(channel, content);
        if (clock.now() > notAfter) return { kind: "too-late" };
        const answer = await web.chat.postMessage({
          channel,
          ...message,
          unfurl_links: false,
          unfurl_media: false,
        });
        return answer.ts === undefined
          ? { kind: "ambiguous", error: "the answer names no ts" }
          : { kind: "posted", ts: answer.ts };
      } catch (error) {
        return chatFailure(error);
      }
    },

    async update(channel, ts, content, notAfter) {
      try {
        const message = await rendered(channel, content);
        if (clock.now() > notAfter) return { kind: "too-late" };
        await web.chat.update({ channel, ts, ...message });
        return { kind: "updated" };
      } catch (error) {
        const failure = chatFailure(error);
        // Source: Slack API, errors of chat.update.
        if (failure.kind === "refused" && failure.code === "message_not_found") return { ...failure, kind: "deleted" };
        return failure;
      }
    },

    async find(channel, id, since) {
      try {
        let cursor: string | undefined;
        for (let page = 0; page < MAX_PAGES; page++) {
          const answer = await web.conversations.history({
            channel,
            oldest: (Math.max(0, since) / 1000).toFixed(6),
            include_all_metadata: true,
            limit: HISTORY_PAGE,
            ...(cursor === undefined ? {} : { cursor }),
          });
          const ours = answer.messages?.find(
            (message) => belongsTo(message.metadata, id) && message.bot_id !== undefined,
          );
          if (ours?.ts !== undefined) return { kind: "found", ts: ours.ts };
          cursor = answer.response_metadata?.next_cursor || undefined;
          if (cursor === undefined) return { kind: "absent" };
        }
        return {
          kind: "refused",
          code: "history_too_long",
          error: `the channel has more than ${HISTORY_PAGE * MAX_PAGES} messages since the attempt to post`,
          advice: "The message is posted again and may appear twice: delete the copy that no longer changes.",
        };
      } catch (error) {
        return chatFailure(error);
      }
    },

    async openDirectMessage(userId) {
      try {
        const { channel } = await web.conversations.open({ users: userId });
        return channel?.id === undefined
          ? { kind: "unavailable", error: "the answer names no channel" }
          : { kind: "channel", channelId: channel.id };
      } catch (error) {
        return chatFailure(error);
      }
    },

    async postEphemeral(channel, user, text) {
      try {
        await web.chat.postEphemeral({ channel, user, text });
        return { kind: "delivered" };
      } catch (error) {
        return chatFailure(error);
      }
    },
  };
}

async function render(content: MessageContent, isShared: () => Promise<boolean>): Promise<Rendered> {
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

/** The field's name is that of the first kind of message, and of what stands in channels already. */
function metadata(id: string) {
  return { event_type: METADATA_EVENT, event_payload: { request_id: id } };
}

function belongsTo(found: { event_type?: string; event_payload?: object } | undefined, id: string): boolean {
  const payload = found?.event_payload as { request_id?: unknown } | undefined;
  return found?.event_type === METADATA_EVENT && payload?.request_id === id;
}
