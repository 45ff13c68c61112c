import type { KnownBlock, WebClient } from "@slack/web-api";
import type { Clock } from "../app/ports.ts";
import type { Chat, RequestView } from "../app/ports-slack.ts";
import { chatFailure } from "./failures.ts";
import { noticeMessage } from "./messages/notice-message.ts";
import { requestMessage } from "./messages/request-message.ts";
import { makeSharedChannels } from "./shared-channels.ts";

/** How a message of ours is known again in a channel's history. */
export const METADATA_EVENT = "countersign_request";

/** Messages a page of history holds, and how many pages are looked through. */
const HISTORY_PAGE = 200;
const MOST_PAGES = 50;

/** Messages in Slack, over the Web API; `turn` keeps the pace. */
export function makeChat(web: WebClient, turn: Chat["turn"], clock: Clock): Chat {
  const isShared = makeSharedChannels(web, clock);
  const content = async (channel: string, view: RequestView) => {
    const { text, blocks } = requestMessage(view, { withhold: await isShared(channel) });
    return { text, blocks: blocks as KnownBlock[], metadata: metadata(view.request.id) };
  };
  return {
    turn,

    async post(channel, view) {
      try {
        const answer = await web.chat.postMessage({
          channel,
          ...(await content(channel, view)),
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

    async update(channel, ts, view) {
      try {
        await web.chat.update({ channel, ts, ...(await content(channel, view)) });
        return { kind: "updated" };
      } catch (error) {
        return chatFailure(error);
      }
    },

    async find(channel, requestId, since) {
      try {
        let cursor: string | undefined;
        for (let page = 0; page < MOST_PAGES; page++) {
          const answer = await web.conversations.history({
            channel,
            oldest: (Math.max(0, since) / 1000).toFixed(6),
            include_all_metadata: true,
            limit: HISTORY_PAGE,
            ...(cursor === undefined ? {} : { cursor }),
          });
          const ours = answer.messages?.find(
            (message) => isOf(message.metadata, requestId) && message.bot_id !== undefined,
          );
          if (ours?.ts !== undefined) return { kind: "found", ts: ours.ts };
          cursor = answer.response_metadata?.next_cursor || undefined;
          if (cursor === undefined) return { kind: "absent" };
        }
        return { kind: "unavailable", error: "the channel's history is too long to look through" };
      } catch (error) {
        return chatFailure(error);
      }
    },

    async tell(channel, notice) {
      const { text, blocks } = noticeMessage(notice);
      const content = { text, blocks: blocks as KnownBlock[], metadata: metadata(notice.noticeId) };
      try {
        const answer = await web.chat.postMessage({ channel, ...content, unfurl_links: false, unfurl_media: false });
        return answer.ts === undefined
          ? { kind: "ambiguous", error: "the answer names no ts" }
          : { kind: "posted", ts: answer.ts };
      } catch (error) {
        return chatFailure(error);
      }
    },

    async direct(userId) {
      try {
        const { channel } = await web.conversations.open({ users: userId });
        return channel?.id === undefined
          ? { kind: "unavailable", error: "the answer names no channel" }
          : { kind: "channel", channelId: channel.id };
      } catch (error) {
        return chatFailure(error);
      }
    },

    async whisper(channel, user, text) {
      try {
        await web.chat.postEphemeral({ channel, user, text });
        return { kind: "told" };
      } catch (error) {
        return chatFailure(error);
      }
    },
  };
}

function metadata(requestId: string) {
  return { event_type: METADATA_EVENT, event_payload: { request_id: requestId } };
}

function isOf(found: { event_type?: string; event_payload?: object } | undefined, requestId: string): boolean {
  const payload = found?.event_payload as { request_id?: unknown } | undefined;
  return found?.event_type === METADATA_EVENT && payload?.request_id === requestId;
}
