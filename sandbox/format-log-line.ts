/** Formats a JSON log line of the bot for people: level, message, fields. Returns any other text unchanged. */
export function formatLogLine(text: string): string {
  let line: Record<string, unknown>;
  try {
    line = JSON.parse(text);
  } catch {
    return text;
  }
  const { level, time: _time, msg, ...fields } = line;
  const pairs = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [String(level).padEnd(5), msg, ...(pairs.length > 0 ? [`(${pairs.join(" ")})`] : [])].join(" ");
}
