import type { Execution } from "../engine/execution-state.ts";
import type { SsmDeps } from "./ssm-operation.ts";

type View = Record<string, unknown>;

/** How often the state of an execution is kept while reads lag, in milliseconds of sandbox time. */
const KEEP_EVERY_MS = 1_000;

/** The earlier states of each execution that was read while reads lag, oldest first. */
const earlierStates = new WeakMap<Execution, { at: number; text: string; view: View }[]>();

/** The replies of each execution that did not show its state at the time. */
const staleReads = new WeakMap<Execution, number>();

/** Returns the number of replies that showed an older state. */
export function countStaleReads(execution: Execution): number {
  return staleReads.get(execution) ?? 0;
}

/**
 * Returns what a read shows under the setting `readLagMs`: with a lag, the state from that many milliseconds ago, or
 * one that is up to an interval newer. The states are kept from the first read on, which shows the present one.
 */
export function withReadLag(deps: SsmDeps, execution: Execution, read: () => View): View {
  const lag = deps.assumptions.values.readLagMs;
  if (lag === 0) return read();
  if (!earlierStates.has(execution)) keepStates(deps, execution, read);
  const states = earlierStates.get(execution) ?? [];
  const view = read();
  // A state is kept up to one interval after it began: without the interval, a read would lag by more than the setting.
  const until = deps.timers.now() - lag + KEEP_EVERY_MS;
  const shown = (states.findLast(({ at }) => at <= until) ?? states[0])?.view ?? view;
  if (JSON.stringify(shown) !== JSON.stringify(view)) staleReads.set(execution, countStaleReads(execution) + 1);
  return shown;
}

/** Keeps the states of an execution until reads no longer lag. */
function keepStates(deps: SsmDeps, execution: Execution, read: () => View): void {
  const { timers, assumptions } = deps;
  const lag = assumptions.values.readLagMs;
  if (lag === 0) return void earlierStates.delete(execution);
  const now = timers.now();
  const states = earlierStates.get(execution) ?? [];
  const view = read();
  const text = JSON.stringify(view);
  if (states.at(-1)?.text !== text) states.push({ at: now, text, view: structuredClone(view) });
  const first = states.findLastIndex(({ at }) => at <= now - lag);
  earlierStates.set(execution, states.slice(Math.max(0, first)));
  timers.after(KEEP_EVERY_MS, () => keepStates(deps, execution, read));
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
