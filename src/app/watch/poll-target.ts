import { fingerprint, NOT_WAITING } from "../../core/execution.ts";
import type { Automation, AwsFailure, Clock } from "../ports/aws.ts";
import type { GuardedStore, WatchedExecution } from "../ports/store.ts";

export type PollResult = { kind: "listed"; waiting: number; changed: number } | AwsFailure;

/**
 * Makes the use case that polls a target. It lists the waiting executions and schedules a read of each one that is new,
 * that has changed, or that has left the list. Without a change, a poll costs only the calls that list. An execution that an
 * event has announced is not new once a read has shown it as the list does.
 */
export const makePollTarget =
  (deps: { automation: Automation; executions: GuardedStore["executions"]; clock: Clock }) =>
  async (abort: AbortSignal): Promise<PollResult> => {
    const { automation, executions, clock } = deps;
    const target = automation.target.key;
    const listedAt = clock.now();
    const listing = await automation.listWaiting(abort);
    if (listing.kind === "failed") return listing;

    const notListed = new Map((await executions.watched(target)).map((each) => [each.executionId, each]));
    const nextReadAt = clock.now();
    const changed: WatchedExecution[] = [];
    const scheduleRead = (executionId: string, fingerprint: string) =>
      void changed.push({ target, executionId, fingerprint, nextReadAt, unchangedReads: 0, listedAt });
    // Entries shift between the calls for two pages, so one execution can be on both.
    const waiting = new Map(listing.executions.map((listed) => [listed.executionId, listed]));
    for (const listed of waiting.values()) {
      const current = fingerprint(listed);
      if (notListed.get(listed.executionId)?.fingerprint !== current) scheduleRead(listed.executionId, current);
      notListed.delete(listed.executionId);
    }
    for (const { executionId, fingerprint, listedAt: shownAt } of notListed.values()) {
      // An event or a read that is newer than this list has shown the execution.
      const isNewer = shownAt != null && shownAt > listedAt;
      if (fingerprint !== NOT_WAITING && !isNewer) scheduleRead(executionId, NOT_WAITING);
    }
    // One commit: a commit for each of a thousand new executions would delay the first message by seconds.
    if (changed.length > 0) await executions.watchAll(changed);
    return { kind: "listed", waiting: waiting.size, changed: changed.length };
  };
