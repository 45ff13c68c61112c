import type { KnownBlock } from "@slack/types";
import type { ReadExecution } from "../../app/admin/inspect.ts";
import type { ObservedExecution, ObservedStep } from "../../core/execution.ts";
import { executionText, unreadText } from "./aws-text.ts";
import { section } from "./blocks.ts";
import { describeShown, fitting } from "./budget.ts";
import { stepBlocks } from "./step-details.ts";
import { code } from "./text.ts";
import { duration, moment } from "./time.ts";

const MAX_STEPS = 20;
const MAX_DETAILED = 12;
/** Of a section's 3,000 characters. */
const SECTION_BUDGET = 2800;
/** Less room is not worth the inputs and outputs of a step. */
const MIN_ROOM = 600;

/** One line for each step with its times, as AWS has it now; only the first steps if there are many. */
export function stepsList({ execution, unread }: ReadExecution, ownStep: string | null): KnownBlock[] {
  if (execution === null) return unread == null ? [] : [section(`*Steps*: ${unreadText(unread)}`)];
  const { steps } = execution;
  const all = steps.slice(0, MAX_STEPS).map((step, index) => {
    const own = ownStep !== null && step.stepExecutionId === ownStep ? " (this request)" : "";
    return `${index + 1}. ${code(step.name, 60)} ${code(step.action, 40)}: ${executionText(step.status)}${own}${times(step)}`;
  });
  const lines = fitting(all, SECTION_BUDGET - 100 - MAX_STEPS, MAX_STEPS);
  const cut = describeShown(lines.length, steps.length, "steps");
  return [section([`*Steps*${cut === null ? "" : ` (${cut})`}`, ...lines].join("\n"))];
}

function times({ startedAt, endedAt }: ObservedStep): string {
  if (startedAt === null) return "";
  return endedAt === null
    ? `, since ${moment(startedAt)}`
    : `, ${moment(startedAt)}, after ${duration(endedAt - startedAt)}`;
}

/** The inputs, outputs and failures of the steps that have begun, as much as fits. */
export function stepValues(execution: ObservedExecution | null, ownStep: string, room: number): KnownBlock[] {
  if (execution === null || room < MIN_ROOM) return [];
  const begun = execution.steps.filter(({ startedAt }) => startedAt !== null);
  return stepBlocks(begun.slice(0, MAX_DETAILED), ownStep, room - 100);
}
