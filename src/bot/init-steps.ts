import type { WebClient } from "@slack/web-api";
import type { Finding } from "../app/admin/policy-check.ts";
import type { Log } from "../app/ports/aws.ts";
import { describeChatFailure, describeWithAdvice } from "../app/ports/slack.ts";
import { loadConfig } from "../config/load.ts";
import { locateFinding } from "../config/locate-finding.ts";
import { type Answers, renderEnv, renderPolicy } from "../config/new-files.ts";
import { systemClock } from "../ops/clock.ts";
import { makeBoltLogger } from "../slack/connection/bolt-logger.ts";
import { makeWebClient } from "../slack/connection/client.ts";
import { describeMissingScopes } from "../slack/connection/scopes.ts";
import { probeSocket } from "../slack/connection/socket-probe.ts";
import { readWorkspace, type Workspace } from "../slack/connection/workspace.ts";
import { findPersonChoice, lacksGroups, listChannelChoices, listGroupChoices } from "../slack/people/list-choices.ts";
import { chatFailure, describeFailure } from "../slack/slack-failures.ts";
import { checkPolicy } from "./check-policy.ts";

export interface OpenSlack {
  kind: "open";
  web: WebClient;
  workspace: Workspace;
}

/** Opens the client of both tokens. Returns the problem with the fix if Slack does not accept them. */
export async function openSlack(
  tokens: Pick<Answers, "botToken" | "appToken" | "apiUrl">,
  log: Log,
): Promise<OpenSlack | { kind: "refused"; text: string }> {
  const { botToken, appToken, apiUrl } = tokens;
  const logger = makeBoltLogger(log);
  const web = makeWebClient(botToken, apiUrl, logger);
  const found = await readWorkspace(web);
  if (found.kind !== "workspace") {
    const text =
      found.kind === "refused"
        ? `Slack does not accept it (${describeFailure(found)}). ${found.advice}`
        : describeWithAdvice(found);
    return { kind: "refused", text: `--bot-token: ${text}` };
  }
  const missing = describeMissingScopes(found.workspace.scopes);
  if (missing !== null) return { kind: "refused", text: `--bot-token: ${missing}` };
  const socket = await probeSocket(makeWebClient(appToken, apiUrl, logger));
  if (socket.kind === "closed") return { kind: "refused", text: `--app-token: ${socket.text}` };
  return { kind: "open", web, workspace: found.workspace };
}

/** A call to Slack failed. The message names the fix. */
export class SlackCallError extends Error {}

async function callSlack<R>(call: () => Promise<R>): Promise<R> {
  try {
    return await call();
  } catch (error) {
    throw new SlackCallError(describeWithAdvice(chatFailure(error)), { cause: error });
  }
}

/** Lists the channels and user groups to choose from. `notice`: why there are no user groups. Throws SlackCallError. */
export const listChoices = ({ web }: OpenSlack) =>
  callSlack(async () => {
    const channels = await listChannelChoices(web);
    try {
      return { channels, groups: await listGroupChoices(web), notice: null };
    } catch (error) {
      const failure = chatFailure(error);
      if (!lacksGroups(failure)) throw error;
      return { channels, groups: [], notice: describeChatFailure(failure) };
    }
  });

/** Finds a person by member ID or email address; null if there is none. Throws SlackCallError. */
export const findPerson = ({ web }: OpenSlack, text: string) => callSlack(() => findPersonChoice(web, text));

/** Renders both files and checks them as `policy check` does. Returns the files with its warnings, or every problem with its fix. */
export async function prepareFiles(
  answers: Answers,
  { web, workspace }: OpenSlack,
  files: { existingEnv: string | null; policyPath: string },
): Promise<{ env: string; policy: string; warnings: string[] } | { problems: string[] }> {
  const policy = renderPolicy(answers);
  const { botToken, appToken, apiUrl, region } = answers;
  const variables = { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, AWS_REGION: region };
  const loaded = loadConfig({ ...variables, ...(apiUrl === null ? {} : { SLACK_API_URL: apiUrl }) }, () => {
    return { kind: "text", path: files.policyPath, text: policy };
  });
  if (loaded.kind === "problems")
    return { problems: loaded.problems.map(({ where, what, fix }) => `${where}: ${what} ${fix}`) };
  const findings = await checkPolicy(loaded.config, web, workspace, systemClock.sleep);
  const findTexts = (level: Finding["level"]) =>
    findings
      .filter((finding) => finding.level === level)
      .map((finding) => `${locateFinding(finding, loaded.locate)}: ${finding.text}`);
  const problems = findTexts("problem");
  if (problems.length > 0) return { problems };
  return { env: renderEnv(answers, files.policyPath, files.existingEnv), policy, warnings: findTexts("warning") };
}
