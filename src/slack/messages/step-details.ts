import type { KnownBlock, RichTextBlockElement, RichTextElement } from "@slack/types";
import type { ObservedStep } from "../../core/execution.ts";
import { context, line, preformatted, span } from "./blocks.ts";
import { describeShown, fitting, share } from "./budget.ts";
import { linkSpans } from "./links.ts";
import { chunkSpans, packBlocks } from "./rich-chunks.ts";
import { literal, name } from "./text.ts";
import { dateElement } from "./time.ts";

/** The approximate length of a step's own line, labels and times. */
const BLOCK_OVERHEAD = 260;
/** The characters of one input, output or failure; a few steps can have this much. */
const MAX_LENGTH = 30_000;

/**
 * Renders every step with its status, times, inputs, outputs and failure, in the runbook's order, each on as many blocks as
 * it needs. If they do not all fit, the gate itself has priority, then failed and running steps, then the others from the
 * front.
 */
export function stepBlocks(steps: readonly ObservedStep[], gateStepExecutionId: string, room: number): KnownBlock[] {
  if (steps.length === 0) return [];
  const longest = share(room - BLOCK_OVERHEAD * steps.length, 2 * steps.length, 80, MAX_LENGTH);
  const isGate = (step: ObservedStep) => step.stepExecutionId === gateStepExecutionId;
  const urgent = steps
    .map((step, position) => ({ step, position }))
    .sort((a, b) => rank(a.step, isGate) - rank(b.step, isGate) || a.position - b.position)
    .map(({ step, position }) => ({ position, blocks: oneStep(step, position, longest, isGate(step)) }));
  const count = fitting(
    urgent.map(({ blocks }) => blocks),
    room,
    steps.length,
  ).length;
  const blocks: KnownBlock[] = urgent
    .slice(0, count)
    .sort((a, b) => a.position - b.position)
    .flatMap((each) => each.blocks);
  const cut = describeShown(count, steps.length, "steps");
  return cut === null ? blocks : [...blocks, context(`${cut}. The AWS console shows all of them.`, "steps")];
}

function rank(step: ObservedStep, isGate: (step: ObservedStep) => boolean): number {
  if (isGate(step)) return 0;
  if (step.failureMessage !== null || step.status === "Failed" || step.status === "TimedOut") return 1;
  if (step.status === "InProgress" || step.status === "Waiting") return 2;
  return step.status === "Pending" ? 4 : 3;
}

function oneStep(step: ObservedStep, position: number, longest: number, isGate: boolean): KnownBlock[] {
  const title = `${position + 1}. ${name(step.name, 100)}`;
  const status = ` · ${name(step.action, 60)} · ${name(step.status, 40)}${isGate ? " · this request" : ""}`;
  const elements: RichTextBlockElement[] = [line(span(title, { bold: true }), span(status), ...times(step))];
  const part = (label: string, text: string) => {
    if (text === "") return;
    const chunks = chunkSpans(linkSpans(literal(text, longest)));
    elements.push(line(span(label)), ...chunks.map((chunk) => preformatted(chunk)));
  };
  part("Inputs", entries(step.inputs));
  part("Outputs", entries(step.outputs));
  part("Failure", step.failureMessage ?? "");
  return packBlocks(elements);
}

function times({ startedAt, endedAt }: ObservedStep): RichTextElement[] {
  const start = dateElement(startedAt);
  const end = dateElement(endedAt);
  if (start === null) return [];
  return end === null ? [span(" · since "), start] : [span(" · "), start, span(" to "), end];
}

function entries(values: Record<string, unknown>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}: ${shown(value)}`)
    .join("\n");
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.length === 1 && typeof value[0] === "string") return value[0];
  return JSON.stringify(value) ?? "";
}
