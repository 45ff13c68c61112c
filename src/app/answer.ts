import { backoffMs } from "../core/backoff.ts";
import type { Chat, ClickRow, ClickStore, Clock, Log } from "./ports.ts";

/** After so many failures the person cannot be told, for instance because they have left the channel. */
const MOST_ATTEMPTS = 6;

/** Tells the author of a click why it did not count. */
export const makeAnswer =
  (deps: { clicks: ClickStore; chat: Chat; clock: Clock; random: () => number; log: Log }) =>
  async (click: ClickRow): Promise<void> => {
    const result = await deps.chat.whisper(click.channelId, click.userId, click.answer ?? "");
    if (result.kind === "told") return deps.clicks.answered(click.id);
    const fields = { clickId: click.id, requestId: click.requestId, userId: click.userId, result: result.kind };
    if (result.kind === "refused" || click.attempts + 1 >= MOST_ATTEMPTS) {
      deps.log.error({ ...fields, ...result }, "a person could not be told why their click did not count");
      return deps.clicks.answered(click.id);
    }
    deps.log.warn(fields, "a person will be told later why their click did not count");
    const wait =
      result.kind === "limited" ? result.retryAfterMs : backoffMs(click.attempts + 1, 1_000, 60_000, deps.random());
    await deps.clicks.postponed(click.id, deps.clock.now() + wait);
  };
