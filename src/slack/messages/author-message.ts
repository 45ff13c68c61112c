import type { RichTextBlock } from "@slack/types";
import type { ApprovalRequest } from "../../core/request.ts";
import { line, quote, richText, span } from "./blocks.ts";
import { lines, literal } from "./text.ts";

/** The runbook's own message: a quote, so that nobody takes it for Countersign's words. Null when there is none. */
export function authorMessage(
  request: ApprovalRequest,
  limits: { longest: number; lines: number },
  block_id: string,
): RichTextBlock | null {
  const { message } = request.facts;
  if (message === null || message.trim() === "") return null;
  return richText(
    [
      line(span("The runbook's author writes:", { italic: true })),
      quote(span(literal(lines(message, limits.lines), limits.longest))),
    ],
    block_id,
  );
}
