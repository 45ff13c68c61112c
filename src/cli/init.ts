import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { openSlack, prepareFiles } from "../bot/init.ts";
import { findSecrets } from "../config/environment.ts";
import { toManifestUrl } from "../config/new-files.ts";
import { hideIn } from "../config/problem.ts";
import { parseApiUrl, parseAppToken, parseBotToken, parseRegion } from "../config/variable-formats.ts";
import { type Choice, listChannelChoices, listGroupChoices } from "../slack/people/list-choices.ts";
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
    .option("--approvers <group>", "the handle or ID of the user group that approves")
    .option("--admins <group>", "the handle or ID of the user group of admins, or none")
    .option("--force", "replace existing files")
    .action(async (options: Options) => {
      const prompt = process.stdin.isTTY && process.stdout.isTTY ? makePrompt(process.stdin, process.stdout) : null;
      const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, AWS_REGION, SLACK_API_URL, COUNTERSIGN_CONFIG } = process.env;
      const given = {
        ...definedOnly({ botToken: SLACK_BOT_TOKEN, appToken: SLACK_APP_TOKEN, region: AWS_REGION }),
        ...options,
      };
      const files = { env: ".env", policy: COUNTERSIGN_CONFIG ?? "countersign.yml" };
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

/** A usage error, which ends the command with code 2. */
class UsageError extends Error {}

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
    throw error;
  }
}

async function writeFiles(given: Options, around: Surroundings) {
  const { files, prompt } = around;
  const existing = Object.values(files).filter((path) => existsSync(path));
  if (existing.length > 0 && given.force !== true)
    throw new UsageError(`${existing.join(" and ")} exist${existing.length === 1 ? "s" : ""}: use --force to replace.`);
  if (prompt !== null && (given.botToken === undefined || given.appToken === undefined)) introduce(prompt);
  const ask = { prompt, secret: true };
  const botToken = await answer("--bot-token", given.botToken, parseBotToken, ask, "Bot token (xoxb-...):");
  const appToken = await answer("--app-token", given.appToken, parseAppToken, ask, "App-level token (xapp-...):");
  const apiUrl =
    around.apiUrl === null ? null : await answer("SLACK_API_URL", around.apiUrl, parseApiUrl, { prompt: null }, "");
  const slack = await openSlack({ botToken, appToken, apiUrl }, SILENT);
  if (slack.kind === "refused") return { code: EXIT.failed, lines: [slack.text] };
  const region = await answer("--region", given.region, parseRegion, { prompt }, "AWS Region to watch:");
  const channels = await listChannelChoices(slack.web);
  const groups = await listGroupChoices(slack.web);
  const channel = await choose("--channel", given.channel, channels, "Channel for requests:", prompt);
  const approvers = await choose("--approvers", given.approvers, groups, "User group that approves:", prompt);
  const admins =
    given.admins === "none" || (given.admins === undefined && prompt === null)
      ? null
      : await choose("--admins", given.admins, groups, "User group of admins, or none:", prompt, true);
  if (channel === null || approvers === null) throw new UsageError("--channel and --approvers cannot be none.");
  const answers = { botToken, appToken, apiUrl, region, channel, approvers, admins };
  const prepared = await prepareFiles(answers, slack, files.policy);
  if ("problems" in prepared)
    return {
      code: EXIT.failed,
      lines: ["Nothing was written: fix this first, and run init again.", ...prepared.problems],
    };
  write(files.env, prepared.env, 0o600);
  write(files.policy, prepared.policy, 0o644);
  const next = "Next: give the bot its AWS permissions (README), and run countersign doctor.";
  return { code: 0, lines: [`Wrote ${files.env} and ${files.policy}.`, next] };
}

/** The file belongs to its user alone before it has content, also if it existed. */
function write(path: string, text: string, mode: number): void {
  if (existsSync(path)) chmodSync(path, mode);
  writeFileSync(path, text, { mode });
}

/** From the sources, and from the compiled files of the npm package. */
const MANIFESTS = ["../../manifest.yml", "../../../manifest.yml"].map((path) => new URL(path, import.meta.url));

function introduce({ say }: Prompt): void {
  const manifest = readFileSync(MANIFESTS.find((each) => existsSync(each)) ?? "manifest.yml", "utf8");
  say(`1. Create the Slack app from its manifest, and install it in your workspace:\n\n${toManifestUrl(manifest)}\n`);
  say("2. Copy the Bot User OAuth Token from OAuth & Permissions.");
  say("3. Under Basic Information, generate an app-level token with the scope connections:write.");
  say("4. Invite the bot to the channel for requests: /invite @Countersign.\n");
}

type Parse = (text: string) => { value: string } | { what: string; fix: string };

/** Returns the answer of an option or of a person, who may correct it. Throws UsageError for a missing or wrong option. */
async function answer(
  option: string,
  given: string | undefined,
  parse: Parse,
  { prompt, secret = false }: { prompt: Prompt | null; secret?: boolean },
  question: string,
): Promise<string> {
  for (let text = given; ; text = undefined) {
    const asked = text ?? (await (secret ? prompt?.askSecret(question) : prompt?.ask(question)));
    if (asked === undefined) throw new UsageError(`${option} is missing.`);
    const parsed = parse(asked);
    if ("value" in parsed) return parsed.value;
    const problem = `${option}: ${parsed.what} ${parsed.fix}`;
    if (text !== undefined) throw new UsageError(problem);
    prompt?.say(problem);
  }
}

/** Choices that are listed. Every other one can be typed. */
const MAX_LISTED = 40;

/** Returns the chosen channel or group, by its name, ID or number in the list; null for none. */
async function choose(
  option: string,
  given: string | undefined,
  choices: readonly Choice[],
  question: string,
  prompt: Prompt | null,
  isOptional = false,
): Promise<Choice | null> {
  const find = (text: string) => {
    const name = text.replace(/^[#@]/, "").toLowerCase();
    return choices.find(({ id, name: own }) => id === text || own.toLowerCase() === name);
  };
  if (given !== undefined || prompt === null) {
    if (given === undefined) throw new UsageError(`${option} is missing.`);
    const found = find(given);
    if (found !== undefined) return found;
    throw new UsageError(`${option}: Slack shows the bot nothing of this name: ${given}. Write a name or an ID.`);
  }
  const lines = choices
    .slice(0, MAX_LISTED)
    .map(({ name, usable }, index) => `${index + 1}. ${name}${usable ? "" : " (not usable yet)"}`);
  prompt.say(lines.join("\n"));
  for (;;) {
    const text = await prompt.ask(question);
    if (isOptional && (text === "" || text === "none")) return null;
    const found = find(text) ?? choices[Number(text) - 1];
    if (found !== undefined) return found;
    prompt.say("Slack shows the bot nothing of this name. Write a name, an ID or a number of the list.");
  }
}

const definedOnly = (options: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
