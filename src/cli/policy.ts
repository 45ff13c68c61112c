import { type Command, InvalidArgumentError, Option } from "commander";
import { askAll } from "../app/admin/ask-targets.ts";
import { type ExplainedExecution, explainExecution } from "../app/admin/explain-execution.ts";
import { explain, makeIdRenderer } from "../app/admin/policy-explain.ts";
import { findUncheckedParameters } from "../app/admin/runbook-check.ts";
import type { AwsFailure } from "../app/ports/aws.ts";
import { type ChatFailure, describeWithAdvice } from "../app/ports/slack.ts";
import { makeAutomation } from "../aws/automation.ts";
import { callerIdentity } from "../aws/identity.ts";
import { checkPolicy } from "../bot/check-policy.ts";
import { readTextFile } from "../config/file.ts";
import type { ConfigFile } from "../config/file-schema.ts";
import { loadConfig, loadPolicy } from "../config/load.ts";
import { locateFinding } from "../config/locate-finding.ts";
import type { Problem } from "../config/problem.ts";
import { expandTargets, findTargetAccount, type TargetRegion } from "../config/targets.ts";
import { counted } from "../core/counted.ts";
import { APPROVE_ACTION, GATE_ACTIONS } from "../core/execution.ts";
import type { NameRenderer } from "../core/name-renderer.ts";
import { parsePastedId } from "../core/pasted-id.ts";
import type { Route } from "../core/policy.ts";
import { toTargetKey } from "../core/target-key.ts";
import { systemClock } from "../ops/clock.ts";
import { makeBoltLogger } from "../slack/connection/bolt-logger.ts";
import { makeWebClient } from "../slack/connection/client.ts";
import { describeMissingScopes } from "../slack/connection/scopes.ts";
import { readWorkspace } from "../slack/connection/workspace.ts";
import { readNames } from "../slack/people/directory-check.ts";
import {
  type CommandResult,
  formatWarnings,
  printResult,
  printWarnings,
  refuseConfiguration,
  SILENT,
} from "./output.ts";
import { selectTargets } from "./select-targets.ts";

export function addPolicy(program: Command): void {
  const policy = program.command("policy").description("check the policy, or explain how it treats a request");
  policy
    .command("check")
    .description(
      "look up people, groups and channels in Slack, find unreachable routes, and warn of laxer routes that a value can reach",
    )
    .action(async () => {
      const loaded = loadConfig(process.env, readTextFile);
      printResult(loaded.kind === "problems" ? refuse(loaded.problems) : await describePolicyCheck(loaded));
    });
  policy
    .command("explain")
    .description("show the route of a request, who may decide it, and why")
    .argument(
      "[execution-id]",
      "an execution to read from AWS, as an id, an ARN or an AWS console link; otherwise describe the request with options",
    )
    .option("--document <name>", "the runbook's name")
    .option("--target <name>", "the target's name, or NAME/REGION or NAME/ACCOUNT/REGION as in logs and metrics")
    .option("--account <number>", "the AWS account's 12 digits")
    .option("--region <region>", "the Region's code")
    .option("--step <name>", "the name of the waiting step")
    .addOption(new Option("--action <name>", "the action of the step").choices(GATE_ACTIONS).default(APPROVE_ACTION))
    .option("--started-by <arn>", "the ARN that started the execution")
    .option("--parameter <name=value>", "a parameter's value; repeat the option for more", addParameter, {})
    .option("--tag <name=value>", "a tag of the execution; repeat the option for more", addParameter, {})
    .action(async (given: string | undefined, { parameter: parameters, tag, ...texts }) => {
      const pasted = given === undefined ? null : parsePastedId(given);
      if (pasted !== null && pasted.kind !== "id")
        return program.error(
          `${JSON.stringify(given)} is no execution. Give the whole execution ID, its ARN or its AWS console link. countersign audit show finds a request by the first eight characters.`,
        );
      const loaded = loadPolicy(process.env, readTextFile);
      if (loaded.kind === "problems") return refuse(loaded.problems);
      printWarnings(loaded.warnings);
      const selected = selectTargets(expandTargets(loaded.targets), texts);
      if (typeof selected === "string") return program.error(selected);
      if (pasted === null && texts.document === undefined)
        return program.error("Give an execution's id, or --document.");
      const show = makeIdRenderer(await findNames(loaded.file));
      if (pasted !== null) return printResult(await explainOn(loaded.file, selected.targets, pasted.id, show));
      const { route, lines } = explain(
        loaded.file,
        { ...texts, ...selected.options, parameters, defaults: null, tags: toTags(tag) },
        { show },
      );
      printResult({ ok: route !== null, lines });
    });
}

const refuse = (problems: readonly Problem[]) => refuseConfiguration("Fix the configuration first.", problems);

function addParameter(text: string, others: Record<string, string[]>): Record<string, string[]> {
  const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === "") throw new InvalidArgumentError("Write it as NAME=VALUE.");
  return { ...others, [name]: [...(Object.hasOwn(others, name) ? (others[name] ?? []) : []), value] };
}

/** Returns the last value of each tag; null if none is given: then the tags are unknown. */
function toTags(given: Record<string, string[]>): Record<string, string> | null {
  const tags = Object.entries(given).map(([key, values]) => [key, values.at(-1) ?? ""]);
  return tags.length === 0 ? null : Object.fromEntries(tags);
}

type LoadedConfig = Extract<ReturnType<typeof loadConfig>, { kind: "config" }>;

async function describePolicyCheck({ config, locate, warnings }: LoadedConfig): Promise<CommandResult> {
  const web = makeWebClient(config.slack.botToken, config.slack.apiUrl, makeBoltLogger(SILENT));
  const found = await readWorkspace(web);
  if (found.kind !== "workspace") return { ok: false, lines: [describeNoWorkspace(found)] };
  const findings = await checkPolicy(config, web, found.workspace, (ms) => {
    process.stderr.write(`Slack limits the rate of lookups: waiting ${counted(Math.ceil(ms / 1000), "second")}.\n`);
    return systemClock.sleep(ms);
  });
  const scopes = describeMissingScopes(found.workspace.scopes);
  const lines = [
    ...formatWarnings(warnings),
    ...(scopes === null ? [] : [`SLACK_BOT_TOKEN\n  ${scopes}`]),
    ...findings.map((finding) => {
      const text = `${finding.level === "warning" ? "Warning: " : ""}${finding.text}`;
      return `${locateFinding(finding, locate)}\n  ${text}`;
    }),
    ...unknownAllowedValues(config.routes),
  ];
  if (scopes !== null || findings.some(({ level }) => level === "problem")) return { ok: false, lines };
  const routes = counted(config.routes.length, "route");
  const names = `every person, group and channel exists in ${found.workspace.name}`;
  return { ok: true, lines: [...lines, `The policy is OK: ${routes}, and ${names}.`] };
}

const describeNoWorkspace = (failure: ChatFailure) =>
  failure.kind === "refused"
    ? `Nothing was checked: Slack refuses SLACK_BOT_TOKEN (${failure.code}). ${failure.advice}`
    : `Nothing was checked. ${describeWithAdvice(failure)}`;

/** Says what the check cannot see: whether a requester can write any value of a parameter of a runbook that no route names. */
function unknownAllowedValues(routes: readonly Route[]): string[] {
  const names = findUncheckedParameters(routes);
  if (names.length === 0) return [];
  return [
    `Not checked: the values that requesters can write for ${names.join(", ")}. To check one runbook, run countersign policy explain EXECUTION-ID. The bot needs ssm:GetDocument for these runbooks.`,
  ];
}

/** Returns the names in Slack of the IDs in the file. Says on stderr which IDs have no name, and why. */
async function findNames(file: ConfigFile): Promise<ReadonlyMap<string, string>> {
  const loaded = loadConfig(process.env, readTextFile);
  if (loaded.kind === "problems") {
    const reasons = loaded.problems.map(({ where, what }) => `${where}: ${what}`).join(" ");
    process.stderr.write(
      `The output shows IDs without names: the configuration is invalid, so the command cannot call Slack. ${reasons}\n`,
    );
    return new Map();
  }
  const { botToken, apiUrl } = loaded.config.slack;
  const ids = file.routes.flatMap(({ channels, approvers: { users, groups } }) => [...channels, ...users, ...groups]);
  const web = makeWebClient(botToken, apiUrl, makeBoltLogger(SILENT));
  const { names, missing } = await readNames(web, [...ids, ...Object.keys(file.identities)]);
  if (missing.ids.length > 0) {
    const reason = missing.failure === null ? "Slack does not have them." : describeWithAdvice(missing.failure);
    process.stderr.write(`Slack returned no name for these IDs: ${missing.ids.join(", ")}. ${reason}\n`);
  }
  return names;
}

/** Explains each gate of an execution, as AWS reports it now. All targets are asked at the same time. */
async function explainOn(
  file: ConfigFile,
  targets: readonly TargetRegion[],
  executionId: string,
  show: NameRenderer,
): Promise<CommandResult> {
  const sources = targets.map((target) => ({ key: toTargetKey(target), target }));
  const policy = { routes: file.routes, identities: file.identities, hidden: null, clock: systemClock };
  const { answers, failed } = await askAll({ sources, clock: systemClock }, async ({ target }, abort) => {
    const account = await findAccount(target, abort);
    if (typeof account !== "string") return account;
    const { name, region, roles } = target;
    const automation = makeAutomation({ key: toTargetKey(target), name, region, account }, systemClock, {
      ...roles,
      approverRole: null,
    });
    try {
      return await explainExecution(policy, automation, executionId, show, abort);
    } finally {
      automation.close();
    }
  });
  const [found] = answers.flatMap(({ value }) => (value.kind === "explained" ? [value] : []));
  const failures = failed.map(({ target, error }) => `${target}: ${error}`);
  return found === undefined
    ? { ok: false, lines: [notFoundText(executionId, targets.length, failures), ...failures] }
    : describeExplained(found);
}

function describeExplained({ gates, notes }: ExplainedExecution): CommandResult {
  if (gates.length === 0) return { ok: false, lines: ["The execution has no step that a route can cover."] };
  const lines = gates.flatMap(({ subject, lines }) => [
    `${subject.document}, step ${subject.step}, in ${subject.target}, account ${subject.account}, ${subject.region}:`,
    ...lines,
  ]);
  return { ok: gates.every(({ route }) => route !== null), lines: [...notes, ...lines] };
}

/** Returns the account that the target or its roles name; without one, that of the bot's own credentials. */
async function findAccount(target: TargetRegion, abort: AbortSignal): Promise<string | AwsFailure> {
  const named = findTargetAccount(target);
  if (named !== null) return named;
  const identity = await callerIdentity(target.region, abort);
  return identity.kind === "failed" ? identity : identity.account;
}

function notFoundText(executionId: string, targets: number, failures: readonly string[]): string {
  if (targets === 0) return "There is no target to search: set AWS_REGION, or configure targets.";
  const stored = `countersign audit show ${executionId} answers from the records of Countersign.`;
  return failures.length === 0
    ? `Execution ${executionId} was not found in ${targets === 1 ? "the only target" : `any of the ${targets} targets`}. ${stored}`
    : `Execution ${executionId} was not found. ${stored} ${failures.length === 1 ? "This target" : "These targets"} could not be read:`;
}
