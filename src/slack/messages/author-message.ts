import type { RichTextBlock, RichTextQuote } from "@slack/types";
import { clean, isVisible } from "../../core/clean-text.ts";
import type { ApprovalRequest, RequestFacts } from "../../core/request.ts";
import { line, quote, span } from "./blocks.ts";
import { linkSpans } from "./links.ts";
import { chunkSpans, packBlocks } from "./rich-chunks.ts";
import { excerpt, literal, plain } from "./text.ts";

/** AWS accepts 4,096 characters, which a mask can lengthen. */
const MAX_LENGTH = 20_000;

interface Limits {
  longest: number;
  lines: number;
}

/**
 * Quotes the message of the runbook's author, without limits in full. The quote marks it as text by others, and http(s)
 * addresses in it are links. Without a message, quotes the descriptions of the step and the runbook, each under a label: they
 * are not the gate's question. Empty if there are none.
 */
export function authorMessage(
  { facts: { message, descriptions = {} } }: Pick<ApprovalRequest, "facts">,
  limits: Limits | null,
  block_id: string,
): RichTextBlock[] {
  if (message !== null && isVisible(message)) return packBlocks(quotes(message, limits), block_id);
  const { step, runbook } = descriptions;
  const each = limits === null ? null : { longest: limits.longest / 2, lines: limits.lines / 2 };
  const described = (label: string, text: string | undefined) =>
    text === undefined ? [] : [line(span(label, { italic: true })), ...quotes(text, each)];
  return packBlocks(
    [
      ...described("The gate has no message. Description of the step:", step),
      ...described(`${step === undefined ? "The gate has no message. " : ""}Description of the runbook:`, runbook),
    ],
    block_id,
  );
}

function quotes(text: string, limits: Limits | null): RichTextQuote[] {
  const shown = limits === null ? literal(text, MAX_LENGTH) : excerpt(text, limits.lines, limits.longest);
  return chunkSpans(linkSpans(shown)).map((part) => quote(...part));
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
