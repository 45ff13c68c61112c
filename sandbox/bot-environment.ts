/** The bot's key in the AWS stand-in: a session of the role that the seeded runbooks list as an approver. */
const BOT_KEY = { AWS_ACCESS_KEY_ID: "AKIACOUNTERSIGNBOT00", AWS_SECRET_ACCESS_KEY: "sandbox" };

/** Returns the environment that runs the bot against the stand-ins. The bot keeps its files in `folder`. */
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
    WAITING_QUEUE_URL: `${awsUrl}/111122223333/countersign-waiting`,
    PORT: String(port),
    AWS_ENDPOINT_URL: awsUrl,
    AWS_REGION: "us-east-1",
    ...BOT_KEY,
  };
}
