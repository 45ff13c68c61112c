import type { WebClient } from "@slack/web-api";
import type { Log } from "../app/ports/aws.ts";
import { loadConfig } from "../config/load.ts";
import { locateFinding } from "../config/locate-finding.ts";
import { type Answers, renderEnv, renderPolicy } from "../config/new-files.ts";
import { makeBoltLogger } from "../slack/connection/bolt-logger.ts";
import { makeWebClient } from "../slack/connection/client.ts";
import { describeMissingScopes } from "../slack/connection/scopes.ts";
import { probeSocket } from "../slack/connection/socket-probe.ts";
import { readWorkspace, type Workspace } from "../slack/connection/workspace.ts";
import { describeFailure } from "../slack/slack-failures.ts";
import { checkPolicy } from "./check-policy.ts";

/** Opens the client of both tokens. Returns the problem with the fix if Slack does not accept them. */
export async function openSlack(
  tokens: Pick<Answers, "botToken" | "appToken" | "apiUrl">,
  log: Log,
): Promise<{ kind: "open"; web: WebClient; workspace: Workspace } | { kind: "refused"; text: string }> {
  const { botToken, appToken, apiUrl } = tokens;
  const logger = makeBoltLogger(log);
  const web = makeWebClient(botToken, apiUrl, logger);
  const found = await readWorkspace(web);
  if (found.kind !== "workspace") {
    const advice = found.kind === "refused" ? found.advice : "Check the network, HTTPS_PROXY and SLACK_API_URL.";
    return { kind: "refused", text: `--bot-token: Slack does not accept it (${describeFailure(found)}). ${advice}` };
  }
  const missing = describeMissingScopes(found.workspace.scopes);
  if (missing !== null) return { kind: "refused", text: `--bot-token: ${missing}` };
  const socket = await probeSocket(makeWebClient(appToken, apiUrl, logger));
  if (socket.kind === "closed") return { kind: "refused", text: `--app-token: ${socket.text}` };
  return { kind: "open", web, workspace: found.workspace };
}

/** Renders both files and checks them as `policy check` does. Returns the files, or every problem with its fix. */
export async function prepareFiles(
  answers: Answers,
  { web, workspace }: { web: WebClient; workspace: Workspace },
  configFile: string,
): Promise<{ env: string; policy: string } | { problems: string[] }> {
  const policy = renderPolicy(answers);
  const { botToken, appToken, apiUrl, region } = answers;
  const variables = { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, AWS_REGION: region };
  const loaded = loadConfig({ ...variables, ...(apiUrl === null ? {} : { SLACK_API_URL: apiUrl }) }, () => {
    return { kind: "text", path: configFile, text: policy };
  });
  if (loaded.kind === "problems")
    return { problems: loaded.problems.map(({ where, what, fix }) => `${where}: ${what} ${fix}`) };
  const findings = await checkPolicy(loaded.config, web, workspace);
  const problems = findings
    .filter(({ level }) => level === "problem")
    .map((finding) => `${locateFinding(finding, loaded.locate)}: ${finding.text}`);
  return problems.length > 0 ? { problems } : { env: renderEnv(answers), policy };
}
