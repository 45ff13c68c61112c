import type { KnownBlock } from "@slack/types";
import type { ReadExecution } from "../../app/admin/inspect.ts";
import { counted } from "../../core/counted.ts";
import type { ObservedStep } from "../../core/execution.ts";
import { consoleLink, type Execution, executionText, unreadText } from "./aws-text.ts";
import { context, section } from "./blocks.ts";
import { stepBlocks } from "./step-details.ts";
import { findMark, isGate, LAST_KEY_RANK, rankStep, type StepMarks } from "./step-rank.ts";
import { code } from "./text.ts";
import { duration, moment } from "./time.ts";

/** The characters of all lines. */
const MAX_LENGTH = 5_600;
/** Steps that are no gate, not current and have not failed are listed up to this number of lines and characters. */
const MAX_OTHERS = { lines: 20, length: 2_800 } as const;
/** Of a section's 3,000 characters. */
const MAX_SECTION = 2_900;
/** Less room is not worth the inputs and outputs of a step. */
const MIN_ROOM = 600;

/**
 * One line for each step with its times, as AWS has it now. If there are many, the line above them says how many are left
 * out: first those that are no gate, not current and have not failed. Says instead why AWS returned no execution.
 */
export function stepsList({ execution, unread }: ReadExecution, marks: StepMarks, about: Execution): KnownBlock[] {
  if (execution === null) return unread == null ? [] : [section(`*Steps*: ${unreadText(unread)}`)];
  const { steps } = execution;
  const ranked = steps
    .map((step, position) => ({ step, position, rank: rankStep(step, marks), text: stepLine(step, position, marks) }))
    .sort((a, b) => a.rank - b.rank || a.position - b.position);
  let length = 0;
  const shown = ranked.filter(({ rank, text }, index) => {
    const next = length + text.length + 1;
    const isOther = rank > LAST_KEY_RANK;
    if (next > MAX_LENGTH || (isOther && (index >= MAX_OTHERS.lines || next > MAX_OTHERS.length))) return false;
    length = next;
    return true;
  });
  const lines = shown.toSorted((a, b) => a.position - b.position).map(({ text }) => text);
  const missing = ranked.filter((each) => !shown.includes(each)).map(({ step }) => step);
  return toSections([`*Steps*${describeMissing(steps.length, missing, about)}`, ...lines]);
}

/** Puts lines, each shorter than a section, into as few sections as possible. */
function toSections(lines: readonly string[]): KnownBlock[] {
  const texts: string[] = [];
  for (const each of lines) {
    const last = texts.at(-1);
    if (last === undefined || last.length + each.length >= MAX_SECTION) texts.push(each);
    else texts[texts.length - 1] = `${last}\n${each}`;
  }
  return texts.map((text) => section(text));
}

/** Says how many steps the list leaves out, and where they are. */
function describeMissing(all: number, missing: readonly ObservedStep[], about: Execution): string {
  const { length } = missing;
  if (length === 0) return "";
  const gates = missing.filter(isGate).length;
  const among = gates === 0 ? "" : `, among them ${counted(gates, "gate")}`;
  return `: ${all - length} of ${all}. ${consoleLink(about) ?? "Open the AWS console"} to see the other ${length}${among}.`;
}

function stepLine(step: ObservedStep, position: number, marks: StepMarks): string {
  const mark = findMark(step, marks);
  const own = mark === null ? "" : ` (${mark})`;
  return `${position + 1}. ${code(step.name, 60)} ${code(step.action, 40)}: ${executionText(step.status)}${own}${times(step)}`;
}

function times({ startedAt, endedAt }: ObservedStep): string {
  if (startedAt === null) return "";
  return endedAt === null
    ? `, since ${moment(startedAt)}`
    : `, ${moment(startedAt)}, after ${duration(endedAt - startedAt)}`;
}

/** The inputs, outputs and failures of the steps that have begun, as much as fits. Says how many are left out, and `where` they are. */
export function stepValues(
  { execution }: ReadExecution,
  marks: StepMarks,
  { room, maxBlocks, where }: { room: number; maxBlocks: number; where: string },
): KnownBlock[] {
  const left = room - where.length - 100;
  const limits = left < MIN_ROOM ? { room: 0, maxBlocks: 0 } : { room: left, maxBlocks: maxBlocks - 1 };
  const { blocks, cut } = stepBlocks(execution?.steps ?? [], marks, { ...limits, onlyWithValues: true });
  return cut === null ? blocks : [...blocks, context(`Inputs and outputs: ${cut}. ${where}`)];
}
