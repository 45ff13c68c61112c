import { makeRequestHandler } from "./request-handler.ts";

/** Source: AWS STS API, AssumeRole, DurationSeconds: an hour is the maximum when a role assumes a role. */
export const SESSION_SECONDS = 3600;

/** For AssumeRole. The timeouts are shorter than for other calls: an approval waits for the call, under a lease. */
export const stsOptions = ({ keepAlive = true } = {}) => ({
  maxAttempts: 2,
  requestHandler: makeRequestHandler({ requestTimeout: 5_000, keepAlive }),
});
