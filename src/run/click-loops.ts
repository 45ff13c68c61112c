import type { makeAnswer } from "../app/answer.ts";
import type { ClickRow, ClickStore, Clock, Log } from "../app/ports.ts";
import type { makeVote, VoteOutcome } from "../app/vote.ts";
import { type Loop, startLoop } from "../ops/loop.ts";

const BATCH = 20;
const TICK_MS = 1_000;
/** After something unforeseen, such as a database that is away, the click rests this long. */
const BROKEN_MS = 2_000;
/** No click takes longer to be judged or answered. After it another replica may, for instance when this one died. */
const CLAIM_MS = 15_000;

/** Judges recorded clicks, also those of before a restart. */
export function startVoteLoop(options: {
  clicks: ClickStore;
  vote: ReturnType<typeof makeVote>;
  clock: Clock;
  log: Log;
  onVote: (click: ClickRow, outcome: VoteOutcome) => void;
}): Loop {
  const { clicks, vote, clock, log, onVote } = options;
  return startLoop({
    name: "votes",
    everyMs: TICK_MS,
    clock,
    log,
    round: async () => {
      const due = await clicks.unhandled(clock.now(), BATCH);
      if (due.length === 0) return undefined;
      const well = await all(due, options, "judging a click", async (click) => {
        onVote(click, await vote(click));
      });
      return well && due.length === BATCH ? 0 : undefined;
    },
  });
}

/** Tells people why their clicks did not count. */
export function startAnswerLoop(options: {
  clicks: ClickStore;
  answer: ReturnType<typeof makeAnswer>;
  clock: Clock;
  log: Log;
}): Loop {
  const { clicks, answer, clock, log } = options;
  return startLoop({
    name: "answers",
    everyMs: TICK_MS,
    clock,
    log,
    round: async () => {
      const due = await clicks.unanswered(clock.now(), BATCH);
      await all(due, options, "answering a click", answer);
      return undefined;
    },
  });
}

/** Claims and works on each; one that fails rests. False when any failed. */
async function all(
  due: readonly ClickRow[],
  { clicks, clock, log }: { clicks: ClickStore; clock: Clock; log: Log },
  what: string,
  work: (click: ClickRow) => Promise<void>,
): Promise<boolean> {
  const done = await Promise.all(
    due.map(async (click) => {
      try {
        const now = clock.now();
        if (await clicks.claim(click.id, now, now + CLAIM_MS)) await work(click);
        return true;
      } catch (error) {
        log.error(
          { clickId: click.id, requestId: click.requestId, err: error },
          `${what} failed and will be tried again`,
        );
        await clicks.postponed(click.id, clock.now() + BROKEN_MS).catch(() => undefined);
        return false;
      }
    }),
  );
  return done.every(Boolean);
}
