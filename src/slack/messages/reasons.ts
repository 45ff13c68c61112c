import type { RichTextBlock, RichTextBlockElement } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { type ActionTerms, findTerms } from "../../core/action-terms.ts";
import type { Vote } from "../../core/request.ts";
import { line, quote, richText, span } from "./blocks.ts";
import { describeShown, fitting } from "./budget.ts";
import { packBlocks } from "./rich-chunks.ts";
import { literal, name } from "./text.ts";

const MAX_LENGTH = 320;

/** Quotes the reasons that people gave, rejections first; null if there are none. */
export function reasonsBlock(
  { request, votes }: Pick<RequestView, "request" | "votes">,
  limits: { room: number; most: number },
  block_id: string,
): RichTextBlock | null {
  const given = toReasons(votes, findTerms(request.facts));
  if (given.length === 0) return null;
  const shown = fitting(given.slice(0, limits.most), limits.room, limits.most);
  const elements: RichTextBlockElement[] = shown.flat();
  const cut = describeShown(shown.length, given.length, "reasons");
  if (cut !== null) elements.push(line(span(`${cut}.`, { italic: true })));
  return richText(elements, block_id);
}

/** Quotes all reasons on as many blocks as they need. */
export function reasonBlocks(
  { request, votes }: Pick<RequestView, "request" | "votes">,
  block_id: string,
): RichTextBlock[] {
  return packBlocks(toReasons(votes, findTerms(request.facts)).flat(), block_id);
}

function toReasons(votes: readonly Vote[], terms: ActionTerms): RichTextBlockElement[][] {
  const given = votes
    .filter((vote) => vote.reason !== null)
    .sort((a, b) => Number(b.verdict === "reject") - Number(a.verdict === "reject"));
  const isMixed = new Set(given.map(({ verdict }) => verdict)).size > 1;
  return given.map((vote) => toReason(vote, isMixed ? terms : null));
}

/** Names the verdict only where reasons for both verdicts are listed. */
function toReason({ userName, verdict, reason }: Vote, terms: ActionTerms | null): RichTextBlockElement[] {
  const verb = terms === null ? "" : ` ${terms.voted[verdict]}`;
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
