import { type Command, InvalidArgumentError } from "commander";
import { type Finding, makePolicyCheck } from "../app/admin/policy-check.ts";
import { explain, makeIdRenderer, toSubjects } from "../app/admin/policy-explain.ts";
import { checkRunbooks, findUncheckedParameters } from "../app/admin/runbook-check.ts";
import type { Log, Target } from "../app/ports/aws.ts";
import { makeAutomation } from "../aws/automation.ts";
import { callerIdentity } from "../aws/identity.ts";
import { readRunbook } from "../aws/runbooks.ts";
import type { Config } from "../config/config.ts";
import { readTextFile } from "../config/file.ts";
import type { ConfigFile } from "../config/file-schema.ts";
import { loadConfig, loadPolicy } from "../config/load.ts";
import type { Problem } from "../config/problem.ts";
import { findUnknownRegions } from "../config/regions.ts";
import { expandTargets, type TargetRegion } from "../config/targets.ts";
import { formatPath } from "../config/yaml-text.ts";
import { counted } from "../core/counted.ts";
import type { NameRenderer } from "../core/name-renderer.ts";
import { type Route, usesTags } from "../core/policy.ts";
import { toTargetKey } from "../core/target-key.ts";
import { systemClock } from "../ops/clock.ts";
import { makeBoltLogger } from "../slack/connection/bolt-logger.ts";
import { makeWebClient } from "../slack/connection/client.ts";
import { describeMissingScopes } from "../slack/connection/scopes.ts";
import { readWorkspace } from "../slack/connection/workspace.ts";
import { makeDirectoryCheck, readNames } from "../slack/people/directory-check.ts";
import { describeFailure } from "../slack/slack-failures.ts";
import { type CommandResult, printResult, refuseConfiguration } from "./output.ts";
import { accountOf, selectTargets } from "./select-targets.ts";

export function addPolicy(program: Command): void {
  const policy = program.command("policy").description("check the policy, or explain how it treats a request");
  policy
    .command("check")
    .description(
      "look up people, groups and channels in Slack, find unreachable routes, and warn of laxer routes that a value can reach",
    )
    .action(async () => {
      const loaded = loadConfig(process.env, readTextFile);
      printResult(loaded.kind === "problems" ? refuse(loaded.problems) : await checkPolicy(loaded));
    });
  policy
    .command("explain")
    .description("show the route of a request, who may decide it, and why")
    .argument("[execution-id]", "an execution to read from AWS; otherwise describe the request with options")
    .option("--document <name>", "the runbook's name")
    .option("--target <name>", "the target's name, or NAME/REGION or NAME/ACCOUNT/REGION as in logs and metrics")
    .option("--account <number>", "the AWS account's 12 digits")
    .option("--region <region>", "the Region's code")
    .option("--step <name>", "the name of the waiting step")
    .option("--started-by <arn>", "the ARN that started the execution")
    .option("--parameter <name=value>", "a parameter's value; repeat the option for more", addParameter, {})
    .option("--tag <name=value>", "a tag of the execution; repeat the option for more", addParameter, {})
    .action(async (executionId: string | undefined, { parameter: parameters, tag, ...texts }) => {
      const loaded = loadPolicy(process.env, readTextFile);
      if (loaded.kind === "problems") return refuse(loaded.problems);
      const selected = selectTargets(expandTargets(loaded.targets), texts);
      if (typeof selected === "string") return program.error(selected);
      if (executionId === undefined && texts.document === undefined)
        return program.error("Give an execution's id, or --document.");
      const show = makeIdRenderer(await findNames(loaded.file));
      if (executionId !== undefined)
        return printResult(await explainExecution(loaded.file, selected.targets, executionId, show));
      const { found, lines } = explain(
        loaded.file,
        { ...texts, ...selected.options, parameters, defaults: null, tags: toTags(tag) },
        null,
        show,
      );
      printResult({ ok: found, lines });
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

/** How long AWS may take to find an execution, in milliseconds. */
const TIMEOUT_MS = 20_000;

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };

type LoadedConfig = Extract<ReturnType<typeof loadConfig>, { kind: "config" }>;

async function checkPolicy({ config, locate, warnings }: LoadedConfig): Promise<CommandResult> {
  const web = makeWebClient(config.slack.botToken, config.slack.apiUrl, makeBoltLogger(SILENT));
  const found = await readWorkspace(web);
  if (found.kind !== "workspace")
    return { ok: false, lines: [`Nothing was checked, because a call to Slack failed: ${describeFailure(found)}.`] };
  const findings = await makePolicyCheck(makeDirectoryCheck(web, found.workspace))(config);
  const scopes = describeMissingScopes(found.workspace.scopes);
  const unknown = { level: "problem", id: null, route: null } as const;
  const runbooks = await readRunbooks(config);
  const all = [...findUnknownRegions(config).map((each) => ({ ...unknown, ...each })), ...findings, ...runbooks];
  const lines = [
    ...warnings.map(({ where, what, fix }) => `${where}\n  Warning: ${what} ${fix}`),
    ...(scopes === null ? [] : [`SLACK_BOT_TOKEN\n  ${scopes}`]),
    ...all.map((finding) => describeFinding(finding, locate(finding.path))),
    ...unknownAllowedValues(config.routes),
  ];
  if (scopes !== null || all.some(({ level }) => level === "problem")) return { ok: false, lines };
  const routes = counted(config.routes.length, "route");
  const names = `every person, group and channel exists in ${found.workspace.name}`;
  return { ok: true, lines: [...lines, `The policy is OK: ${routes}, and ${names}.`] };
}

/** Reads the runbooks that routes with conditions on parameters name. */
function readRunbooks({ routes, targets }: Config): Promise<Finding[]> {
  const abort = AbortSignal.timeout(TIMEOUT_MS);
  const sources = expandTargets(targets).map(({ name: target, region, roles: { readRole } }) => ({
    target,
    region,
    read: (documentName: string) => readRunbook({ region, readRole, documentName, abort }),
  }));
  return checkRunbooks(routes, sources);
}

/** Says what the check cannot see: whether a requester can write any value of a parameter of a runbook that no route names. */
function unknownAllowedValues(routes: readonly Route[]): string[] {
  const names = findUncheckedParameters(routes);
  if (names.length === 0) return [];
  return [
    `Not checked: whether the runbooks declare allowedValues for ${names.join(", ")}. Without allowedValues, a requester can write any value. policy explain EXECUTION-ID reads the runbook and warns. Routes that match on parameters need ssm:GetDocument for these runbooks: without it, no route applies to a request that leaves such a parameter at its default.`,
  ];
}

/** Describes a finding: `countersign.yml:12 route "databases" routes[0].channels C0123456789`, and its text below. */
function describeFinding({ level, path, id, route, text }: Finding, line: string): string {
  // The ID names the item of a list or the key of a map.
  const isNamed = id !== null && (typeof path.at(-1) === "number" || path.at(-1) === id);
  const key = formatPath(isNamed ? path.slice(0, -1) : path);
  const where = [line, route === null ? null : `route ${JSON.stringify(route)}`, key, id];
  return `${where.filter((part) => part !== null).join(" ")}\n  ${level === "warning" ? "Warning: " : ""}${text}`;
}

/** Returns the names in Slack of the IDs in the file; none without a valid configuration of Slack. */
async function findNames(file: ConfigFile): Promise<ReadonlyMap<string, string>> {
  const loaded = loadConfig(process.env, readTextFile);
  if (loaded.kind === "problems") return new Map();
  const { botToken, apiUrl } = loaded.config.slack;
  const ids = file.routes.flatMap(({ channels, approvers: { users, groups } }) => [...channels, ...users, ...groups]);
  return readNames(makeWebClient(botToken, apiUrl, makeBoltLogger(SILENT)), [...ids, ...Object.keys(file.identities)]);
}

/** Explains each gate of an execution, as AWS reports it now. */
async function explainExecution(
  file: ConfigFile,
  targets: readonly TargetRegion[],
  executionId: string,
  show: NameRenderer,
): Promise<CommandResult> {
  const failures: string[] = [];
  for (const target of targets) {
    const result = await explainIn({ file, target, executionId, show });
    if ("lines" in result) return result;
    if (result.error !== null) failures.push(`${toTargetKey(target)}: ${result.error}`);
  }
  return { ok: false, lines: [notFoundText(executionId, targets.length, failures), ...failures] };
}

function notFoundText(executionId: string, targets: number, failures: readonly string[]): string {
  if (targets === 0) return "There is no target to search: set AWS_REGION, or configure targets.";
  return failures.length === 0
    ? `Execution ${executionId} was not found in ${targets === 1 ? "the only target" : `any of the ${targets} targets`}.`
    : `Execution ${executionId} was not found. ${failures.length === 1 ? "This target" : "These targets"} could not be read:`;
}

/** Explains an execution if this target has it; without an `error`, AWS does not know the execution there. */
async function explainIn(where: {
  file: ConfigFile;
  target: TargetRegion;
  executionId: string;
  show: NameRenderer;
}): Promise<CommandResult | { error: string | null }> {
  const { file, executionId, show } = where;
  const { name, region, roles } = where.target;
  const abort = AbortSignal.timeout(TIMEOUT_MS);
  const identity = await callerIdentity(region, abort);
  if (identity.kind === "failed") return { error: `${identity.code}: ${identity.message}` };
  const account = accountOf(where.target) ?? identity.account;
  const target: Target = { key: toTargetKey(where.target), name, region, account };
  const automation = makeAutomation(target, systemClock, { ...roles, approverRole: null });
  try {
    const reading = await automation.read(executionId, abort);
    if (reading.kind === "not-found") return { error: null };
    if (reading.kind === "failed") return { error: `${reading.code}: ${reading.message}` };
    const { documentName, documentVersion } = reading.execution;
    const declared = await automation.defaults(documentName, documentVersion, abort);
    const tagged = usesTags(file.routes) ? await automation.tags(executionId, abort) : null;
    const subjects = toSubjects(target, reading.execution, declared, tagged?.kind === "read" ? tagged.tags : null);
    if (subjects.length === 0) return { ok: false, lines: ["The execution has no aws:approve step."] };
    const unread = tagged?.kind === "failed" ? [`The tags could not be read: ${tagged.code}: ${tagged.message}`] : [];
    const explained = subjects.map((subject) => ({ subject, ...explain(file, subject, declared, show) }));
    return {
      ok: explained.every(({ found }) => found),
      lines: unread.concat(
        explained.flatMap(({ subject, lines }) => [
          `${subject.document}, step ${subject.step}, in ${subject.target}, account ${subject.account}, ${subject.region}:`,
          ...lines,
        ]),
      ),
    };
  } finally {
    automation.close();
  }
}
