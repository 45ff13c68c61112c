import { type Logger, WebClient, type WebClientOptions } from "@slack/web-api";
import type { SlackCalls } from "../../app/ports/slack.ts";
import { observedFetch, UNCOUNTED } from "../observe-calls.ts";

/** The longest time for one call, in milliseconds. After it the reply counts as lost. */
const TIMEOUT_MS = 10_000;

/**
 * Returns the options of every client of the bot. The client's own retries are off: a post whose reply was lost would
 * appear twice, and one rate-limited method would delay all others.
 */
export function clientOptions(apiUrl: string | null, logger: Logger, calls: SlackCalls = UNCOUNTED): WebClientOptions {
  return {
    ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
    fetch: observedFetch(calls),
    logger,
  };
}

/** `send`: what sends the calls, see `timedFetch`. */
export function makeWebClient(
  token: string,
  apiUrl: string | null,
  logger: Logger,
  calls: SlackCalls = UNCOUNTED,
  send: typeof fetch = fetch,
): WebClient {
  return new WebClient(token, { ...clientOptions(apiUrl, logger, calls), fetch: observedFetch(calls, send) });
}
