import { type SignalAttempt, wasSent } from "../../core/signal-attempt.ts";
import type { Clock } from "../ports/aws.ts";

/** The attempts that are remembered. One of an execution is uncertain at a time. */
const MAX_ATTEMPTS = 10_000;
/** Smaller differences of the clocks are no change of the time. */
const MIN_SHIFT_MS = 1_000;

/** The times of attempts, on the clock of the machine as it is now. */
export interface AttemptTimes {
  /** Remembers when this process stored the attempt, on both clocks. One that it stored as `sending` is its own. */
  remember(attempt: SignalAttempt): void;
  /** Returns the attempts with the times of the uncertain and accepted ones moved by as much as the clock was set since. */
  correct(attempts: readonly SignalAttempt[]): SignalAttempt[];
}

/**
 * Makes the memory of attempts. The rows have times of the machine's clock, which all processes share. If this clock is set
 * forward, an attempt that may still take effect would look over, and its repetition could decide the next gate. If it is
 * set back, the decision would wait too long.
 *
 * An attempt of another process, or from before a restart, counts from its first read by this process, and only a later time
 * replaces that of its row: the clock may have been wrong before it was set.
 */
export function makeAttemptTimes(clock: Pick<Clock, "now" | "elapsed">): AttemptTimes {
  const known = new Map<string, { at: number; offset: number; isOwn: boolean }>();
  const toKey = ({ requestId, attempt }: SignalAttempt) => `${attempt} ${requestId}`;
  const offset = () => clock.now() - clock.elapsed();
  const keep = (attempt: SignalAttempt, isOwn: boolean) => {
    known.delete(toKey(attempt));
    known.set(toKey(attempt), { at: attempt.at, offset: offset(), isOwn });
    const [oldest] = known.keys();
    if (known.size > MAX_ATTEMPTS && oldest !== undefined) known.delete(oldest);
  };
  return {
    remember(attempt) {
      const isOwn = attempt.state === "sending" || known.get(toKey(attempt))?.isOwn === true;
      if (wasSent(attempt)) keep(attempt, isOwn);
      else known.delete(toKey(attempt));
    },
    correct: (attempts) =>
      attempts.map((attempt) => {
        if (!wasSent(attempt)) return attempt;
        const before = known.get(toKey(attempt));
        // Another time of the same attempt is as of now: it was stored again.
        if (before?.at !== attempt.at) {
          keep(attempt, false);
          return attempt;
        }
        const set = offset() - before.offset;
        const shift = before.isOwn ? set : Math.max(0, set);
        if (Math.abs(shift) < MIN_SHIFT_MS) return attempt;
        return { ...attempt, at: attempt.at + shift, uncertainUntil: attempt.uncertainUntil + shift };
      }),
  };
}
