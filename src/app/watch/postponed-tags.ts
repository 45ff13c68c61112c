import type { ObservedStep } from "../../core/execution.ts";
import type { Automation } from "../ports/aws.ts";
import { toTurnKey } from "./ignored-pauses.ts";

/** Waiting steps whose tags are remembered. AWS allows 50 tags for each. */
const MAX_REMEMBERED = 500;

type Tags = Awaited<ReturnType<Automation["tags"]>>;

/** The tags of waiting steps whose requests cannot open yet. */
export interface PostponedTags {
  /** Reads the tags, unless an earlier read for this step succeeded. Never throws. */
  read(automation: Automation, executionId: string, step: ObservedStep, abort: AbortSignal): Promise<Tags>;
  /** Forgets the tags: the request of the step has opened, or the step needs none. */
  forget(executionId: string, step: ObservedStep): void;
}

/**
 * Makes the memory of the tags, so that a request which waits for another read costs one read of its tags. A failed read is
 * repeated. After a restart, or in another replica, the tags are read once more.
 */
export function makePostponedTags(): PostponedTags {
  const remembered = new Map<string, Tags>();
  return {
    async read(automation, executionId, step, abort) {
      const key = toTurnKey(executionId, step);
      const found = remembered.get(key) ?? (await automation.tags(executionId, abort));
      if (found.kind === "read") remembered.set(key, found);
      const [oldest] = remembered.keys();
      if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
      return found;
    },
    forget: (executionId, step) => void remembered.delete(toTurnKey(executionId, step)),
  };
}
