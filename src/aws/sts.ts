/** Source: AWS STS API, AssumeRole, DurationSeconds: an hour is the maximum when a role assumes a role. */
export const SESSION_SECONDS = 3600;

/** For AssumeRole. The timeouts are shorter than for other calls: an approval waits for the call, under a lease. */
export const STS_CLIENT = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};
