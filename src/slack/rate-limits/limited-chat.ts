import type { Chat, ChatFailure } from "../../app/ports/slack.ts";
import type { RateLimiter } from "./limiter.ts";

/** How long is waited for a turn. People wait for an ephemeral message. */
const TIMEOUT_MS = { history: 10_000, openDirectMessage: 10_000, postEphemeral: 2_000 } as const;

/** Keeps the calls that take no turn of their own to the pace of their method, and to what Slack asks to wait for. */
export function limitedChat(own: Chat, admission: RateLimiter): Chat {
  const paced = async <R extends { kind: string }>(
    kind: keyof typeof TIMEOUT_MS,
    call: () => Promise<R | ChatFailure>,
  ): Promise<R | ChatFailure> => {
    const retryAfterMs = await admission.acquire(kind, TIMEOUT_MS[kind]);
    if (retryAfterMs > 0) return { kind: "limited", retryAfterMs };
    const result = await call();
    if (result.kind === "limited" && "retryAfterMs" in result) await admission.blockUntil(kind, result.retryAfterMs);
    return result;
  };
  return {
    ...own,
    find: (...call) => paced("history", () => own.find(...call)),
    openDirectMessage: (...call) => paced("openDirectMessage", () => own.openDirectMessage(...call)),
    postEphemeral: (...call) => paced("postEphemeral", () => own.postEphemeral(...call)),
  };
}
