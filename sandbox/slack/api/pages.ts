import { text } from "./arguments.ts";
import { type Args, type Refusal, refuse } from "./method.ts";

/** One page of a list, and the cursor of the next page: an empty string on the last page, as in Slack. */
export interface Page<T> {
  items: T[];
  nextCursor: string;
}

/**
 * Returns the page of `all` for `limit` and `cursor`. `list` identifies the list: a cursor from another list is
 * `invalid_cursor`.
 * https://docs.slack.dev/apis/web-api/pagination
 */
export function paginate<T>(
  all: T[],
  args: Args,
  limits: { list: string; defaultLimit: number; maxLimit: number },
): Page<T> | Refusal {
  const prefix = `${limits.list}:`;
  const limit = Number(text(args, "limit") ?? limits.defaultLimit);
  if (!Number.isInteger(limit) || limit < 0 || limit > limits.maxLimit) return refuse("invalid_limit");
  const cursor = text(args, "cursor");
  const decoded = cursor === undefined ? `${prefix}0` : Buffer.from(cursor, "base64url").toString();
  const offset = Number(decoded.startsWith(prefix) ? decoded.slice(prefix.length) : Number.NaN);
  if (!Number.isInteger(offset) || offset < 0) return refuse("invalid_cursor");
  const end = offset + (limit === 0 ? limits.defaultLimit : limit);
  return {
    items: all.slice(offset, end),
    nextCursor: end < all.length ? Buffer.from(`${prefix}${end}`).toString("base64url") : "",
  };
}
