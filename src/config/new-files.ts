/** What `countersign init` asks for. Names are comments for people. */
export interface Answers {
  botToken: string;
  appToken: string;
  /** Null: Slack's own. */
  apiUrl: string | null;
  region: string;
  channel: Named;
  approvers: Named;
  /** Null: no admins. */
  admins: Named | null;
}

interface Named {
  id: string;
  name: string;
}

/** Returns the content of a new .env. */
export function renderEnv({ botToken, appToken, apiUrl, region }: Answers): string {
  return [
    "# Written by countersign init. .env.example explains every variable.",
    `SLACK_BOT_TOKEN=${botToken}`,
    `SLACK_APP_TOKEN=${appToken}`,
    ...(apiUrl === null ? [] : [`SLACK_API_URL=${apiUrl}`]),
    `AWS_REGION=${region}`,
    "",
  ].join("\n");
}

/** Returns the content of a new countersign.yml: one route for every request. */
export function renderPolicy({ channel, approvers, admins }: Answers): string {
  const group = (one: Named) => `{ groups: [${one.id}] } # @${oneLine(one.name)}`;
  return [
    "# Written by countersign init. countersign.example.yml explains every key.",
    "routes:",
    "  - name: everything",
    `    channels: [${channel.id}] # #${oneLine(channel.name)}`,
    `    approvers: ${group(approvers)}`,
    ...(admins === null ? [] : [`admins: ${group(admins)}`]),
    "",
  ].join("\n");
}

const oneLine = (text: string) => text.replace(/\s+/g, " ");

/** Returns the address that creates the Slack app from the text of manifest.yml. Source: Slack documentation, "App manifests". */
export function toManifestUrl(manifest: string): string {
  const text = manifest.replace(/^\s*#.*\n/gm, "").replace(/\s+# .*$/gm, "");
  return `https://api.slack.com/apps?new_app=1&manifest_yaml=${encodeURIComponent(text)}`;
}
