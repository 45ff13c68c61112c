import type { QueuedEvent } from "../app/ports/waiting-queue.ts";
import { GATE_ACTIONS } from "../core/execution.ts";
import { asText, isObject, parseObject } from "../core/parse-object.ts";

/** Source: Systems Manager user guide, "Amazon EventBridge event examples for Systems Manager". */
const STATUS_EVENT = /^EC2 Automation (?<subject>Step|Execution) Status-change Notification$/;
/** The event of a call that a trail records. Source: CloudTrail user guide. */
const API_CALL = "AWS API Call via CloudTrail";
const CALLS: ReadonlySet<unknown> = new Set(["SendAutomationSignal", "StopAutomationExecution"]);

const EXECUTION_ARN =
  /^arn:[\w-]+:ssm:(?<region>[\w-]+):(?<account>\d{12}):automation-execution\/(?<id>[0-9a-f-]{36})$/i;
const EXECUTION_ID = /^[0-9a-f-]{36}$/i;
const ACCOUNT = /^\d{12}$/;

/** The actions that wait for people. */
const WAITING_ACTIONS: ReadonlySet<unknown> = new Set(GATE_ACTIONS);
/** A step with one of these statuses waits or is about to. */
const WAITING_STATUSES: ReadonlySet<unknown> = new Set(["Pending", "InProgress", "Waiting"]);

type Fields = Record<string, unknown>;

/** Decodes the body of a message: an event as EventBridge delivers it to a queue. Never throws. */
export function decodeEvent(body: string): QueuedEvent {
  const event = parseObject(body);
  if (event === null) return malformed("the body is not a JSON object");
  const { source, detail, "detail-type": type } = event;
  if (typeof source !== "string" || typeof type !== "string" || !isObject(detail))
    return malformed("the body is not an event: it lacks source, detail-type or detail");
  const at = Date.parse(asText(event.time));
  if (Number.isNaN(at)) return malformed("the event has no time");
  if (source !== "aws.ssm") return { kind: "other" };
  const { subject } = STATUS_EVENT.exec(type)?.groups ?? {};
  if (subject !== undefined) return decodeStatusEvent(event, detail, at, subject === "Step");
  return type === API_CALL && CALLS.has(detail.eventName) ? decodeApiCall(event, detail, at) : { kind: "other" };
}

/** The ARN of the execution tells where it runs; an event can be forwarded through other accounts and Regions. */
function decodeStatusEvent({ resources }: Fields, detail: Fields, at: number, isStep: boolean): QueuedEvent {
  const arns = Array.isArray(resources) ? resources : [];
  const found = arns.map((arn) => EXECUTION_ARN.exec(asText(arn))).find((match) => match !== null);
  const { account, region, id } = found?.groups ?? {};
  if (account === undefined || region === undefined || id === undefined)
    return malformed("the event names no execution in resources");
  if (detail.ExecutionId !== id) return malformed("detail.ExecutionId is not the execution in resources");
  const { Status: status, Action: action } = detail;
  // A step of a running runbook changes no request; the end of its execution has an event of its own.
  if (isStep && typeof action === "string" && !WAITING_ACTIONS.has(action) && status !== "Waiting")
    return { kind: "other" };
  const mayWait = isStep ? WAITING_ACTIONS.has(action) && WAITING_STATUSES.has(status) : status === "Waiting";
  return { kind: "execution", account, region, executionId: id, at, mayWait: mayWait || status === "Waiting" };
}

function decodeApiCall({ account, region }: Fields, detail: Fields, at: number): QueuedEvent {
  const { requestParameters, errorCode } = detail;
  // CloudTrail records no parameters of a denied call, which changed nothing. Source: CloudTrail user guide, record contents.
  if (requestParameters === null && typeof errorCode === "string") return { kind: "other" };
  const executionId = isObject(requestParameters) ? requestParameters.automationExecutionId : undefined;
  if (typeof executionId !== "string" || !EXECUTION_ID.test(executionId))
    return malformed("the recorded call names no execution");
  if (typeof account !== "string" || !ACCOUNT.test(account) || typeof region !== "string")
    return malformed("the event names no account or Region");
  return { kind: "execution", account, region, executionId, at, mayWait: false };
}

const malformed = (reason: string): QueuedEvent => ({ kind: "malformed", reason });
