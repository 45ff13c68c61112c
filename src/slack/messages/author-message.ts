import type { RichTextBlock } from "@slack/types";
import { clean } from "../../core/clean-text.ts";
import type { ApprovalRequest, RequestFacts } from "../../core/request.ts";
import { quote } from "./blocks.ts";
import { linkSpans } from "./links.ts";
import { chunkSpans, packBlocks } from "./rich-chunks.ts";
import { lines, literal, plain } from "./text.ts";

/** AWS accepts 4,096 characters, which a mask can lengthen. */
const MAX_LENGTH = 20_000;

/**
 * Quotes the message of the runbook's author, without limits in full. The quote marks it as text by others, and http(s)
 * addresses in it are links. Empty if there is none.
 */
export function authorMessage(
  { facts: { message } }: Pick<ApprovalRequest, "facts">,
  limits: { longest: number; lines: number } | null,
  block_id: string,
): RichTextBlock[] {
  if (message === null || message.trim() === "") return [];
  const text = literal(limits === null ? message : lines(message, limits.lines), limits?.longest ?? MAX_LENGTH);
  return packBlocks(
    chunkSpans(linkSpans(text)).map((part) => quote(...part)),
    block_id,
  );
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
