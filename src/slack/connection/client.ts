import { type Logger, WebClient, type WebClientOptions } from "@slack/web-api";

/** How long one call may take before its reply counts as lost, in milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Options for every client of the bot. The client repeats nothing on its own: a post whose reply was lost would stand
 * twice, and one rate-limited method would hold up all others.
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
