import type { RichTextBlock, RichTextBlockElement } from "@slack/types";
import type { Evidence } from "../../core/evidence.ts";
import { shareRoom } from "../../core/share-room.ts";
import { line, preformatted, span } from "./blocks.ts";
import { describeShown } from "./budget.ts";
import { linkSpans } from "./links.ts";
import { chunkSpans, packBlocks } from "./rich-chunks.ts";
import { excerpt, literal, name } from "./text.ts";

const MAX_NAME_LENGTH = 100;
/** More than the characters that are stored. */
const MAX_LENGTH = 20_000;

interface Limits {
  room: number;
  most: number;
  longest: number;
  lines: number;
}

/** Shows the outputs: with limits the first lines of each, else everything that is stored. */
export function evidenceBlocks(evidence: readonly Evidence[] = [], limits: Limits | null, id: string): RichTextBlock[] {
  const shown = limits === null ? evidence : evidence.slice(0, limits.most);
  const toStart = ({ text, length }: Evidence, longest: number) =>
    limits === null ? literal(text ?? "", longest) : excerpt(text ?? "", limits.lines, longest, length);
  const room = limits === null ? Number.POSITIVE_INFINITY : limits.room - 120 * shown.length;
  const lengths = shareRoom(
    shown.map((each) => toStart(each, MAX_LENGTH).length),
    room,
    limits?.longest,
  );
  const elements = shown.flatMap((each, index) => toElements(each, toStart(each, lengths[index] ?? 0)));
  const cut = describeShown(shown.length, evidence.length, "outputs");
  if (cut !== null) elements.push(line(span(`${cut}; Details shows the others.`, { italic: true })));
  return elements.length === 0 ? [] : packBlocks(elements, id);
}

/** `start`: the part of the text that is shown. */
function toElements(evidence: Evidence, start: string): RichTextBlockElement[] {
  const { text, length, status, iteration } = evidence;
  const about = [
    status === undefined ? null : `the step's status is ${name(status, 40)}`,
    iteration === undefined ? null : `from iteration ${iteration}`,
  ].filter((each) => each !== null);
  const label = span(name(evidence.name, MAX_NAME_LENGTH), { bold: true });
  const remark = about.length === 0 ? [] : [span(` (${about.join(", ")})`)];
  if (text === null) return [line(label, span(": no finished step has this output"))];
  if (text.trim() === "") return [line(label, ...remark, span(" is empty"))];
  const parts = chunkSpans(linkSpans(start));
  const stored =
    text.length < length ? [line(span(`${length.toLocaleString("en-US")} characters in all.`, { italic: true }))] : [];
  return [line(label, ...remark), ...parts.map((part) => preformatted(part)), ...stored];
}
