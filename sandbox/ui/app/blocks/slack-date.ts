/**
 * Formats `<!date^TIMESTAMP^FORMAT|FALLBACK>` for one reader: in their time zone, with words such as "tomorrow" for near
 * days. https://docs.slack.dev/messaging/formatting-message-text/#date-formatting
 */
export function slackDate(format: string, seconds: number, reader: { tz: string; now: number }): string {
  const time = seconds * 1000;
  const show = (options: Intl.DateTimeFormatOptions, at = time) =>
    new Intl.DateTimeFormat("en-US", { timeZone: reader.tz, ...options }).format(at);
  const day = (at: number) => show({ year: "numeric", month: "2-digit", day: "2-digit" }, at);
  const near: Record<string, string> = {
    [day(reader.now + DAY_MS)]: "tomorrow",
    [day(reader.now - DAY_MS)]: "yesterday",
    [day(reader.now)]: "today",
  };
  const thisYear = show({ year: "numeric" }) === show({ year: "numeric" }, reader.now);
  const year: Intl.DateTimeFormatOptions = thisYear ? {} : { year: "numeric" };
  const formats: Record<string, () => string> = {
    date_num: () => new Intl.DateTimeFormat("en-CA", { timeZone: reader.tz }).format(time),
    date_slash: () => show({ year: "numeric", month: "2-digit", day: "2-digit" }),
    date: () => show({ month: "long", day: "numeric", ...year }),
    date_short: () => show({ month: "short", day: "numeric", ...year }),
    date_long: () => show({ weekday: "long", month: "long", day: "numeric", ...year }),
    time: () => show({ hour: "numeric", minute: "2-digit" }),
    time_secs: () => show({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
    ago: () => ago(reader.now - time),
  };
  return format.replace(/\{(\w+)\}/g, (match, name: string) => {
    const plain = name.replace(/_pretty$/, "");
    const word = name === plain ? undefined : near[day(time)];
    return word ?? formats[plain]?.() ?? match;
  });
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Formats a duration in milliseconds as "2 hours ago"; negative values are in the future. */
export function ago(ms: number): string {
  const size = Math.abs(ms);
  const [count, unit] =
    size < MINUTE_MS
      ? [0, "minute" as const]
      : size < HOUR_MS
        ? [size / MINUTE_MS, "minute" as const]
        : size < DAY_MS
          ? [size / HOUR_MS, "hour" as const]
          : [size / DAY_MS, "day" as const];
  if (count === 0) return "just now";
  return new Intl.RelativeTimeFormat("en").format((ms > 0 ? -1 : 1) * Math.floor(count), unit);
}
