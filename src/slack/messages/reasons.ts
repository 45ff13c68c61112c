import type { RichTextBlock, RichTextBlockElement } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
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
  const isMixed = new Set(given.map(({ verdict }) => verdict)).size > 1;
  const reasons = given.slice(0, limits.most).map((vote) => toReason(vote, isMixed));
  const shown = fitting(reasons, limits.room, limits.most);
  const elements: RichTextBlockElement[] = shown.flat();
  const cut = describeShown(shown.length, given.length, "reasons");
  if (cut !== null) elements.push(line(span(`${cut}.`, { italic: true })));
  return richText(elements, block_id);
}

/** Names the verdict only where reasons for both verdicts are listed. */
function toReason({ userName, verdict, reason }: Vote, namesVerdict: boolean): RichTextBlockElement[] {
  const verb = namesVerdict ? ` ${verdict === "approve" ? "approved" : "rejected"}` : "";
  const author = span(name(userName, 80), { bold: true });
  return [quote(author, span(`${verb}: ${literal(reason ?? "", MAX_LENGTH)}`))];
}

/** Returns the reason of the person who decided alone in Slack, if no other vote has a reason. Else null. */
export function soleReason({ request, votes }: Pick<RequestView, "request" | "votes">): string | null {
  const decisive = votes.filter((vote) => vote.verdict === request.decision);
  const [only, ...more] = votes.filter((vote) => vote.reason !== null);
  const isSole = only !== undefined && more.length === 0 && decisive.length === 1 && decisive[0] === only;
  return isSole && request.outcome?.where === "slack" ? only.reason : null;
}
