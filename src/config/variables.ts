/**
 * Every environment variable that is read here. Nothing else is: the reader takes only these names. The AWS SDK reads
 * more `AWS_*` variables of its own.
 */
export const VARIABLES = [
  "SLACK_BOT_TOKEN",
  "SLACK_APP_TOKEN",
  "SLACK_SIGNING_SECRET",
  "SLACK_API_URL",
  "COUNTERSIGN_CONFIG",
  "DATABASE_URL",
  "POLL_INTERVAL_SECONDS",
  "EVENT_BUS_NAME",
  "WAITING_QUEUE_URL",
  "PORT",
  "LOG_LEVEL",
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
] as const;

export type Variable = (typeof VARIABLES)[number];

/** What a process is given, as in `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>;
