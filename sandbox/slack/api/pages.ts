import { text } from "./arguments.ts";
import { type Args, type Refusal, refuse } from "./method.ts";

/** One page of a list, and the cursor of the next: an empty string on the last page, as Slack writes it. */
export interface Page<T> {
  items: T[];
  nextCursor: string;
}

/**
 * Cuts one page out of `all` after `limit` and `cursor`. `list` names what is listed: a cursor that another
 * list gave is `invalid_cursor`.
 * https://docs.slack.dev/apis/web-api/pagination
 */
export function paginate<T>(
  all: T[],
  args: Args,
  limits: { list: string; usual: number; most: number },
): Page<T> | Refusal {
  const prefix = `${limits.list}:`;
  const limit = Number(text(args, "limit") ?? limits.usual);
  if (!Number.isInteger(limit) || limit < 0 || limit > limits.most) return refuse("invalid_limit");
  const cursor = text(args, "cursor");
  const decoded = cursor === undefined ? `${prefix}0` : Buffer.from(cursor, "base64url").toString();
  const offset = Number(decoded.startsWith(prefix) ? decoded.slice(prefix.length) : Number.NaN);
  if (!Number.isInteger(offset) || offset < 0) return refuse("invalid_cursor");
  const end = offset + (limit === 0 ? limits.usual : limit);
  return {
    items: all.slice(offset, end),
    nextCursor: end < all.length ? Buffer.from(`${prefix}${end}`).toString("base64url") : "",
  };
}
