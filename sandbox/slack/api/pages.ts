import { text } from "./arguments.ts";
import { type Args, type Refusal, refuse } from "./method.ts";

/** One page of a list, and the cursor of the next: an empty string on the last page, as Slack writes it. */
export interface Page<T> {
  items: T[];
  nextCursor: string;
}

const PREFIX = "offset:";

/**
 * Cuts one page out of `all` after `limit` and `cursor`. A cursor that this list did not give is `invalid_cursor`.
 * https://docs.slack.dev/apis/web-api/pagination
 */
export function page<T>(all: T[], args: Args, limits: { usual: number; most: number }): Page<T> | Refusal {
  const limit = Number(text(args, "limit") ?? limits.usual);
  if (!Number.isInteger(limit) || limit < 0 || limit > limits.most) return refuse("invalid_limit");
  const cursor = text(args, "cursor");
  const decoded = cursor === undefined ? `${PREFIX}0` : Buffer.from(cursor, "base64url").toString();
  const offset = Number(decoded.startsWith(PREFIX) ? decoded.slice(PREFIX.length) : Number.NaN);
  if (!Number.isInteger(offset) || offset < 0) return refuse("invalid_cursor");
  const end = offset + (limit === 0 ? limits.usual : limit);
  return {
    items: all.slice(offset, end),
    nextCursor: end < all.length ? Buffer.from(`${PREFIX}${end}`).toString("base64url") : "",
  };
}
