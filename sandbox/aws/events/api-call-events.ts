import { randomUUID } from "node:crypto";
import type { Assumptions } from "../assumptions.ts";
import type { Caller } from "../identity/authenticate.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { EventBus } from "./event-bus.ts";
import { API_CALL } from "./waiting-rule.ts";

/** The calls whose events a client may wait for; a trail records every other call too. */
const RECORDED: ReadonlySet<string> = new Set(["SendAutomationSignal", "StopAutomationExecution"]);

export interface TrailDeps {
  bus: EventBus;
  assumptions: Assumptions;
  timers: { now(): number };
}

/**
 * Runs a call and publishes the event of its record in CloudTrail, as in an account with a trail. A call that fails has the
 * code of its error. Source: CloudTrail user guide, "CloudTrail record contents".
 */
export function recordApiCall(
  { bus, assumptions, timers }: TrailDeps,
  { operation, caller, input }: { operation: string; caller: Caller; input: Record<string, unknown> },
  work: () => object,
): object {
  if (!RECORDED.has(operation) || !assumptions.values.trail) return work();
  const publish = (error?: AwsError) => {
    const at = timers.now();
    const detail = {
      eventVersion: "1.11",
      userIdentity: toUserIdentity(caller),
      eventTime: `${new Date(at).toISOString().slice(0, 19)}Z`,
      eventSource: "ssm.amazonaws.com",
      eventName: operation,
      awsRegion: caller.region,
      sourceIPAddress: "127.0.0.1",
      ...(error === undefined ? {} : { errorCode: error.code, errorMessage: error.message }),
      requestParameters: Object.fromEntries(
        Object.entries(input).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
      ),
      responseElements: null,
      requestID: randomUUID(),
      eventID: randomUUID(),
      readOnly: false,
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: caller.account,
      eventCategory: "Management",
    };
    bus.publish({ "detail-type": API_CALL, source: "aws.ssm", resources: [], detail, bus: "default" }, caller, at);
  };
  try {
    const output = work();
    publish();
    return output;
  } catch (error) {
    if (error instanceof AwsError) publish(error);
    throw error;
  }
}

function toUserIdentity({ principal, account }: Caller): object {
  const common = { principalId: principal.id, arn: principal.arn, accountId: account };
  if (principal.kind === "user") return { type: "IAMUser", ...common, userName: principal.userName };
  const { sourceIdentity } = principal;
  const sessionIssuer = { type: "Role", arn: principal.roleArn, accountId: account };
  const sessionContext = { sessionIssuer, ...(sourceIdentity === undefined ? {} : { sourceIdentity }) };
  return { type: "AssumedRole", ...common, sessionContext };
}
