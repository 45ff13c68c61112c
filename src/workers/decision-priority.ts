import type { Clock } from "../app/ports/aws.ts";

/** The longest time that other work waits for decisions, in milliseconds. */
const BLOCK_MS = 500;
/** The time after such a wait in which other work runs alongside decisions. */
const SHARE_MS = 500;
/** A decision that takes longer probably waits for a reply or for a rate limit. Then it delays no other work. */
const ACTIVE_MS = 500;
/** Other work waits this long after a decision, because its signal may follow. */
const QUIET_MS = 10;

/** Gives decisions, which are evaluations of approvers' clicks and signals, priority over the other workers of the process. */
export interface DecisionPriority {
  /** Does the work of a decision: evaluates a click or sends a signal. */
  decide<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when other work may begin. */
  waitForDecisions(): Promise<void>;
}

/**
 * Makes the priority of decisions in one process. A decision is active until QUIET_MS after its end, but not longer than
 * ACTIVE_MS after its start.
 *
 * States:
 * - free: no decision is active. Other work begins at once.
 * - blocked: decisions are active, and other work waits. Ends when none is active, or after BLOCK_MS.
 * - shared: follows a block of BLOCK_MS. For SHARE_MS, other work begins at once.
 */
export function makeDecisionPriority(clock: Pick<Clock, "sleep">): DecisionPriority {
  const active = new Set<symbol>();
  let isShared = false;
  let block: { ended: Promise<void>; end: () => void } | null = null;

  const endActive = (decision: symbol) => {
    active.delete(decision);
    if (active.size === 0) block?.end();
  };

  const share = async () => {
    isShared = true;
    await clock.sleep(SHARE_MS);
    isShared = false;
  };

  const startBlock = () => {
    const pause = new AbortController();
    const wait = async () => {
      await clock.sleep(BLOCK_MS, pause.signal);
      block = null;
      if (!pause.signal.aborted) void share();
    };
    return { ended: wait(), end: () => pause.abort() };
  };

  return {
    async decide(work) {
      const decision = Symbol();
      const pause = new AbortController();
      active.add(decision);
      void clock.sleep(ACTIVE_MS, pause.signal).then(() => pause.signal.aborted || endActive(decision));
      try {
        return await work();
      } finally {
        pause.abort();
        void clock.sleep(QUIET_MS).then(() => endActive(decision));
      }
    },
    async waitForDecisions() {
      if (isShared || active.size === 0) return;
      block ??= startBlock();
      await block.ended;
    },
  };
}
