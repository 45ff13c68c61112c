import { counted } from "./counted.ts";
import { cut } from "./cut.ts";
import type { ObservedExecution, ObservedStep, RateControl } from "./execution.ts";
import { MASK, type Mask } from "./mask.ts";
import type { NameRenderer } from "./name-renderer.ts";
import type { Parameter } from "./request.ts";

/** The part of a run that a gate belongs to, masked. */
export interface RunContext {
  /** The iterations of the enclosing loops, the innermost first; absent outside of loops. */
  loops?: LoopIteration[];
  /** The part of a rate-controlled run that this execution handles; absent for other runs. */
  rateControl?: RateControl;
  /** The executions that started this one, directly or through others, the nearest first; absent if there are none. */
  parents?: ParentExecution[];
  /** Why the parent after the last one could not be read: an error code. Absent if the last one has none. */
  parentsUnread?: string;
}

/** An execution that started another one. Masked. */
export interface ParentExecution {
  executionId: string;
  documentName: string;
  executedBy: string | null;
  parameters: Parameter[];
}

interface LoopIteration {
  /** The name of the aws:loop step; null if AWS does not return that step. */
  name: string | null;
  iteration: number;
  /** The value of the iteration; null for a loop without Iterators. */
  value: string | null;
}

const MAX_LOOPS = 3;
/** The values of a parent that a line shows, and the characters of each. Details shows them all. */
const MAX_SHOWN = 3;
const MAX_SHOWN_LENGTH = 40;
/** The characters of all values of one parent, as shown. */
const VALUES_BUDGET = 160;
/** The stored characters of one value. */
const MAX_STORED = 500;

/** Finds the iterations and the target of rate control that a gate belongs to. */
export function findRunContext(execution: ObservedExecution, gate: ObservedStep, mask: Mask): RunContext {
  const store = (text: string) => cut(text, MAX_STORED);
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
export function describeRunContext(context: RunContext, show: NameRenderer): string | null {
  const { loops = [], rateControl, parents = [], parentsUnread } = context;
  const parts = loops.map(({ name, iteration, value }) => {
    const loop = name === null ? "a loop" : `the loop ${show.word(name)}`;
    return `iteration ${iteration} of ${loop}${value === null ? "" : `: ${show.word(value)}`}`;
  });
  if (rateControl !== undefined) {
    const { parameter, target } = rateControl;
    const own = parameter === null ? show.word(target) : `${show.word(parameter)} ${show.word(target)}`;
    parts.push(`part of a rate-controlled run, for ${own}`);
  }
  const nearest = parents.slice(0, 1);
  const first = parents.slice(1).slice(-1);
  const between = parents.length - 2;
  parts.push(...nearest.map((parent) => describeParent(parent, show)));
  if (between > 0) parts.push(`${counted(between, "execution")} between`);
  parts.push(...first.map((parent) => describeParent(parent, show)));
  if (parentsUnread !== undefined)
    parts.push(
      `Countersign could not read the execution that started this one (${show.text(parentsUnread)}). So the requester is unknown, and secrets of that execution may be visible here.`,
    );
  return parts.join(" · ") || null;
}

/** Returns the values of a run that a line shows only in part. */
export function longRunValues(
  { loops = [], rateControl }: RunContext,
  isCut: (text: string) => boolean,
): [label: string, text: string][] {
  const values: [string, string][] = loops.map(({ name, iteration, value }) => [
    `Iteration ${iteration} of ${name === null ? "a loop" : `the loop ${name}`}`,
    value ?? "",
  ]);
  if (rateControl !== undefined)
    values.push([`${rateControl.parameter ?? "Target"} of the rate-controlled run`, rateControl.target]);
  return values.filter(([, text]) => isCut(text));
}

/** Names the runbook of a parent execution with the first of its parameters: "child of Release: Version 1.2, Stage prod". */
function describeParent({ documentName, parameters }: ParentExecution, show: NameRenderer): string {
  const values: string[] = [];
  let left = VALUES_BUDGET;
  for (const { name, values: each, masked } of parameters.slice(0, MAX_SHOWN)) {
    const text = cut(each.join(", "), MAX_SHOWN_LENGTH);
    const value = `${show.word(name)} ${masked ? MASK : text === "" ? "(empty)" : show.word(text)}`;
    left -= value.length;
    if (left < 0) break;
    values.push(value);
  }
  const more = parameters.length - values.length;
  if (more > 0) values.push(values.length === 0 ? counted(more, "parameter") : `${more} more`);
  return `child of ${show.text(cut(documentName, 60))}${values.length === 0 ? "" : `: ${values.join(", ")}`}`;
}
