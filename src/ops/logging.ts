import pino, { type DestinationStream, type Logger } from "pino";

/** Makes the log: one line of JSON per event on standard output. Fields for tokens and bearer URLs are removed. */
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
