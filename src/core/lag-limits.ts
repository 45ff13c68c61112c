/** The lags from which on they are problems, in /approvals health and in the alerts of deploy/alerts.yml. */
export const LAG_LIMITS_MS = {
  /** Of the oldest request without a message. */
  unposted: 120_000,
  /** Of the oldest audit event to publish. */
  unpublished: 900_000,
} as const;
