import type { Clock, Log } from "../ports/aws.ts";
import type { MessagePlace, MessageStore } from "../ports/delivery-store.ts";
import type { Chat } from "../ports/slack.ts";
import { type CountLost, recordDeleted } from "./delivery-context.ts";

/**
 * A message that was just posted is not checked, because a read of Slack may not show it yet. Its age is the difference
 * between the bot's clock and the time of Slack, and the bot's clock may be five minutes ahead.
 */
const MIN_AGE_MS = 6 * 60_000;

/** Before the first message. */
const START: MessagePlace = { openedAt: 0, requestId: "", channelId: "" };

/**
 * Makes the check of one message of an open request, the next one in each round: was it deleted in Slack? Slack reports that
 * only in response to a call about the message. A deleted message is then due to be posted again. Returns `limited` if Slack
 * allows no such call now.
 */
export function makeFindDeleted(deps: {
  messages: Pick<MessageStore, "nextPosted" | "recordDeleted">;
  chat: Pick<Chat, "isDeleted">;
  clock: Clock;
  log: Log;
  countLost: CountLost;
}): () => Promise<"none" | "kept" | "deleted" | "limited"> {
  const { messages, chat, clock, log } = deps;
  let last = START;
  return async () => {
    const row = await messages.nextPosted(last, clock.now() - MIN_AGE_MS);
    const before = last;
    // After the last one, the next round begins with the first one again.
    last = row ?? START;
    if (row === null) return "none";
    const { requestId, channelId, ts } = row;
    const found = await chat.isDeleted(channelId, ts);
    if (found.kind === "limited") {
      // The next check is of this message again.
      last = before;
      return "limited";
    }
    if (found.kind !== "known" || !found.deleted) return "kept";
    await recordDeleted(deps, channelId, ts);
    log.info({ event: "message.found-deleted", requestId, channelId }, "the message of an open request was deleted");
    return "deleted";
  };
}
