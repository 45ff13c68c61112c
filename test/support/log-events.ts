/**
 * What the events of the log are about, by their first word or in full. Lines about a request name the request and its
 * execution; lines about an execution name it, because they may concern several requests or none.
 */
const ABOUT = {
  request: [
    "audit-event",
    "click",
    "direct-message",
    "history",
    "message",
    "modal",
    "recipient-lookup",
    "reminder",
    "reply",
    "request",
    "requester-lookup",
    "signal",
    "vote",
  ],
  execution: ["execution", "step", "request.postponed"],
  other: [
    "bot",
    "channel",
    "click.rejected",
    "command",
    "config",
    "database",
    "digest",
    "form",
    "home",
    "lease",
    "poll",
    "promise",
    "queue",
    "rate-limit",
    "replica",
    "retention",
    "round",
    "row",
    "slack",
    "slack-client",
    "slack-event",
    "socket",
    "stop",
    "target",
  ],
} as const;

type Subject = keyof typeof ABOUT;

/** Returns what an event is about; undefined if the table above lacks it. */
export function subjectOf(event: string): Subject | undefined {
  const among = (name: string) =>
    (Object.keys(ABOUT) as Subject[]).find((each) => (ABOUT[each] as readonly string[]).includes(name));
  return among(event) ?? among(event.split(".")[0] ?? "");
}

/** Returns the lines that lack the ids of what they are about. A digest and a step without an id belong to no request. */
export function findLinesWithoutIds(lines: readonly Record<string, unknown>[]): unknown[] {
  const needed = { request: ["requestId", "executionId"], execution: ["executionId"], other: [] };
  return lines.filter(({ event, digest, notice, ...fields }) => {
    if (typeof event !== "string" || digest === true || notice === "step-without-id") return false;
    return needed[subjectOf(event) ?? "request"].some((name) => typeof fields[name] !== "string");
  });
}
