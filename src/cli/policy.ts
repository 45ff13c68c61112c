import { makePolicyCheck } from "../app/admin/policy-check.ts";
import { explain, toSubjects } from "../app/admin/policy-explain.ts";
import type { Log, Target } from "../app/ports/aws.ts";
import { makeAutomation } from "../aws/automation.ts";
import { callerIdentity } from "../aws/identity.ts";
import type { Config, TargetConfig } from "../config/config.ts";
import type { ConfigFile } from "../config/file-schema.ts";
import { parseAccount } from "../core/arn.ts";
import type { PartialSubject } from "../core/policy.ts";
import { systemClock } from "../ops/clock.ts";
import { makeBoltLogger } from "../slack/connection/bolt-logger.ts";
import { makeWebClient } from "../slack/connection/client.ts";
import { readWorkspace } from "../slack/connection/workspace.ts";
import { makeDirectoryCheck } from "../slack/people/directory-check.ts";
import { describeFailure } from "../slack/slack-failures.ts";

export interface CommandResult {
  ok: boolean;
  lines: string[];
}

/** How long AWS may take to find an execution, in milliseconds. */
const TIMEOUT_MS = 20_000;

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };

/** Whether what the policy names exists in Slack, and whether every route can be reached. */
export async function checkPolicy(config: Config): Promise<CommandResult> {
  const web = makeWebClient(config.slack.botToken, config.slack.apiUrl, makeBoltLogger(SILENT));
  const who = await readWorkspace(web);
  if (who.kind !== "workspace") {
    return { ok: false, lines: [`Slack could not be asked (${describeFailure(who)}), so nothing was checked.`] };
  }
  const findings = await makePolicyCheck(makeDirectoryCheck(web, who.workspace))(config);
  const routes = `${config.routes.length} route${config.routes.length === 1 ? "" : "s"}`;
  if (findings.length === 0)
    return { ok: true, lines: [`The policy is fine: ${routes}, and all that they name is in ${who.workspace.name}.`] };
  return { ok: false, lines: findings.map(({ where, words }) => `${where}\n  ${words}`) };
}

/** Which route covers a request of this description. */
export function explainSubject(file: ConfigFile, subject: PartialSubject): CommandResult {
  const { found, lines } = explain(file, subject);
  return { ok: found, lines };
}

/** Which route covers each gate of an execution, as AWS has it now. */
export async function explainExecution(
  file: ConfigFile,
  targets: readonly TargetConfig[],
  executionId: string,
): Promise<CommandResult> {
  const failures: string[] = [];
  for (const { name, regions, readRole = null } of targets) {
    for (const region of regions) {
      const told = await lookIn({ file, name, region, readRole, executionId });
      if ("lines" in told) return told;
      if (told.error !== null) failures.push(`${name}/${region}: ${told.error}`);
    }
  }
  return { ok: false, lines: [`No target has the execution ${executionId}.`, ...failures] };
}

async function lookIn(where: {
  file: ConfigFile;
  name: string;
  region: string;
  readRole: string | null;
  executionId: string;
}): Promise<CommandResult | { error: string | null }> {
  const { file, name, region, readRole, executionId } = where;
  const abort = AbortSignal.timeout(TIMEOUT_MS);
  const identity = await callerIdentity(region, abort);
  if (identity.kind === "failed") return { error: `${identity.code}: ${identity.message}` };
  const account = parseAccount(readRole) ?? identity.account;
  const target: Target = { key: `${name}/${region}`, name, region, account };
  const automation = makeAutomation(target, systemClock, { readRole, approverRole: null });
  try {
    const reading = await automation.read(executionId, abort);
    if (reading.kind === "not-found") return { error: null };
    if (reading.kind === "failed") return { error: `${reading.code}: ${reading.message}` };
    const subjects = toSubjects(target, reading.execution);
    if (subjects.length === 0) return { ok: false, lines: ["The execution has no aws:approve step."] };
    const told = subjects.map((subject) => ({ subject, ...explain(file, subject) }));
    return {
      ok: told.every(({ found }) => found),
      lines: told.flatMap(({ subject, lines }) => [
        `${subject.document}, step ${subject.step}, in ${subject.target}, account ${subject.account}, ${subject.region}:`,
        ...lines,
      ]),
    };
  } finally {
    automation.close();
  }
}
