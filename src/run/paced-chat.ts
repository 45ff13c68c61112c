import type { Clock } from "../app/ports.ts";
import type { LaneStore } from "../app/ports-shared.ts";
import type { Chat, ChatFailure } from "../app/ports-slack.ts";
import { laneOf, type makeTurn } from "./turns.ts";

/** Longer than this nobody waits for a turn: the call is made, and Slack says whether it may. People wait for a whisper. */
const PATIENCE_MS = { history: 10_000, direct: 10_000, whisper: 2_000 } as const;

/**
 * Keeps the calls that take no turn of their own to the pace of their method, which all replicas share; and what Slack
 * asks to wait for is kept by all of them. A lane that cannot be read, such as while the database is away, holds up
 * nobody: people are told why their click did not count all the same.
 */
export function pacedChat(own: Chat, turn: ReturnType<typeof makeTurn>, lanes: LaneStore, clock: Clock): Chat {
  const paced = async <R extends { kind: string }>(
    kind: keyof typeof PATIENCE_MS,
    call: () => Promise<R | ChatFailure>,
  ) => {
    const ended = new AbortController();
    const patience = clock.sleep(PATIENCE_MS[kind], ended.signal);
    await Promise.race([turn(kind, "", ended.signal).catch(() => undefined), patience]);
    ended.abort();
    const result = await call();
    if (result.kind === "limited" && "retryAfterMs" in result)
      await lanes.hold(laneOf(kind, ""), clock.now() + result.retryAfterMs).catch(() => undefined);
    return result;
  };
  return {
    ...own,
    find: (...call) => paced("history", () => own.find(...call)),
    direct: (...call) => paced("direct", () => own.direct(...call)),
    whisper: (...call) => paced("whisper", () => own.whisper(...call)),
  };
}
