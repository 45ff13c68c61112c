import type { KnownBlock } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { findWarnings } from "../../core/warnings.ts";
import { section } from "./blocks.ts";
import { code, plain } from "./text.ts";

/** The schema accepts 100 characters. */
const MAX_LENGTH = 100;

type WarnedRequest = Pick<RequestView, "request" | "route">;

/** Renders the warnings for the top of a surface; null if there are none. */
export function warningBlock(view: WarnedRequest): KnownBlock | null {
  const line = warningLine(view);
  return line === null ? null : section(line, `warning-${view.request.id}`);
}

/** The same in mrkdwn, for a line of a list. */
export function warningLine(view: WarnedRequest): string | null {
  const all = findWarnings(view).map((each) => (isHarmless(each) ? `*${each}*` : code(each, MAX_LENGTH)));
  return all.length === 0 ? null : `:warning: ${all.join(" · ")}`;
}

/** Tells whether no character of a text can format anything or begin an emoji. */
const isHarmless = (text: string) => text.length <= MAX_LENGTH && /^[\p{L}\p{N}][\p{L}\p{N} .,;!?()/+-]*$/u.test(text);

/** The same for plain text. */
export function plainWarning(view: WarnedRequest): string | null {
  return (
    findWarnings(view)
      .map((each) => plain(each, MAX_LENGTH))
      .join(" · ") || null
  );
}
