import { DEFAULT_CONFIG_FILE } from "./environment.ts";

/** What `countersign init` asks for. Names are comments for people. */
export interface Answers {
  botToken: string;
  appToken: string;
  /** Null: Slack's own. */
  apiUrl: string | null;
  region: string;
  channel: NamedId;
  /** User groups and people. */
  approvers: readonly NamedId[];
  admins: readonly NamedId[];
}

interface NamedId {
  id: string;
  name: string;
}

/**
 * Returns the content of .env: the existing lines (null: no file), in which only the variables of the answers are replaced.
 * `policyPath`: the path of the policy, which the bot finds without a variable at the default path alone.
 */
export function renderEnv(
  { botToken, appToken, apiUrl, region }: Answers,
  policyPath: string,
  existing: string | null,
): string {
  const variables = new Map([
    ["SLACK_BOT_TOKEN", botToken],
    ["SLACK_APP_TOKEN", appToken],
    ...(apiUrl === null ? [] : [["SLACK_API_URL", apiUrl] as const]),
    ["AWS_REGION", region],
    ...(policyPath === DEFAULT_CONFIG_FILE ? [] : [["COUNTERSIGN_CONFIG", quoteValue(policyPath)] as const]),
  ]);
  const text = existing ?? "# Written by countersign init. .env.example explains every variable.\n";
  const written = new Set<string>();
  const lines = text.split("\n").flatMap((line) => {
    const [, name = ""] = /^\s*(?:export\s+)?(\w+)\s*=/.exec(line) ?? [];
    const value = variables.get(name);
    if (value === undefined) return [line];
    // Of two lines, the later one counts.
    if (written.has(name)) return [];
    written.add(name);
    return [`${name}=${value}`];
  });
  if (lines.at(-1) === "") lines.pop();
  for (const [name, value] of variables) if (!written.has(name)) lines.push(`${name}=${value}`);
  return `${lines.join("\n")}\n`;
}

/** Quotes a value with special characters, with a quotation mark that it lacks. */
function quoteValue(text: string): string {
  if (/^[\w./-]*$/.test(text)) return text;
  const mark = ["'", '"', "`"].find((each) => !text.includes(each)) ?? "";
  return `${mark}${text}${mark}`;
}

/** Returns the content of a new countersign.yml: one route for every request. */
export function renderPolicy({ channel, approvers, admins }: Answers): string {
  return [
    "# Written by countersign init. countersign.example.yml explains every key.",
    "routes:",
    "  - name: everything",
    `    channels: [${channel.id}] # #${oneLine(channel.name)}`,
    `    approvers: ${renderPeople(approvers)}`,
    "    # For the first try: you start the execution, and you approve it. Remove it before production.",
    "    # selfApproval: true",
    ...(admins.length === 0 ? [] : [`admins: ${renderPeople(admins)}`]),
    "",
  ].join("\n");
}

function renderPeople(all: readonly NamedId[]): string {
  const isGroup = ({ id }: NamedId) => id.startsWith("S");
  const parts = [
    ["groups", all.filter(isGroup)],
    ["users", all.filter((each) => !isGroup(each))],
  ] as const;
  const keys = parts
    .filter(([, some]) => some.length > 0)
    .map(([key, some]) => `${key}: [${some.map(({ id }) => id).join(", ")}]`);
  const names = all.map((each) => `${isGroup(each) ? "@" : ""}${oneLine(each.name)}`);
  return `{ ${keys.join(", ")} } # ${names.join(", ")}`;
}

const oneLine = (text: string) => text.replace(/\s+/g, " ");

/**
 * Returns the address that creates the Slack app from the text of manifest.yml. GovSlack has a page of its own. Source: Slack
 * documentation, "App manifests" and "GovSlack".
 */
export function toManifestUrl(manifest: string, apiUrl: string | null = null): string {
  const isGov = /(^|\.)slack-gov\.com$/.test(URL.parse(apiUrl ?? "")?.hostname ?? "");
  const text = manifest.replace(/^\s*#.*\n/gm, "").replace(/\s+# .*$/gm, "");
  return `https://api.${isGov ? "slack-gov" : "slack"}.com/apps?new_app=1&manifest_yaml=${encodeURIComponent(text)}`;
}
