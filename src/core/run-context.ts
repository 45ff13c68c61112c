import type { ObservedExecution, ObservedStep, RateControl } from "./execution.ts";
import { MASK, type Mask } from "./mask.ts";
import type { NameRenderer } from "./name-renderer.ts";

/** The part of a run that a gate belongs to, masked. */
export interface RunContext {
  /** The iterations of the enclosing loops, the innermost first; absent outside of loops. */
  loops?: LoopIteration[];
  /** The part of a rate-controlled run that this execution handles; absent for other runs. */
  rateControl?: RateControl;
}

interface LoopIteration {
  /** The name of the aws:loop step; null if AWS does not return that step. */
  name: string | null;
  iteration: number;
  /** The value of the iteration; null for a loop without Iterators. */
  value: string | null;
}

const MAX_LOOPS = 3;
/** The stored characters of one value. */
const MAX_STORED = 500;

/** Finds the iterations and the target of rate control that a gate belongs to. */
export function findRunContext(execution: ObservedExecution, gate: ObservedStep, mask: Mask): RunContext {
  const store = (text: string) => (text.length <= MAX_STORED ? text : `${text.slice(0, MAX_STORED).toWellFormed()}…`);
  const loops: LoopIteration[] = [];
  const seen = new Set<ObservedStep>();
  for (let step: ObservedStep | undefined = gate; step !== undefined && !seen.has(step); ) {
    seen.add(step);
    const { parentStepId, round } = step as ObservedStep;
    const parent: ObservedStep | undefined =
      parentStepId === null ? undefined : execution.steps.find((each) => each.stepExecutionId === parentStepId);
    if (round !== undefined) {
      const value = round.value === null ? null : store(mask.text(round.value));
      loops.push({ name: parent?.name ?? null, iteration: round.iteration, value });
    }
    step = parent;
  }
  const rateControl = execution.rateControl === undefined ? null : maskRateControl(execution.rateControl, mask);
  return {
    ...(loops.length === 0 ? {} : { loops: loops.slice(0, MAX_LOOPS) }),
    ...(rateControl === null ? {} : { rateControl: { ...rateControl, target: store(rateControl.target) } }),
  };
}

/** Hides the target of rate control as the parameter that holds it is hidden. */
export function maskRateControl({ target, parameter }: RateControl, mask: Mask): RateControl {
  return { parameter, target: parameter !== null && mask.hides(parameter) ? MASK : mask.text(target) };
}

/** Describes the context of a gate: "iteration 2 of the loop perHost: host-b". Null if there is none. */
export function describeRunContext({ loops = [], rateControl }: RunContext, show: NameRenderer): string | null {
  const parts = loops.map(({ name, iteration, value }) => {
    const loop = name === null ? "a loop" : `the loop ${show.word(name)}`;
    return `iteration ${iteration} of ${loop}${value === null ? "" : `: ${show.word(value)}`}`;
  });
  if (rateControl !== undefined) {
    const { parameter, target } = rateControl;
    parts.push(`rate control target: ${parameter === null ? "" : `${show.word(parameter)} `}${show.word(target)}`);
  }
  return parts.join(" · ") || null;
}
