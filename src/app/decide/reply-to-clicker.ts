import { backoffMs } from "../../core/backoff.ts";
import type { Clock, Log } from "../ports/aws.ts";
import type { ClickRow, ClickStore } from "../ports/click-store.ts";
import type { AliveUntil } from "../ports/coordination.ts";
import type { Chat } from "../ports/slack.ts";
import { describeChatFailure } from "../ports/slack.ts";

/**
 * How long an ambiguous reply is repeated. Each one may be on the screen, but in an outage that resets connections none is.
 * A person who got none within this time has clicked again.
 */
const AMBIGUOUS_FOR_MS = 3_600_000;
const RETRY_BASE_MS = 1_000;
/** The part of a heartbeat that must remain when a post begins: longer than the post waits for a slot of its rate limit. */
export const SLOT_MS = 3_000;
/** How long a claim of a reply lasts: longer than a refused reply, the lookup of its author and a direct message usually take. */
export const REPLY_CLAIM_MS = 40_000;
/** The part of a claim that must remain when a post begins: longer than the post waits for its slot and for Slack's reply. */
const POST_MS = 15_000;
/** Longer for an ambiguous reply: the person may have it, and would read it again. */
const RETRY_CAP_MS = { unavailable: 60_000, ambiguous: 300_000 };

/**
 * Makes the use case that tells the author of a click why it did not count. The reply stays stored while Slack is
 * unavailable or asks to wait. It is abandoned if Slack refuses it, also as a direct message: see the Chat port. An ambiguous
 * one is repeated for an hour. `since`: the time of `Clock.elapsed` before the click was claimed. After a heartbeat of this
 * process has expired since then, or if a post could outlast the claim, it posts nothing: the click is due again when its claim
 * expires, and any replica replies.
 */
export const makeReplyToClicker =
  (deps: { clicks: ClickStore; chat: Chat; aliveUntil: AliveUntil; clock: Clock; random: () => number; log: Log }) =>
  async (click: ClickRow, since: number): Promise<void> => {
    const { clicks, chat, clock, log } = deps;
    const mayPost = () =>
      clock.now() + SLOT_MS <= deps.aliveUntil(since) && clock.elapsed() - since + POST_MS <= REPLY_CLAIM_MS;
    const result = await chat.postEphemeral(click.origin.channelId, click.userId, click.reply ?? "", mayPost);
    const fields = { clickId: click.id, requestId: click.requestId, userId: click.userId, result: result.kind };
    if (result.kind === "delivered") {
      log.debug({ event: "reply.delivered", ...fields }, "replied to a click");
      return clicks.recordReplied(click);
    }
    // Another replica may have the click by now: a write could postpone its reply.
    if (result.kind === "too-late")
      return log.debug(
        { event: "reply.not-sent", ...fields },
        "the heartbeat has expired, or the claim is about to: no reply",
      );
    const age = clock.now() - (click.evaluatedAt ?? click.receivedAt);
    if (result.kind === "refused" || (result.kind === "ambiguous" && age >= AMBIGUOUS_FOR_MS)) {
      log.error({ event: "reply.abandoned", ...fields, ...result }, "cannot reply to a click; giving up");
      return clicks.recordReplied(click);
    }
    const level = result.kind === "limited" ? "debug" : "warn";
    log[level]({ event: "reply.postponed", ...fields, ...result }, "cannot reply to a click; trying again");
    const wait =
      result.kind === "limited"
        ? result.retryAfterMs
        : backoffMs(click.attempts + 1, RETRY_BASE_MS, RETRY_CAP_MS[result.kind], deps.random());
    await clicks.postpone(click, clock.now() + wait, describeChatFailure(result));
  };
