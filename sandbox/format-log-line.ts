/** One of the bot's JSON log lines in a form that a person reads: level, message, then the fields. */
export function formatLogLine(text: string): string {
  let line: Record<string, unknown>;
  try {
    line = JSON.parse(text);
  } catch {
    return text;
  }
  const { level, time: _time, msg, ...fields } = line;
  const rest = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [String(level).padEnd(5), msg, ...(rest.length > 0 ? [`(${rest.join(" ")})`] : [])].join(" ");
}
