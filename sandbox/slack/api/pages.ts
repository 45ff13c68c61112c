import { text } from "./arguments.ts";
import { type Args, type Refusal, refuse } from "./method.ts";

/** One page of a list, and the cursor of the next page: an empty string on the last page, as in Slack. */
export interface Page<T> {
  items: T[];
  nextCursor: string;
}

/**
 * Returns the page of `all` for `limit` and `cursor`. `list` identifies the list: a cursor from another list is
 * `invalid_cursor`. Methods without the error `invalid_limit` get the nearest valid limit.
 * https://docs.slack.dev/apis/web-api/pagination
 */
export function paginate<T>(
  all: T[],
  args: Args,
  limits: { list: string; defaultLimit: number; maxLimit: number; badLimit?: "nearest" },
): Page<T> | Refusal {
  const prefix = `${limits.list}:`;
  const given = Number(text(args, "limit") ?? limits.defaultLimit);
  const isValid = Number.isInteger(given) && given >= 0 && given <= limits.maxLimit;
  if (!isValid && limits.badLimit === undefined) return refuse("invalid_limit");
  const limit = isValid ? given : given > limits.maxLimit ? limits.maxLimit : limits.defaultLimit;
  const cursor = text(args, "cursor");
  const decoded = cursor === undefined ? `${prefix}0` : fromCursor(cursor);
  const offset = Number(decoded.startsWith(prefix) ? decoded.slice(prefix.length) : Number.NaN);
  if (!Number.isInteger(offset) || offset < 0) return refuse("invalid_cursor");
  const end = offset + (limit === 0 ? limits.defaultLimit : limit);
  return {
    items: all.slice(offset, end),
    nextCursor: end < all.length ? toCursor(`${prefix}${end}`) : "",
  };
}

/** Slack's cursors are base64 with padding, so a query or form must encode their `=` and `+`. Here each one has a `=`. */
const toCursor = (position: string): string =>
  Buffer.from(position.length % 3 === 0 ? `${position} ` : position).toString("base64");

/** Decodes a cursor; an altered one, for instance without its padding, is empty. */
function fromCursor(cursor: string): string {
  const decoded = Buffer.from(cursor, "base64");
  return decoded.toString("base64") === cursor ? decoded.toString().trimEnd() : "";
}
