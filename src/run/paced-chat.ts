import type { Clock } from "../app/ports.ts";
import type { LaneStore } from "../app/ports-shared.ts";
import type { Chat, ChatFailure } from "../app/ports-slack.ts";
import { laneOf, type makeTurn } from "./turns.ts";

/** Longer than this nobody waits for a turn: the call is made, and Slack says whether it may. People wait for a whisper. */
const PATIENCE_MS = { history: 10_000, direct: 10_000, whisper: 2_000 } as const;
/** How long the store may take to tell whether a lane is held. */
const READING_MS = 500;

/**
 * Keeps the calls that take no turn of their own to the pace of their method, which all replicas share; and what Slack
 * asks to wait for is kept by all of them: until then nobody calls, and who cannot wait so long is told how long it is. A
 * lane that cannot be read, such as while the database is away, holds up nobody: people are told why their click did not
 * count all the same.
 */
export function pacedChat(own: Chat, turn: ReturnType<typeof makeTurn>, lanes: LaneStore, clock: Clock): Chat {
  /** What resolves first: this, or `otherwise` after so long. */
  const within = async <T>(ms: number, attempt: (signal: AbortSignal) => Promise<T>, otherwise: T): Promise<T> => {
    const ended = new AbortController();
    try {
      return await Promise.race([attempt(ended.signal), clock.sleep(ms, ended.signal).then(() => otherwise)]);
    } finally {
      ended.abort();
    }
  };
  /** How long Slack asks to wait yet; 0 also where that cannot be read. */
  const restOf = async (lane: string): Promise<number> => {
    const now = clock.now();
    const held = await within<Map<string, number>>(READING_MS, () => lanes.held(now), new Map()).catch(() => null);
    return Math.max(0, (held?.get(lane) ?? 0) - clock.now());
  };
  const paced = async <R extends { kind: string }>(
    kind: keyof typeof PATIENCE_MS,
    call: () => Promise<R | ChatFailure>,
  ): Promise<R | ChatFailure> => {
    const lane = laneOf(kind, "");
    const patience = PATIENCE_MS[kind];
    const held = await restOf(lane);
    if (held > patience) return { kind: "limited", retryAfterMs: held };
    const tookTurn = (signal: AbortSignal) =>
      turn(kind, "", signal).then(
        () => true,
        () => true,
      );
    if (!(await within(patience, tookTurn, false))) {
      const rest = await restOf(lane);
      if (rest > 0) return { kind: "limited", retryAfterMs: rest };
    }
    const result = await call();
    if (result.kind === "limited" && "retryAfterMs" in result)
      await lanes.hold(lane, clock.now() + result.retryAfterMs).catch(() => undefined);
    return result;
  };
  return {
    ...own,
    find: (...call) => paced("history", () => own.find(...call)),
    direct: (...call) => paced("direct", () => own.direct(...call)),
    whisper: (...call) => paced("whisper", () => own.whisper(...call)),
  };
}
