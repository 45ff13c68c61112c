import type { Clock } from "../app/ports/aws.ts";

/** How long other work waits for decisions at a time, in milliseconds. */
const HOLD_MS = 500;
/** How long it then runs next to them. */
const SHARE_MS = 250;
/** Decisions that all began earlier than this wait for a reply or for a rate limit, and delay no other work. */
const ACTIVE_MS = 500;
/** A decision is followed by its signal: other work waits so long for it to begin. */
const QUIET_MS = 10;

/** Lets decisions go first where they and other work want the process at the same time. */
export interface Turns {
  /** Does a part of a decision: evaluates a click or sends a signal. */
  decide<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when other work may begin. */
  next(): Promise<void>;
}

/** Everything begins at once. */
export const NO_TURNS: Turns = { decide: (work) => work(), next: async () => undefined };

/**
 * Makes the turns of one process.
 *
 * States:
 * - free: no decision is in progress. Other work begins at once.
 * - held: decisions are in progress, and other work waits for them to end, for HOLD_MS at most.
 * - shared: after HOLD_MS, other work begins for SHARE_MS whatever is in progress. Then it may be held again.
 */
export function makeTurns(clock: Pick<Clock, "elapsed" | "sleep">): Turns {
  let running = 0;
  let beganAt = Number.NEGATIVE_INFINITY;
  let endedAt = Number.NEGATIVE_INFINITY;
  let sharedUntil = Number.NEGATIVE_INFINITY;
  let hold: { ended: Promise<void>; end: () => void } | null = null;

  const isFree = () => {
    const now = clock.elapsed();
    return now < sharedUntil || (running === 0 ? now >= endedAt + QUIET_MS : now >= beganAt + ACTIVE_MS);
  };

  const startHold = () => {
    const pause = new AbortController();
    const wait = async () => {
      await clock.sleep(HOLD_MS, pause.signal);
      hold = null;
      if (!pause.signal.aborted) sharedUntil = clock.elapsed() + SHARE_MS;
    };
    return { ended: wait(), end: () => pause.abort() };
  };

  const endHoldIfQuiet = async (since: number) => {
    await clock.sleep(QUIET_MS);
    if (running === 0 && endedAt === since) hold?.end();
  };

  return {
    async decide(work) {
      running++;
      beganAt = clock.elapsed();
      try {
        return await work();
      } finally {
        running--;
        endedAt = clock.elapsed();
        if (running === 0) void endHoldIfQuiet(endedAt);
      }
    },
    async next() {
      if (isFree()) return;
      hold ??= startHold();
      await hold.ended;
    },
  };
}
