/**
 * The character budget of a message. Slack refuses more than 50 blocks in a message and 100 in a view (documented), and
 * more than about 13,200 characters of text over all blocks with `msg_blocks_too_long` (observed, not documented).
 * Builders stay below both: each part has a maximum, and the remainder is shared.
 */
export const CHAR_BUDGET = 11_500;
export const MAX_BLOCKS = { message: 50, view: 100 } as const;

const NOT_TEXT: ReadonlySet<string> = new Set(["type", "block_id", "action_id", "callback_id", "style"]);

/** Counts the characters of blocks, including everything that Slack might count: links, values, dialogs. */
export function textLength(part: unknown): number {
  if (typeof part === "string") return part.length;
  if (typeof part !== "object" || part === null) return 0;
  // Loops, because the pages of a request at the limits have tens of thousands of parts.
  let sum = 0;
  if (Array.isArray(part)) for (const each of part) sum += textLength(each);
  else
    for (const key of Object.keys(part))
      if (!NOT_TEXT.has(key)) sum += textLength((part as Record<string, unknown>)[key]);
  return sum;
}

/** Returns the first items, as many as fit. */
export function fitting<T>(items: readonly T[], room: number, most: number): T[] {
  let left = room;
  const end = items.findIndex((item, index) => {
    left -= textLength(item);
    return left < 0 || index >= most;
  });
  return end < 0 ? [...items] : items.slice(0, end);
}

/** "12 of 200 parameters shown", or null if all are. */
export function describeShown(shown: number, all: number, what: string): string | null {
  return shown < all ? `${shown} of ${all} ${what} shown` : null;
}
