import { type SignalAttempt, wasSent } from "../../core/signal-attempt.ts";
import type { Clock } from "../ports/aws.ts";

/** The attempts that are remembered. One of an execution is uncertain at a time. */
const MAX_ATTEMPTS = 10_000;
/** Smaller differences of the clocks are no change of the time. */
const MIN_SHIFT_MS = 1_000;

/** The attempts that this process stored, for times on the clock of the machine as it is now. */
export interface OwnAttempts {
  /** Remembers when the attempt was stored, on both clocks. */
  remember(attempt: SignalAttempt): void;
  /** Returns the attempts with the times of this process's own uncertain and accepted ones moved by as much as the clock was set since. */
  correct(attempts: readonly SignalAttempt[]): SignalAttempt[];
}

/**
 * Makes the memory of this process's attempts. The rows have times of the machine's clock, which all processes share. If this
 * clock is set forward, an attempt that may still take effect would look over, and its repetition could decide the next gate.
 * If it is set back, the decision would wait too long. An attempt of another process, or from before a restart, has no other
 * time than that of its row.
 */
export function makeOwnAttempts(clock: Pick<Clock, "now" | "elapsed">): OwnAttempts {
  const offsets = new Map<string, number>();
  const toKey = ({ requestId, attempt }: SignalAttempt) => `${attempt} ${requestId}`;
  const offset = () => clock.now() - clock.elapsed();
  return {
    remember(attempt) {
      offsets.delete(toKey(attempt));
      if (attempt.state === "refused") return;
      offsets.set(toKey(attempt), offset());
      const [oldest] = offsets.keys();
      if (offsets.size > MAX_ATTEMPTS && oldest !== undefined) offsets.delete(oldest);
    },
    correct: (attempts) =>
      attempts.map((attempt) => {
        const before = offsets.get(toKey(attempt));
        const shift = before === undefined ? 0 : offset() - before;
        if (!wasSent(attempt) || Math.abs(shift) < MIN_SHIFT_MS) return attempt;
        return { ...attempt, at: attempt.at + shift, uncertainUntil: attempt.uncertainUntil + shift };
      }),
  };
}
