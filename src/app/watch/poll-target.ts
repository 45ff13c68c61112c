import { MAX_CLOCK_SKEW_MS } from "../../core/clock-skew.ts";
import { fingerprint, NOT_WAITING } from "../../core/execution.ts";
import type { Automation, AwsFailure, Clock } from "../ports/aws.ts";
import type { WatchedExecution } from "../ports/execution-store.ts";
import type { GuardedStore } from "../ports/store.ts";

/** The watched executions of one statement, so that many of them do not block the process. */
const PAGE = 250;
/** The changes of one commit: a commit for each of a thousand new executions would delay the first message by seconds. */
const COMMIT = 500;

interface PollDeps {
  automation: Automation;
  executions: Pick<GuardedStore["executions"], "watched" | "watchAll">;
  clock: Clock;
}

export type PollResult = { kind: "listed"; waiting: number; changed: number } | AwsFailure;

/**
 * Makes the use case that polls a target. It lists the waiting executions and schedules a read of each one that is new,
 * that has changed, or that has left the list. Without a change, a poll costs only the calls that list. An execution that an
 * event has announced is not new once a read has shown it as the list does.
 */
export const makePollTarget =
  (deps: PollDeps) =>
  async (abort: AbortSignal): Promise<PollResult> => {
    const { automation, executions, clock } = deps;
    const target = automation.target.key;
    const listedAt = clock.now();
    const listing = await automation.listWaiting(abort);
    if (listing.kind === "failed") return listing;

    const nextReadAt = clock.now();
    const changed: WatchedExecution[] = [];
    const scheduleRead = (executionId: string, fingerprint: string) =>
      void changed.push({ target, executionId, fingerprint, nextReadAt, unchangedReads: 0, listedAt });
    // Entries shift between the calls for two pages, so one execution can be on both.
    const waiting = new Map(listing.executions.map((listed) => [listed.executionId, fingerprint(listed)]));
    const unknown = new Set(waiting.keys());
    for await (const watched of inPages(deps)) {
      const current = waiting.get(watched.executionId);
      unknown.delete(watched.executionId);
      // An event or a read that is newer than this list has shown the execution. A time far ahead is from before the clock was set back.
      const isNewer =
        watched.listedAt != null && watched.listedAt > listedAt && watched.listedAt <= clock.now() + MAX_CLOCK_SKEW_MS;
      if (current !== undefined) {
        if (current !== watched.fingerprint) scheduleRead(watched.executionId, current);
      } else if (watched.fingerprint !== NOT_WAITING && !isNewer) scheduleRead(watched.executionId, NOT_WAITING);
    }
    for (const executionId of unknown) scheduleRead(executionId, waiting.get(executionId) ?? NOT_WAITING);
    for (let from = 0; from < changed.length; from += COMMIT) {
      if (from > 0) await clock.turn();
      await executions.watchAll(changed.slice(from, from + COMMIT));
    }
    return { kind: "listed", waiting: waiting.size, changed: changed.length };
  };

/** Reads the watched executions of the target in pages, each in a turn of its own of the event loop. */
async function* inPages({ automation, executions, clock }: PollDeps): AsyncGenerator<WatchedExecution> {
  for (let after = ""; ; await clock.turn()) {
    const page = await executions.watched(automation.target.key, { after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.executionId;
  }
}
