import { fingerprint } from "../../core/execution.ts";
import type { Automation, AwsFailure, Clock } from "../ports/aws.ts";
import type { GuardedStore } from "../ports/store.ts";

/** The fingerprint of a watched execution that the list of waiting ones no longer shows. */
export const NOT_WAITING = "not waiting";

export type PollResult = { kind: "listed"; waiting: number; changed: number } | AwsFailure;

/**
 * One poll of a target: lists what waits and marks for reading what is new, what the list shows changed, and what has
 * left the list. Where nothing changed it costs the list calls and no read.
 */
export const makePollTarget =
  (deps: { automation: Automation; executions: GuardedStore["executions"]; clock: Clock }) =>
  async (abort: AbortSignal): Promise<PollResult> => {
    const { automation, executions, clock } = deps;
    const target = automation.target.key;
    const listing = await automation.listWaiting(abort);
    if (listing.kind === "failed") return listing;

    const gone = new Map((await executions.watched(target)).map((each) => [each.executionId, each]));
    let changed = 0;
    const mark = async (executionId: string, print: string) => {
      changed++;
      await executions.watch({ target, executionId, fingerprint: print, nextReadAt: clock.now(), unchangedReads: 0 });
    };
    // Pages shift while they are turned, so that one execution may stand on two of them.
    const waiting = new Map(listing.executions.map((listed) => [listed.executionId, listed]));
    for (const listed of waiting.values()) {
      const print = fingerprint(listed);
      if (gone.get(listed.executionId)?.fingerprint !== print) await mark(listed.executionId, print);
      gone.delete(listed.executionId);
    }
    for (const each of gone.values()) {
      if (each.fingerprint !== NOT_WAITING) await mark(each.executionId, NOT_WAITING);
    }
    return { kind: "listed", waiting: waiting.size, changed };
  };
