import pino, { type DestinationStream, type Logger } from "pino";

/** One JSON line an event on standard output. What holds a token or a bearer URL is never written. */
export function makeLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: ["token", "*.token", "response_url", "*.response_url", "authorization", "*.authorization"],
      censor: "(removed)",
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
