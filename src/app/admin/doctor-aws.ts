import { toRoleArn } from "../../core/arn.ts";
import { counted } from "../../core/counted.ts";
import { APPROVE_ACTION } from "../../core/execution.ts";
import { findApprovers } from "../../core/facts.ts";
import { findListing, toApproverLine } from "../../core/listed-approver.ts";
import type { Automation, AwsFailure, Target, TargetRoles } from "../ports/aws.ts";
import { type Check, failed, ok, skipped, warning } from "./doctor-check.ts";

/** Whether AWS allows a call. */
export type Probe = { kind: "allowed" } | AwsFailure;

/** The actions that are probed with the credentials for reading. */
export type ReadAction =
  | "ssm:GetAutomationExecution"
  | "ssm:DescribeAutomationStepExecutions"
  | "ssm:ListTagsForResource"
  | "ssm:GetDocument";

/** Asks AWS about one target. No call changes anything: each one names an execution or a document that cannot exist. */
export interface TargetProbes {
  key: string;
  roles: TargetRoles;
  /** Reports whose credentials the bot has, and the target that they belong to. */
  identify(): Promise<{ kind: "target"; target: Target; principal: string } | AwsFailure>;
  assumeReadRole(): Promise<Probe>;
  read(action: ReadAction): Promise<Probe>;
  /** Assumes the approver role as for a person who decided; without the source identity to find out which part is denied. */
  assumeApproverRole(sourceIdentity: boolean): Promise<Probe>;
  /** Sends a signal to no execution, with the credentials that sign decisions. */
  signal(): Promise<Probe>;
  /** Stops no execution, with the same credentials. */
  stop(): Promise<Probe>;
  /** Opens the connection that the bot uses. `close` ends it. */
  connect(target: Target): Pick<Automation, "listWaiting" | "read"> & { close(): void };
  abort: () => AbortSignal;
}

export interface AwsNeeds {
  /** Whether a route matches on tags. */
  tags: boolean;
  /** Whether a route covers pauses. */
  pauses: boolean;
}

/** Targets that are checked at the same time. */
const PARALLEL = 8;

/** Checks every target: credentials, roles, permissions, and the principals that waiting steps list. */
export async function checkTargets(targets: readonly TargetProbes[], needs: AwsNeeds): Promise<Check[]> {
  const results: Check[][] = targets.map(() => []);
  const queue = targets.entries();
  const worker = async () => {
    for (const [index, target] of queue) results[index] = await checkTarget(target, needs);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return results.flat();
}

async function checkTarget(probes: TargetProbes, needs: AwsNeeds): Promise<Check[]> {
  const { key, roles } = probes;
  const identity = await probes.identify();
  const subject = `target ${key}`;
  if (identity.kind === "failed") {
    const reason = `not checked, because the check of the identity of ${key} failed.`;
    return [
      failed(
        "aws-identity",
        subject,
        `${identity.code}: ${identity.message}. ${credentialsFix(identity, "the Region")}`,
      ),
      skipped("aws-permission", `${subject} permissions and roles`, reason),
      skipped("aws-waiting-steps", `${subject} waiting steps`, reason),
    ];
  }
  const { target, principal } = identity;
  const who = toRoleArn(principal);
  return [
    ok("aws-identity", subject, `account ${target.account}, as ${principal}.`),
    ...(await checkReading(probes, target, roles.readRole ?? who, needs)),
    ...(await checkSigning(probes, who, needs)),
  ];
}

/** Codes of a denied permission. */
export const DENIED = /^AccessDenied/;
const THROTTLED = /Throttl|RequestLimit|TooManyRequests/;

/** Names the fix of a call that failed before AWS checked a permission; `address`: the setting that chooses AWS's address. */
export function credentialsFix({ code }: AwsFailure, address: string): string {
  if (THROTTLED.test(code)) return "Run doctor again.";
  if (code === "WrongAccount" || code === "TargetTwice") return "Correct targets in the configuration file.";
  if (code === "CredentialsProviderError")
    return "Give the bot credentials: an instance, task or pod role, a profile, or AWS_ACCESS_KEY_ID.";
  if (code === "ValidationException") return "Correct the value that AWS names.";
  // AWS's answer also in an opt-in Region that the account has not enabled.
  if (code === "InvalidClientTokenId" || code === "UnrecognizedClientException")
    return "Replace the credentials of the bot, or enable the Region in the account.";
  if (/Token|Signature|Client|Expired/.test(code)) return "Replace the credentials of the bot.";
  return `Check the network, HTTPS_PROXY and ${address}.`;
}

/** Describes a call that AWS did not allow, or could not be asked about. */
export function describeProbe(failure: AwsFailure, fix: string): string {
  const reason = `${failure.code}: ${failure.message}`;
  if (DENIED.test(failure.code)) return `AWS denies it (${reason}). ${fix}`;
  if (THROTTLED.test(failure.code)) return `AWS gave no answer (${reason}). Run doctor again.`;
  const again = failure.retry ? " Then run doctor again." : "";
  return `AWS did not check it (${reason}). ${credentialsFix(failure, "the Region")}${again}`;
}

async function checkReading(probes: TargetProbes, target: Target, reader: string, needs: AwsNeeds): Promise<Check[]> {
  const { key, roles } = probes;
  const checks: Check[] = [];
  if (roles.readRole !== null) {
    const [check, subject] = ["aws-read-role", `target ${key} readRole`] as const;
    const assumed = await probes.assumeReadRole();
    if (assumed.kind === "failed") {
      const fix = `Allow sts:AssumeRole on ${roles.readRole} for the bot, in its policy and in the role's trust policy.`;
      const reason = `not checked, because the bot cannot assume ${roles.readRole}.`;
      return [
        failed(check, subject, describeProbe(assumed, fix)),
        skipped("aws-permission", `target ${key} permissions to read`, reason),
        skipped("aws-waiting-steps", `target ${key} waiting steps`, reason),
      ];
    }
    checks.push(ok(check, subject, `the bot can assume ${roles.readRole}.`));
  }
  const permission = (action: string, result: Probe, report = failed) =>
    result.kind === "allowed"
      ? ok("aws-permission", `target ${key} ${action}`, `allowed for ${reader}.`)
      : report(
          "aws-permission",
          `target ${key} ${action}`,
          describeProbe(result, `Allow ${action} for ${reader}. ${NOTES[action] ?? NOTE_TAGGED}`),
        );
  const { listed, steps } = await checkWaiting(probes, target);
  checks.push(permission("ssm:DescribeAutomationExecutions", listed));
  for (const action of ["ssm:GetAutomationExecution", "ssm:DescribeAutomationStepExecutions"] as const)
    checks.push(permission(action, await probes.read(action)));
  if (needs.tags) checks.push(permission("ssm:ListTagsForResource", await probes.read("ssm:ListTagsForResource")));
  checks.push(permission("ssm:GetDocument", await probes.read("ssm:GetDocument"), warning));
  return [...checks, steps];
}

/** A policy with a condition on tags denies a call that names no existing execution. */
const NOTE_TAGGED =
  "A policy that requires a tag on the execution denies this probe too: then approve a test execution.";
const NOTES: Readonly<Record<string, string>> = {
  "ssm:DescribeAutomationExecutions": "AWS grants it only on all resources (*).",
  "ssm:GetDocument":
    "Without it, messages show all parameters, and no route applies to a request whose route depends on a default. A policy that names single documents denies this probe too.",
};

/** Waiting executions that are read. */
const MAX_READ = 20;

async function checkWaiting(probes: TargetProbes, target: Target): Promise<{ listed: Probe; steps: Check }> {
  const [check, subject] = ["aws-waiting-steps", `target ${probes.key} waiting steps`] as const;
  const automation = probes.connect(target);
  try {
    const listed = await automation.listWaiting(probes.abort());
    if (listed.kind === "failed")
      return { listed, steps: skipped(check, subject, "not checked, because waiting executions could not be listed.") };
    const unlisted = new Set<string>();
    let [count, unknown] = [0, 0];
    for (const { executionId } of listed.executions.slice(0, MAX_READ)) {
      const reading = await automation.read(executionId, probes.abort());
      if (reading.kind === "failed") {
        const text = `not checked, because an execution could not be read (${reading.code}: ${reading.message}).`;
        return { listed: ALLOWED, steps: skipped(check, subject, text) };
      }
      if (reading.kind === "not-found") continue;
      const { documentName, steps } = reading.execution;
      for (const step of steps.filter(({ action, status }) => action === APPROVE_ACTION && status === "Waiting")) {
        count++;
        const listing = findListing(findApprovers(step), target.signsAs ?? null, probes.roles.approverRole);
        if (listing === "unlisted") unlisted.add(`step ${step.name} of ${documentName}`);
        if (listing === "unknown") unknown++;
      }
    }
    const line = toApproverLine(target.signsAs ?? "");
    if (unlisted.size > 0) {
      const text = `AWS accepts no decision of the bot for ${[...unlisted].join(", ")}. Add to Approvers of the runbook: ${line}`;
      return { listed: ALLOWED, steps: warning(check, subject, text) };
    }
    const more = listed.executions.length > MAX_READ ? ` Only the first ${MAX_READ} executions were read.` : "";
    const { approverRole } = probes.roles;
    if (unknown > 0 && approverRole !== null) {
      const lists = `${unknown} of ${counted(count, "waiting step")} ${unknown === 1 ? "lists" : "list"}`;
      const text = `${lists} single people or names that doctor cannot compare. Compare them with the session names of ${approverRole}: the email address of each person, or the Slack ID.`;
      return { listed: ALLOWED, steps: warning(check, subject, `${text}${more}`) };
    }
    if (unknown > 0) {
      const text = `doctor cannot tell whether AWS accepts the bot for ${unknown} of ${counted(count, "waiting step")}. Add to Approvers of the runbook: ${line}`;
      return { listed: ALLOWED, steps: warning(check, subject, `${text}${more}`) };
    }
    const text =
      count === 0
        ? "no step waits now."
        : `${counted(count, "waiting step accepts", "waiting steps accept")} the bot's signal.`;
    return { listed: ALLOWED, steps: ok(check, subject, `${text}${more}`) };
  } finally {
    automation.close();
  }
}

const ALLOWED: Probe = { kind: "allowed" };

async function checkSigning(probes: TargetProbes, bot: string, needs: AwsNeeds): Promise<Check[]> {
  const { approverRole } = probes.roles;
  const check = "aws-permission";
  const [signal, stop] = ["ssm:SendAutomationSignal", "ssm:StopAutomationExecution"].map(
    (action) => `target ${probes.key} ${action}`,
  ) as [string, string];
  const checks: Check[] = [];
  if (approverRole !== null) {
    const assumed = await checkApproverRole(probes, approverRole);
    if (assumed.status === "failed") {
      const reason = `not checked, because the bot cannot assume ${approverRole}.`;
      return [assumed, ...(needs.pauses ? [signal, stop] : [signal]).map((subject) => skipped(check, subject, reason))];
    }
    checks.push(assumed);
  }
  const signer = approverRole ?? bot;
  const allowed = `allowed for ${signer}.`;
  const signaled = await probes.signal();
  const fix = `Allow ssm:SendAutomationSignal for ${signer}. ${NOTE_TAGGED}`;
  checks.push(
    signaled.kind === "allowed" ? ok(check, signal, allowed) : failed(check, signal, describeProbe(signaled, fix)),
  );
  if (!needs.pauses) return checks;
  const stopped = await probes.stop();
  const offer = `A pause can be resumed and not stopped. To offer Stop, allow ssm:StopAutomationExecution for ${signer}, without a condition on tags.`;
  return [
    ...checks,
    stopped.kind === "allowed" ? ok(check, stop, allowed) : warning(check, stop, describeProbe(stopped, offer)),
  ];
}

async function checkApproverRole(probes: TargetProbes, role: string): Promise<Check> {
  const [check, subject] = ["aws-approver-role", `target ${probes.key} approverRole`] as const;
  const assumed = await probes.assumeApproverRole(true);
  if (assumed.kind === "allowed")
    return ok(check, subject, `the bot can assume ${role} with the source identity of a person.`);
  const isIdentityDenied = DENIED.test(assumed.code) && (await probes.assumeApproverRole(false)).kind === "allowed";
  const actions = isIdentityDenied ? "sts:SetSourceIdentity" : "sts:AssumeRole and sts:SetSourceIdentity";
  const fix = `Allow ${actions} on ${role} for the bot, in its policy and in the role's trust policy.`;
  return failed(check, subject, describeProbe(assumed, fix));
}
