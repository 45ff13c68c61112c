import type { Denial } from "../../core/denial.ts";
import type { Clock } from "../ports/aws.ts";
import type { ClickRow } from "../ports/click-store.ts";

/** How long a denial answers the next clicks of the same person, in milliseconds. */
const REMEMBER_MS = 5_000;
/** Denials that are remembered. */
const MAX_REMEMBERED = 10_000;

/** Denials that depend on the person alone, or on a state of the request that no vote changes: never those after a failure. */
const REMEMBERED: ReadonlySet<Denial["kind"]> = new Set([
  ...(["account-status", "not-approver", "not-admin", "decided", "closed"] as const),
]);

export interface DenialMemory {
  /** Returns the denial of the same person's last click on the same request, if it was denied a moment ago; else null. */
  recall(click: ClickRow): Denial | null;
  remember(click: ClickRow, denial: Denial): void;
}

/**
 * Makes the memory of denials. Somebody who clicks again and again is answered without calls to Slack, which others need.
 * A remembered denial ends after REMEMBER_MS; it is never extended by the clicks that it answers.
 */
export function makeDenialMemory(
  clock: Pick<Clock, "elapsed">,
  denials = new Map<string, { denial: Denial; until: number }>(),
): DenialMemory {
  // The route of a request never changes, so the request stands for both.
  const toKey = ({ requestId, userId, teamId, verdict, authority, origin }: ClickRow) =>
    [requestId, userId, teamId, verdict, authority, origin.kind].join(" ");
  /** Removes the denials that ended, which are the first in the order of their insertion, and the oldest above the limit. */
  const evict = () => {
    for (const [key, { until }] of denials) {
      if (clock.elapsed() < until && denials.size <= MAX_REMEMBERED) return;
      denials.delete(key);
    }
  };
  return {
    recall(click) {
      evict();
      const known = denials.get(toKey(click));
      return known !== undefined && clock.elapsed() < known.until ? known.denial : null;
    },
    remember(click, denial) {
      if (!REMEMBERED.has(denial.kind)) return;
      const key = toKey(click);
      denials.delete(key);
      denials.set(key, { denial, until: clock.elapsed() + REMEMBER_MS });
      evict();
    },
  };
}
