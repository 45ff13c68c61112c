import { backoffMs } from "../../core/backoff.ts";
import type { Clock, Log } from "../ports/aws.ts";
import type { ClickRow, ClickStore } from "../ports/click-store.ts";
import type { Chat } from "../ports/slack.ts";
import { describeChatFailure } from "../ports/slack.ts";

/** After so many attempts of which each may have told the person, they are taken to know. */
const MAX_AMBIGUOUS = 6;
const RETRY_BASE_MS = 1_000;
const RETRY_CAP_MS = 60_000;

/**
 * Tells the author of a click why it did not count. While Slack is away or asks to wait the answer is kept; only where
 * Slack refuses, for instance because the person has left the channel, it cannot be given.
 */
export const makeReplyToClicker =
  (deps: { clicks: ClickStore; chat: Chat; clock: Clock; random: () => number; log: Log }) =>
  async (click: ClickRow): Promise<void> => {
    const result = await deps.chat.postEphemeral(click.origin.channelId, click.userId, click.reply ?? "");
    if (result.kind === "delivered") return deps.clicks.replied(click.id);
    const fields = { clickId: click.id, requestId: click.requestId, userId: click.userId, result: result.kind };
    if (result.kind === "refused" || (result.kind === "ambiguous" && click.attempts + 1 >= MAX_AMBIGUOUS)) {
      deps.log.error({ event: "reply.abandoned", ...fields, ...result }, "cannot reply to a click; giving up");
      return deps.clicks.replied(click.id);
    }
    deps.log.warn({ event: "reply.postponed", ...fields, ...result }, "cannot reply to a click; trying again");
    const wait =
      result.kind === "limited"
        ? result.retryAfterMs
        : backoffMs(click.attempts + 1, RETRY_BASE_MS, RETRY_CAP_MS, deps.random());
    await deps.clicks.postponed(click.id, deps.clock.now() + wait, describeChatFailure(result));
  };
