/** The bot's own key in the AWS stand-in: a session of the role that the seeded runbooks name as approver. */
const BOT_KEY = { AWS_ACCESS_KEY_ID: "AKIACOUNTERSIGNBOT00", AWS_SECRET_ACCESS_KEY: "sandbox" };

/** Everything the bot needs to run against the stand-ins. Its files go to `folder`. */
export function botEnvironment(options: {
  slackUrl: string;
  awsUrl: string;
  configPath: string;
  folder: string;
  port: number;
}): Record<string, string> {
  const { slackUrl, awsUrl, configPath, folder, port } = options;
  return {
    SLACK_BOT_TOKEN: "xoxb-sandbox",
    SLACK_APP_TOKEN: "xapp-sandbox",
    SLACK_API_URL: `${slackUrl}/api/`,
    COUNTERSIGN_CONFIG: configPath,
    DATABASE_URL: `sqlite:${folder}/countersign.db`,
    POLL_INTERVAL_SECONDS: "1",
    EVENT_BUS_NAME: "default",
    PORT: String(port),
    AWS_ENDPOINT_URL: awsUrl,
    AWS_REGION: "us-east-1",
    ...BOT_KEY,
  };
}
