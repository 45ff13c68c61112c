import type { RichTextBlock, RichTextBlockElement } from "@slack/types";
import { boundaryBefore } from "../../core/cut.ts";
import { richText, span } from "./blocks.ts";
import { textLength } from "./budget.ts";
import type { Span } from "./links.ts";

/** The maximum of one part: Slack accepts 3,000 characters in a text. */
const MAX_PART = 2_500;

const TRAILING_JOINERS = /(?:\u200C|\u200D)+$/;
const LEADING_JOINERS = /^(?:\u200C|\u200D|\uFE0E|\uFE0F|\u20E3)+/;

/** Divides spans into parts of at most 2,500 characters, at line breaks or spaces where there are some. No link is divided. */
export function chunkSpans(spans: readonly Span[], max = MAX_PART): Span[][] {
  const parts: Span[][] = [[]];
  let left = max;
  const add = (each: Span, length: number) => {
    parts.at(-1)?.push(each);
    left -= length;
  };
  const next = () => {
    if (parts.at(-1)?.length !== 0) parts.push([]);
    left = max;
  };
  for (const each of spans) {
    if (each.type === "link") {
      if (each.url.length > left) next();
      add(each, each.url.length);
      continue;
    }
    let rest = each.text;
    while (rest.length > left) {
      const end = findEnd(rest, left, left === max);
      // A sequence of joined characters that is longer than a part is divided without the joiner between its parts.
      const head = rest.slice(0, end).replace(TRAILING_JOINERS, "");
      if (head !== "") add(span(head), end);
      rest = rest.slice(end);
      if (end > 0) rest = rest.replace(LEADING_JOINERS, "");
      next();
    }
    if (rest !== "") add(span(rest), rest.length);
  }
  return parts.filter((part) => part.length > 0);
}

/** Returns where to divide a text that does not fit; 0: before it, which is possible only if the part has other spans. */
function findEnd(text: string, room: number, isWhole: boolean): number {
  const head = text.slice(0, room);
  const at = Math.max(head.lastIndexOf("\n"), head.lastIndexOf(" ")) + 1;
  if (at > 0) return at;
  if (!isWhole) return 0;
  return boundaryBefore(text, room);
}

/** Puts elements into as few blocks of at most 2,500 characters as possible, or one element if that is longer. */
export function packBlocks(elements: readonly RichTextBlockElement[], block_id?: string): RichTextBlock[] {
  const groups: RichTextBlockElement[][] = [];
  let left = 0;
  for (const element of elements) {
    const length = textLength(element);
    if (length > left || groups.length === 0) {
      groups.push([]);
      left = MAX_PART;
    }
    groups.at(-1)?.push(element);
    left -= length;
  }
  return groups.map((group, index) =>
    richText(group, block_id === undefined ? undefined : index === 0 ? block_id : `${block_id}-${index + 1}`),
  );
}
