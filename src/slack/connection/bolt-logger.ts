import { type Logger, LogLevel } from "@slack/web-api";
import type { Log } from "../../app/ports/aws.ts";

/**
 * Slack's packages log through this. Their debug lines print whole payloads, tokens and response_urls included, so they
 * are dropped at any level; their errors are ours to judge and come as warnings.
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
