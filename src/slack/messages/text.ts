import { clean, oneLine } from "../../core/clean-text.ts";
import { boundaryBefore, cutMiddle } from "../../core/cut.ts";

/**
 * Makes text by others safe to show in Slack: runbooks, their parameters, AWS's errors and people's reasons. Each of the five
 * functions fits one place in a message:
 *
 *   plain    plain_text objects and the top-level text
 *   code     inside mrkdwn, as a code span, where * _ ~ and :emoji: have no effect
 *   word     inside mrkdwn, without markup if every character is harmless, else as code
 *   literal  text elements of rich_text, which Slack does not parse at all
 *   name     one line of literal, for labels
 *
 * Lengths are UTF-16 units of the text as sent, entities included. Slack does not document how it counts; this count is
 * never lower than code points or displayed characters.
 */

/** Replaces text of which nothing is left to show: Slack refuses empty text. */
export const EMPTY = "(empty)";

/** For plain_text objects and the top-level text: one line, with `&`, `<` and `>` escaped. */
export function plain(text: string, limit: number): string {
  return cutAfter(oneLine(text) || EMPTY, limit, escaped);
}

/** For mrkdwn: a code span. The limit includes its two backticks. */
export function code(text: string, limit: number): string {
  const inside = cutAfter((oneLine(text) || EMPTY).replaceAll("`", "'"), limit - 2, escaped);
  return `\`${inside}\``;
}

/** For mrkdwn: bare where no character can format anything, else a code span. The middle of a long text is left out. */
export function word(text: string, limit: number): string {
  if (text.length <= limit && /^[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*$/.test(text)) return text;
  return code(cutMiddle(oneLine(text), limit - 2), limit);
}

/**
 * For rich_text, which is not parsed and shows entities as they are. Text that looks like a control sequence of Slack
 * still loses its bracket, so that it stays harmless when it is copied elsewhere.
 */
export function literal(text: string, limit: number, isBeginning = false): string {
  const most = MAX_CLEANED_RATIO * limit + MIN_CLEANED_LENGTH;
  if (text.length <= most && !isBeginning) return cutWithNote(clean(text).trim() || EMPTY, limit);
  // Cleaning all of a text of millions of characters would block the process.
  const more = isBeginning ? "more than " : "";
  return cutWithNote(clean(text.slice(0, most)).trim(), limit, { length: text.length, more });
}

/** Of a very long text, so many characters are cleaned for each one that can be shown, and at least so many. */
const MAX_CLEANED_RATIO = 4;
const MIN_CLEANED_LENGTH = 1_000;

/** Like `literal`, on one line. */
export function name(text: string, limit: number): string {
  return cutAfter(oneLine(text) || EMPTY, limit, disarmed);
}

/** Keeps at most this many lines, and says so if there were more. */
export function lines(text: string, most: number): string {
  const all = clean(text).split("\n");
  return all.length <= most ? text : `${all.slice(0, most).join("\n")}\n… [cut: ${all.length} lines in all]`;
}

/** Keeps the first lines and characters of a text. `length`: that of the whole text, of which this may be the beginning. */
export function excerpt(text: string, most: number, limit: number, length = text.length): string {
  const start = lines(text, most);
  if (start === text) return literal(text, limit);
  const shown = literal(start, Number.POSITIVE_INFINITY);
  if (length === text.length && shown.length <= limit) return shown;
  return cutWithNote(clean(text).split("\n").slice(0, most).join("\n").trim(), limit, { length });
}

/** `length`: that of the whole text, of which this may be the beginning. `more`: words before it, if the text is even longer. */
function cutWithNote(text: string, limit: number, { length = text.length, more = "" } = {}): string {
  const isBeginning = length > text.length || more !== "";
  const safe = disarmed(text);
  if (!isBeginning && safe.length <= limit) return safe;
  const said = ` [cut: ${more}${length.toLocaleString("en-US")} characters in all]`;
  const room = limit > 2 * said.length ? limit - said.length : limit;
  const shown = cutAfter(isBeginning ? `${text}…` : text, room, disarmed);
  return room === limit ? shown : shown + said;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function disarmed(text: string): string {
  return text.includes("<") ? text.replaceAll(/<(?=[!@#])/g, "‹") : text;
}

/** Cuts to at most `limit` units as sent, between characters and never inside an entity. A cut ends in an ellipsis. */
function cutAfter(text: string, limit: number, send: (text: string) => string): string {
  const whole = send(text);
  if (whole.length <= limit) return whole;
  // Without entities, no unit needs to be counted: a long value would take longer than everything else.
  const kept = whole.length === text.length ? Math.max(0, limit - 1) : countFitting(text, limit - 1, send);
  return `${send(text.slice(0, boundaryBefore(text, kept)))}…`;
}

/** Counts the first units of a text that have at most `limit` units as sent. */
function countFitting(text: string, limit: number, send: (text: string) => string): number {
  let fitting = 0;
  for (let units = 0; fitting < text.length; fitting++) {
    const unit = text.charAt(fitting);
    units += SENT_LONGER.has(unit) ? send(unit).length : 1;
    if (units > limit) break;
  }
  return fitting;
}

/** The characters that can be sent as more units than they have. */
const SENT_LONGER = new Set("&<>");
