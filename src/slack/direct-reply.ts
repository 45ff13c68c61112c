import type { Chat, Directory } from "../app/ports/slack.ts";
import type { SlackCall } from "./slack-call.ts";

const NO_CHANNEL = { kind: "refused", code: "channel_not_found", error: "channel_not_found", advice: "" } as const;

/**
 * Adds to `postEphemeral`: where Slack refuses it, for example because the person has left the channel, a full member gets
 * the text as a direct message. Guests and people of other workspaces get none.
 */
export function withDirectReplies(chat: Chat, directory: Pick<Directory, "person">, call: SlackCall): Chat {
  return {
    ...chat,
    async postEphemeral(channelId, userId, text, mayPost) {
      // A click in App Home has no channel.
      const result = channelId === userId ? NO_CHANNEL : await chat.postEphemeral(channelId, userId, text, mayPost);
      if (result.kind !== "refused") return result;
      const known = await directory.person(userId);
      if (known.kind === "unknown") {
        const { error, retryAfterMs, permanent } = known;
        if (permanent === true) return result;
        return retryAfterMs === undefined ? { kind: "unavailable", error } : { kind: "limited", retryAfterMs };
      }
      if (known.person.accountStatus !== "member") return result;
      const opened = await chat.openDirectMessage(userId);
      if (opened.kind !== "channel") return opened;
      const { channelId: channel } = opened;
      // The lookup and the opening can have taken long.
      if (mayPost?.() === false) return { kind: "too-late" };
      const posted = await call("chat.postMessage", { channel, text, unfurl_links: false, unfurl_media: false });
      return posted.kind === "ok" ? { kind: "delivered", by: "direct-message" } : posted;
    },
  };
}
