import pino, { type DestinationStream, type Logger } from "pino";
import { clean } from "../core/clean-text.ts";

/** Deeper fields stay as they are: JSON escapes their control characters. */
const MAX_DEPTH = 4;

/**
 * Makes the log: one line of JSON per event on standard output. Fields for tokens and bearer URLs are removed, and texts by
 * others lose their invisible characters.
 */
export function makeLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: object) => cleanFields(fields, 0) as Record<string, unknown>,
    },
    redact: {
      paths: ["token", "*.token", "response_url", "*.response_url", "authorization", "*.authorization"],
      censor: "(removed)",
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/**
 * Returns a stream that formats the lines for a person, if the output is a terminal; else undefined, and lines stay JSON.
 * It writes at once, so that the last lines of a process that ends are complete.
 */
export async function makeTerminalStream(output: {
  isTTY: boolean;
  fd: number;
  hasColors(): boolean;
}): Promise<DestinationStream | undefined> {
  if (output.isTTY !== true) return undefined;
  const { prettyFactory } = await import("pino-pretty");
  const format = prettyFactory({ colorize: output.hasColors(), translateTime: "SYS:HH:MM:ss.l", singleLine: true });
  const terminal = pino.destination({ fd: output.fd, sync: true });
  return { write: (line) => void terminal.write(format(line) ?? line) };
}

function cleanFields(value: unknown, depth: number): unknown {
  if (typeof value === "string") return clean(value);
  if (value instanceof Error) return cleanFields(pino.stdSerializers.err(value), depth);
  if (depth > MAX_DEPTH || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => cleanFields(each, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cleanFields(each, depth + 1)]));
}
