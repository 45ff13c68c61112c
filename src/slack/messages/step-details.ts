import type { KnownBlock, RichTextBlockElement, RichTextElement } from "@slack/types";
import type { ObservedStep } from "../../core/execution.ts";
import { shareRoom } from "../../core/share-room.ts";
import { line, preformatted, span } from "./blocks.ts";
import { describeShown, fitting } from "./budget.ts";
import { linkSpans } from "./links.ts";
import { chunkSpans, packBlocks } from "./rich-chunks.ts";
import { findMark, rankStep, type StepMarks } from "./step-rank.ts";
import { literal, name } from "./text.ts";
import { dateElement } from "./time.ts";

/** The approximate length of a step's own line, labels and times. */
const BLOCK_OVERHEAD = 260;
/** The characters of one input, output or failure; a few steps can have this much. */
const MAX_LENGTH = 30_000;
/** A shorter part of a text says nothing. */
const MIN_SHARE = 80;

/** The characters that are read of one input, output or failure: more would block the process, and are never shown. */
const MAX_READ = 120_000;

/** `isBeginning`: the text goes on. */
interface Part {
  label: string;
  text: string;
  isBeginning: boolean;
}

/**
 * Renders every step, or every one with values, with its status, times, inputs, outputs and failure, in the runbook's
 * order, each on as many blocks as it needs. If they do not all fit, those with the lowest rank are left out, and `cut`
 * counts the shown ones.
 */
export function stepBlocks(
  steps: readonly ObservedStep[],
  marks: StepMarks,
  {
    room,
    maxBlocks = Number.POSITIVE_INFINITY,
    onlyWithValues = false,
  }: { room: number; maxBlocks?: number; onlyWithValues?: boolean },
): { blocks: KnownBlock[]; cut: string | null } {
  const all = steps
    .map((step, position) => ({ step, position, parts: toParts(step) }))
    .filter(({ step, parts }) => !onlyWithValues || (step.startedAt !== null && parts.length > 0));
  const most = Math.min(all.length, maxBlocks);
  const first = all
    .toSorted((a, b) => rankStep(a.step, marks) - rankStep(b.step, marks) || a.position - b.position)
    .slice(0, most);
  // A long part of one step pushes out no other step.
  const shares = shareRoom(
    first.flatMap(({ parts }) => parts.map(({ text }) => text.length)),
    room - BLOCK_OVERHEAD * most,
    MAX_LENGTH,
  ).values();
  const nextLength = () => Math.max(MIN_SHARE, shares.next().value ?? 0);
  const urgent = first.map(({ step, position, parts }) => {
    const shown = parts.map(({ label, text, isBeginning }) => ({
      label,
      text: literal(text, nextLength(), isBeginning),
    }));
    return { position, blocks: oneStep(step, position, shown, findMark(step, marks)) };
  });
  let left = maxBlocks;
  const fits = fitting(
    urgent.map(({ blocks }) => blocks),
    room,
    most,
  ).filter(({ length }) => {
    left -= length;
    return left >= 0;
  });
  const blocks = urgent
    .slice(0, fits.length)
    .sort((a, b) => a.position - b.position)
    .flatMap((each) => each.blocks);
  return { blocks, cut: describeShown(fits.length, all.length, "steps") };
}

/** Returns the inputs, the outputs and the failure of a step, without those that are empty. */
function toParts({ inputs, outputs, failureMessage, failureDetails = {} }: ObservedStep): Part[] {
  const all: Part[] = [
    { label: "Inputs", ...entries(inputs) },
    { label: "Outputs", ...entries(outputs) },
    { label: "Failure", text: failureMessage ?? "", isBeginning: false },
    { label: "Failure details", ...entries(failureDetails) },
  ];
  return all.filter(({ text }) => text !== "");
}

function oneStep(
  step: ObservedStep,
  position: number,
  parts: readonly Pick<Part, "label" | "text">[],
  mark: string | null,
): KnownBlock[] {
  const title = `${position + 1}. ${name(step.name, 100)}`;
  const status = ` · ${name(step.action, 60)} · ${name(step.status, 40)}${mark === null ? "" : ` · ${mark}`}`;
  const elements: RichTextBlockElement[] = [line(span(title, { bold: true }), span(status), ...times(step))];
  for (const { label, text } of parts)
    elements.push(line(span(label)), ...chunkSpans(linkSpans(text)).map((chunk) => preformatted(chunk)));
  return packBlocks(elements);
}

function times({ startedAt, endedAt }: ObservedStep): RichTextElement[] {
  const start = dateElement(startedAt);
  const end = dateElement(endedAt);
  if (start === null) return [];
  return end === null ? [span(" · since "), start] : [span(" · "), start, span(" to "), end];
}

function entries(values: Record<string, unknown>): Omit<Part, "label"> {
  let text = "";
  for (const [key, value] of Object.entries(values)) {
    if (text.length > MAX_READ) break;
    text += `${text === "" ? "" : "\n"}${key}: ${shown(value, MAX_READ + 1 - text.length)}`;
  }
  return text.length > MAX_READ ? { text: text.slice(0, MAX_READ), isBeginning: true } : { text, isBeginning: false };
}

/** Writes a value, of which only the first `most` characters count. */
function shown(value: unknown, most: number): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.length === 1 && typeof value[0] === "string") return value[0];
  let left = most;
  // JSON has at least as many characters as its strings. Members are written in their order.
  const json = JSON.stringify(value, (_, member: unknown) => {
    if (left <= 0) return null;
    if (typeof member !== "string") return member;
    const kept = member.slice(0, left);
    left -= kept.length;
    return kept;
  });
  return json ?? "";
}
