import { type Logger, LogLevel } from "@slack/web-api";
import type { Log } from "../../app/ports/aws.ts";

/**
 * Makes the logger for Slack's packages. Their debug lines contain whole payloads, with tokens and response_urls, so they
 * are dropped at every level. Their errors become warnings, because the bot handles them itself.
 */
export function makeBoltLogger(log: Log): Logger {
  const line = (parts: unknown[]) => ({
    event: "slack-client.warned" as const,
    slack: parts.map((part) => (part instanceof Error ? part.message : String(part))).join(" "),
  });
  return {
    debug() {},
    info() {},
    warn: (...parts) => log.warn(line(parts), "Slack client"),
    error: (...parts) => log.warn(line(parts), "Slack client"),
    setLevel() {},
    getLevel: () => LogLevel.WARN,
    setName() {},
  };
}
