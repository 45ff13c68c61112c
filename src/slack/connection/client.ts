import { type Logger, WebClient, type WebClientOptions } from "@slack/web-api";

/** The longest time for one call, in milliseconds. After it the reply counts as lost. */
const TIMEOUT_MS = 10_000;

/**
 * Returns the options of every client of the bot. The client's own retries are off: a post whose reply was lost would
 * appear twice, and one rate-limited method would delay all others.
 */
export function clientOptions(apiUrl: string | null, logger: Logger): WebClientOptions {
  return {
    ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
    logger,
  };
}

export function makeWebClient(token: string, apiUrl: string | null, logger: Logger): WebClient {
  return new WebClient(token, clientOptions(apiUrl, logger));
}
