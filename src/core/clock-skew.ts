/**
 * The most, in milliseconds, by which clocks may differ. Beyond this, the bot refuses Slack's requests in HTTP mode, AWS may
 * refuse signatures, and a stored time that is further ahead is from before the clock was set back.
 */
export const MAX_CLOCK_SKEW_MS = 60_000;
