import type { RichTextBlock, RichTextBlockElement } from "@slack/types";
import type { Vote } from "../../core/request.ts";
import { line, quote, richText, span } from "./blocks.ts";
import { describeShown, fitting } from "./budget.ts";
import { literal, name } from "./text.ts";

const MAX_LENGTH = 320;

/** Quotes the reasons that people gave, rejections first; null if there are none. */
export function reasonsBlock(
  votes: readonly Vote[],
  limits: { room: number; most: number },
  block_id: string,
): RichTextBlock | null {
  const given = votes
    .filter((vote) => vote.reason !== null)
    .sort((a, b) => Number(b.verdict === "reject") - Number(a.verdict === "reject"));
  if (given.length === 0) return null;
  const shown = fitting(given.slice(0, limits.most).map(toReason), limits.room, limits.most);
  const elements: RichTextBlockElement[] = shown.flat();
  const cut = describeShown(shown.length, given.length, "reasons");
  if (cut !== null) elements.push(line(span(`${cut}.`, { italic: true })));
  return richText(elements, block_id);
}

function toReason(vote: Vote): RichTextBlockElement[] {
  const verb = vote.verdict === "approve" ? "approved" : "rejected";
  return [
    line(span(name(vote.userName, 80), { bold: true }), span(` ${verb} and gave this reason:`)),
    quote(span(literal(vote.reason ?? "", MAX_LENGTH))),
  ];
}
