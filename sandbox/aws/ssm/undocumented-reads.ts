import type { Execution } from "../engine/execution-state.ts";
import type { SsmDeps } from "./ssm-operation.ts";

type View = Record<string, unknown>;

/** The replies to earlier reads of each execution, oldest first. */
const earlierReads = new WeakMap<Execution, { at: number; view: View }[]>();

/** The replies of each execution that did not show its state at the time. */
const staleReads = new WeakMap<Execution, number>();

/** Returns the number of replies that showed an older state. */
export function countStaleReads(execution: Execution): number {
  return staleReads.get(execution) ?? 0;
}

/** Returns what a read shows under the setting `readLagMs`: with a lag, the reply to a read that is at least that old. */
export function withReadLag({ timers, assumptions }: SsmDeps, execution: Execution, view: View): View {
  const lag = assumptions.values.readLagMs;
  if (lag === 0) return view;
  const reads = earlierReads.get(execution) ?? [];
  earlierReads.set(execution, [...reads, { at: timers.now(), view }]);
  const shown = (reads.findLast(({ at }) => at <= timers.now() - lag) ?? reads[0])?.view ?? view;
  if (JSON.stringify(shown) !== JSON.stringify(view)) staleReads.set(execution, countStaleReads(execution) + 1);
  return shown;
}

/** Returns a step's view with ApproverDecisions in the form of the setting `approverDecisions`. */
export function withDecisionsAs(form: "maps" | "names" | "hidden", step: object): View {
  const { ApproverDecisions: decisions, ...outputs } = ((step as View).Outputs ?? {}) as Record<string, string[]>;
  if (form === "maps" || decisions === undefined) return step as View;
  if (form === "hidden") return { ...step, Outputs: outputs };
  const named = decisions.map((text) => {
    const { Approver, Decision } = JSON.parse(text);
    return `${String(Approver).split(/[:/]/).at(-1)}=${Decision}`;
  });
  return { ...step, Outputs: { ...outputs, ApproverDecisions: named } };
}
