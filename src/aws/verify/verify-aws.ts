import { SSMClient } from "@aws-sdk/client-ssm";
import type { Clock } from "../../app/ports/aws.ts";
import { describe } from "../aws-failures.ts";
import { callerIdentity } from "../identity.ts";
import { ownCredentials } from "../own-credentials.ts";
import { makeRequestHandler } from "../request-handler.ts";
import { ASSUMPTIONS, type AssumptionName, type Finding, finding } from "./assumptions.ts";
import { CHECKS, QUOTA_CHECK, QUOTA_EXECUTIONS } from "./checks.ts";
import { makeHarmlessExecutions } from "./harmless-executions.ts";
import { findTrail, findWaitingEvents } from "./records.ts";

export interface VerifyOptions {
  region: string;
  /** The queue that EventBridge delivers status events to; null: events are not observed. */
  queue: { url: string; region: string } | null;
  /** Whether to start 101 executions, which can use up the account's quota while they wait. */
  quota: boolean;
  /** Whether to wait for CloudTrail, up to 15 minutes. */
  trail: boolean;
  clock: Clock;
  /** Ends the checks and the wait for CloudTrail early. Everything is cleaned up all the same. */
  signal: AbortSignal;
  /** Called when a step of the work begins. */
  report(line: string): void;
}

export interface Verification {
  account: string;
  principal: string;
  findings: Finding[];
  /** What could not be cleaned up: a line for each execution and runbook. */
  left: string[];
}

/** AWS does not say whose credentials these are. */
class CredentialsError extends Error {
  override readonly name = "CredentialsError";
}

/**
 * Checks the assumptions about AWS in an account: creates runbooks that wait and change nothing, runs them, and deletes them,
 * also after a failure. Uses the credentials of the environment. Throws CredentialsError.
 */
export async function verifyAws(options: VerifyOptions): Promise<Verification> {
  const { region, queue, quota, trail, clock, signal, report } = options;
  const identity = await callerIdentity(region, AbortSignal.timeout(10_000));
  if (identity.kind === "failed")
    throw new CredentialsError(`AWS does not say whose credentials these are: ${identity.message}`);
  const { account, arn: principal } = identity;
  const ssm = new SSMClient({ region, requestHandler: makeRequestHandler(), maxAttempts: 5, ...ownCredentials() });
  const on = await makeHarmlessExecutions({ ssm, caller: principal, account, clock, signal });
  const startedAt = clock.now();
  const findings: Finding[] = [];
  let left: string[] = [];
  try {
    report(`Creating the runbooks ${on.prefix}-* in account ${account}, ${region}, as ${principal}.`);
    await on.create();
    for (const check of quota ? [...CHECKS, QUOTA_CHECK] : CHECKS) {
      if (signal.aborted) break;
      report(`Checking ${readable(check.name)}.`);
      try {
        findings.push(...(await check({ ssm, clock, on })));
      } catch (error) {
        report(`The check of ${readable(check.name)} failed: ${describe(error).message}`);
      }
    }
    if (!signal.aborted) findings.push(await findWaitingEvents({ queue, clock }, on.started));
  } finally {
    report("Canceling the executions and deleting the runbooks.");
    left = await on.cleanUp();
    ssm.destroy();
  }
  if (trail && !signal.aborted) {
    report("Waiting for the record in CloudTrail, up to 15 minutes. Ctrl+C ends the wait.");
    findings.push(await findTrail({ region, since: startedAt, clock, signal }, principal, on.started));
  } else if (!trail) findings.push(finding("trail", null, "Not observed: --no-trail skips it."));
  const found = new Map(findings.map((each) => [each.name, each]));
  const all = (Object.keys(ASSUMPTIONS) as AssumptionName[]).map((name) => found.get(name) ?? notObserved(name));
  return { account, principal, findings: all, left };
}

function notObserved(name: AssumptionName): Finding {
  return finding(
    name,
    null,
    name === "quota"
      ? `Not observed: add --quota to start ${QUOTA_EXECUTIONS} executions.`
      : "Not observed: the check failed.",
  );
}

const readable = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
