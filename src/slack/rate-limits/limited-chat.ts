import type { Chat, ChatFailure } from "../../app/ports/slack.ts";
import type { Admission } from "./limiter.ts";

/** How long is waited for a turn. People wait for a whisper. */
const PATIENCE_MS = { history: 10_000, direct: 10_000, whisper: 2_000 } as const;

/** Keeps the calls that take no turn of their own to the pace of their method, and to what Slack asks to wait for. */
export function pacedChat(own: Chat, admission: Admission): Chat {
  const paced = async <R extends { kind: string }>(
    kind: keyof typeof PATIENCE_MS,
    call: () => Promise<R | ChatFailure>,
  ): Promise<R | ChatFailure> => {
    const retryAfterMs = await admission.ask(kind, PATIENCE_MS[kind]);
    if (retryAfterMs > 0) return { kind: "limited", retryAfterMs };
    const result = await call();
    if (result.kind === "limited" && "retryAfterMs" in result) await admission.hold(kind, result.retryAfterMs);
    return result;
  };
  return {
    ...own,
    find: (...call) => paced("history", () => own.find(...call)),
    direct: (...call) => paced("direct", () => own.direct(...call)),
    whisper: (...call) => paced("whisper", () => own.whisper(...call)),
  };
}
