import type { RichTextBlock } from "@slack/types";
import { clean } from "../../core/clean-text.ts";
import type { ApprovalRequest, RequestFacts } from "../../core/request.ts";
import { quote, richText, span } from "./blocks.ts";
import { lines, literal, plain } from "./text.ts";

/** Quotes the message of the runbook's author. The quote marks it as text by others. Null if there is none. */
export function authorMessage(
  request: ApprovalRequest,
  limits: { longest: number; lines: number },
  block_id: string,
): RichTextBlock | null {
  const { message } = request.facts;
  if (message === null || message.trim() === "") return null;
  return richText([quote(span(literal(lines(message, limits.lines), limits.longest)))], block_id);
}

/** Returns the start of the author's message in quotation marks, as plain text of one line. Null if there is none. */
export function quotedQuestion(facts: Pick<RequestFacts, "message">, maxLength: number): string | null {
  const question = firstLine(facts);
  return question === null ? null : `“${plain(question, maxLength - 2)}”`;
}

/** Returns the first line of the author's message, not yet made safe to show. Null if there is none. */
export function firstLine({ message }: Pick<RequestFacts, "message">): string | null {
  const [first] = clean(message ?? "")
    .trim()
    .split("\n");
  return first?.trim() || null;
}
