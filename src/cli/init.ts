import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { findPerson, listChoices, type OpenSlack, openSlack, prepareFiles, SlackCallError } from "../bot/init-steps.ts";
import { DEFAULT_CONFIG_FILE, findSecrets } from "../config/environment.ts";
import { toManifestUrl } from "../config/new-files.ts";
import { hideIn } from "../config/problem.ts";
import { parseApiUrl, parseAppToken, parseBotToken, parseRegion } from "../config/variable-formats.ts";
import { answer, choose, UsageError } from "./init-answers.ts";
import { EXIT, SILENT } from "./output.ts";
import { InputEndedError, makePrompt, type Prompt } from "./prompt.ts";

interface Options {
  botToken?: string;
  appToken?: string;
  region?: string;
  channel?: string;
  approvers?: string;
  admins?: string;
  force?: boolean;
}

export function addInit(program: Command): void {
  program
    .command("init")
    .description("ask for the tokens, a channel and the approvers, and write .env and countersign.yml")
    .option("--bot-token <token>", "xoxb-...; default: SLACK_BOT_TOKEN")
    .option("--app-token <token>", "xapp-...; default: SLACK_APP_TOKEN")
    .option("--region <region>", "the AWS Region to watch; default: AWS_REGION")
    .option("--channel <channel>", "the name or ID of the channel for requests")
    .option(
      "--approvers <list>",
      "who approves: user groups (handle or ID) and people (member ID or email), with commas",
    )
    .option("--admins <list>", "the admins, in the same way, or none")
    .option("--force", "replace an existing policy, and these variables in an existing .env")
    .action(async (options: Options) => {
      const prompt = process.stdin.isTTY && process.stdout.isTTY ? makePrompt(process.stdin, process.stdout) : null;
      const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, AWS_REGION, SLACK_API_URL, COUNTERSIGN_CONFIG } = process.env;
      const given = {
        ...definedOnly({ botToken: SLACK_BOT_TOKEN, appToken: SLACK_APP_TOKEN, region: AWS_REGION }),
        ...options,
      };
      const files = { env: ".env", policy: COUNTERSIGN_CONFIG ?? DEFAULT_CONFIG_FILE };
      try {
        const { code, lines } = await initialize(given, { apiUrl: SLACK_API_URL ?? null, files, prompt });
        const secrets = [...findSecrets(process.env), options.botToken ?? "", options.appToken ?? ""];
        const text = lines.map((line) => `${hideIn(line, secrets)}\n`).join("");
        (code === 0 ? process.stdout : process.stderr).write(text);
        process.exitCode = code;
      } catch (error) {
        if (!(error instanceof InputEndedError)) throw error;
        process.exitCode = EXIT.failed;
      } finally {
        prompt?.close();
      }
    });
}

interface Surroundings {
  apiUrl: string | null;
  files: { env: string; policy: string };
  /** Null without a terminal: a missing option is an error. */
  prompt: Prompt | null;
}

/** Asks for what the options do not say, checks everything in Slack, and writes both files. */
export async function initialize(given: Options, around: Surroundings): Promise<{ code: number; lines: string[] }> {
  try {
    return await writeFiles(given, around);
  } catch (error) {
    if (error instanceof UsageError) return { code: EXIT.usage, lines: [error.message] };
    if (error instanceof SlackCallError) return { code: EXIT.failed, lines: [`Nothing was written: ${error.message}`] };
    throw error;
  }
}

async function writeFiles(given: Options, around: Surroundings) {
  const { files, prompt } = around;
  const existingEnv = existsSync(files.env) ? readFileSync(files.env, "utf8") : null;
  if (given.force !== true) {
    const env = existingEnv !== null && `${files.env} exists: --force replaces only the variables that init asks for.`;
    const policy = existsSync(files.policy) && `${files.policy} exists: --force replaces the whole file.`;
    const refusals = [env, policy].filter((text) => text !== false);
    if (refusals.length > 0) throw new UsageError(refusals.join(" "));
  }
  if (prompt !== null && (given.botToken === undefined || given.appToken === undefined))
    introduce(prompt, around.apiUrl);
  const ask = { prompt, secret: true };
  const botToken = await answer("--bot-token", given.botToken, parseBotToken, ask, "Bot token (xoxb-...):");
  const appToken = await answer("--app-token", given.appToken, parseAppToken, ask, "App-level token (xapp-...):");
  const apiUrl =
    around.apiUrl === null ? null : await answer("SLACK_API_URL", around.apiUrl, parseApiUrl, { prompt: null }, "");
  const slack = await openSlack({ botToken, appToken, apiUrl }, SILENT);
  if (slack.kind === "refused") return { code: EXIT.failed, lines: [slack.text] };
  const region = await answer("--region", given.region, parseRegion, { prompt }, "AWS Region to watch:");
  const { channel, approvers, admins } = await chooseAll(given, slack, prompt);
  const answers = { botToken, appToken, apiUrl, region, channel, approvers, admins };
  const prepared = await prepareFiles(answers, slack, { existingEnv, policyPath: files.policy });
  if ("problems" in prepared)
    return {
      code: EXIT.failed,
      lines: ["Nothing was written: fix this first, and run init again.", ...prepared.problems],
    };
  write(files.env, prepared.env, 0o600);
  write(files.policy, prepared.policy, 0o644);
  const warnings = prepared.warnings.map((text) => `Warning: ${text}`);
  const next = "Next: give the bot its AWS permissions (docs/permissions.md), and run countersign doctor.";
  return { code: 0, lines: [`Wrote ${files.env} and ${files.policy}.`, ...warnings, next] };
}

const NO_CHANNEL =
  "No channel with this name. Write a name or an ID; invite the bot to a private channel first: /invite @Countersign.";
const NO_PEOPLE =
  "No user group or person with this name. Write a group's handle or ID, a person's member ID or email address, or several with commas between them.";

/** Asks for the channel, the approvers and the admins. Admins may be none. */
async function chooseAll(given: Options, slack: OpenSlack, prompt: Prompt | null) {
  const { channels, groups, notice } = await listChoices(slack);
  if (notice !== null) prompt?.say(notice);
  const where = { option: "--channel", text: "Channel for requests:", choices: channels, notFound: NO_CHANNEL };
  const people = { several: true, findOther: (text: string) => findPerson(slack, text), notFound: NO_PEOPLE };
  const who = { ...people, option: "--approvers", text: "User groups or people who approve:", choices: groups };
  // An empty answer is none too.
  const none = { id: "", name: "none" };
  const admin = {
    ...{ ...people, option: "--admins", choices: [...groups, none] },
    text: "User groups or people who are admins, or none:",
  };
  const [channel] = await choose(where, given.channel, prompt);
  const approvers = await choose(who, given.approvers, prompt);
  const admins = await choose(admin, given.admins ?? (prompt === null ? "none" : undefined), prompt);
  return { channel, approvers, admins: admins.filter(({ id }) => id !== none.id) };
}

/** The file belongs to its user alone before it has content, also if it existed. */
function write(path: string, text: string, mode: number): void {
  if (existsSync(path)) chmodSync(path, mode);
  writeFileSync(path, text, { mode });
}

/** From the sources, and from the compiled files of the npm package. */
const MANIFESTS = ["../../manifest.yml", "../../../manifest.yml"].map((path) => new URL(path, import.meta.url));

function introduce({ say }: Prompt, apiUrl: string | null): void {
  const manifest = readFileSync(MANIFESTS.find((each) => existsSync(each)) ?? "manifest.yml", "utf8");
  say(
    `1. Create the Slack app from its manifest, and install it in your workspace:\n\n${toManifestUrl(manifest, apiUrl)}\n`,
  );
  say("2. Copy the Bot User OAuth Token from OAuth & Permissions.");
  say("3. Under Basic Information, generate an app-level token with the scope connections:write.");
  say("4. Invite the bot to the channel for requests: /invite @Countersign.\n");
}

const definedOnly = (options: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
