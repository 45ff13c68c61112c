import type { RichTextDate } from "@slack/types";
import { counted } from "../../core/counted.ts";

/** The last second that every client can show: the end of the year 9999. */
const LAST = 253_402_300_799_000;

const FORMAT = "{date_short_pretty} at {time}";

/**
 * Renders a moment, which each reader sees in their own time zone. Clients without date tokens show UTC.
 * Source: Slack documentation, "Formatting text for app surfaces", date formatting.
 */
export function moment(at: number | null): string {
  if (!isShowable(at)) return "an unknown time";
  return `<!date^${Math.floor(at / 1000)}^${FORMAT}|${utc(at)}>`;
}

/** The distance of a moment and a note, in parentheses: each client computes the distance when it shows the message. */
export function timeLeft(at: number | null, note = ""): string {
  return isShowable(at) ? ` (<!date^${Math.floor(at / 1000)}^{ago}|deadline>${note})` : "";
}

/** A moment for rich_text; null if there is no moment to show. */
export function dateElement(at: number | null): RichTextDate | null {
  if (!isShowable(at)) return null;
  return { type: "date", timestamp: Math.floor(at / 1000), format: FORMAT, fallback: utc(at) };
}

function isShowable(at: number | null): at is number {
  return at !== null && at > 0 && at <= LAST;
}

/** The moment in UTC, for texts without date tokens. */
export function utcText(at: number | null): string | null {
  return isShowable(at) ? utc(at) : null;
}

function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** "4 minutes", "2 hours 5 minutes", "3 days": at most two units. */
export function duration(ms: number): string {
  let left = Math.max(0, Math.round(ms / 1000));
  if (left < 60) return counted(left, "second");
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(counted(count, unit));
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}
