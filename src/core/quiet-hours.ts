import { zoneOffset } from "./zone-offset.ts";

/** Hours of each day in which nothing disturbs people, in a time zone of the IANA database. */
export interface QuietHours {
  /** Minutes after midnight by the clocks of the zone. The hours may go past midnight; they begin and end at different times. */
  from: number;
  to: number;
  zone: string;
}

export interface QuietPeriod {
  start: number;
  /** The first moment after it. */
  end: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * Returns the quiet period that contains a moment; null if it is in none. Where a clock is set back, the period contains
 * both occurrences of its hours.
 */
export function findQuietPeriod(at: number, { from, to, zone }: QuietHours): QuietPeriod | null {
  const today = Math.floor((at + zoneOffset(at, zone)) / DAY_MS) * DAY_MS;
  for (const day of [today - DAY_MS, today]) {
    const start = toMoment(day + from * MINUTE_MS, zone, "first");
    const end = toMoment(day + to * MINUTE_MS + (to > from ? 0 : DAY_MS), zone, "last");
    if (start <= at && at < end) return { start, end };
  }
  return null;
}

/**
 * Converts the time that clocks of the zone show, as if it were UTC, to a moment. A time that clocks show twice has two
 * moments. A time that clocks skip becomes the moment that a clock shows that is not set.
 */
function toMoment(shown: number, zone: string, which: "first" | "last"): number {
  const offsets = [zoneOffset(shown - DAY_MS, zone), zoneOffset(shown + DAY_MS, zone)];
  const moments = offsets.map((offset) => shown - offset);
  const valid = moments.filter((moment) => moment + zoneOffset(moment, zone) === shown);
  if (valid.length === 0) return Math.max(...moments);
  return which === "first" ? Math.min(...valid) : Math.max(...valid);
}
