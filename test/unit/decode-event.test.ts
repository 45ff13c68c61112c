import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeEvent } from "../../src/aws/decode-event.ts";
import { alterations, applyAlterations } from "../support/alterations.ts";

const ID = "333ba70b-2333-48db-b17e-a5e69c6f4d1c";
const ARN = `arn:aws:ssm:eu-west-1:444455556666:automation-execution/${ID}`;
const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

/** An event as AWS documents it. */
const status = (kind: "Step" | "Execution", detail: object, more: object = {}) => ({
  version: "0",
  id: "eeca120b-a321-433e-9635-dab369006a6b",
  "detail-type": `EC2 Automation ${kind} Status-change Notification`,
  source: "aws.ssm",
  account: "444455556666",
  time: "2026-01-02T03:04:05Z",
  region: "eu-west-1",
  resources: [ARN, "arn:aws:ssm:eu-west-1:444455556666:automation-definition/runcommand1:1"],
  detail: { ExecutionId: ID, Definition: "runcommand1", DefinitionVersion: 1.0, Time: 2630.0, ...detail },
  ...more,
});
const call = (detail: object, more: object = {}) => ({
  ...status("Step", {}),
  "detail-type": "AWS API Call via CloudTrail",
  resources: [],
  detail: {
    eventSource: "ssm.amazonaws.com",
    eventName: "SendAutomationSignal",
    requestParameters: { automationExecutionId: ID, signalType: "Approve" },
    ...detail,
  },
  ...more,
});
const found = (mayWait: boolean, more: object = {}) => ({
  kind: "execution",
  account: "444455556666",
  region: "eu-west-1",
  executionId: ID,
  at: AT,
  mayWait,
  ...more,
});
const gate = { StepName: "approve", Action: "aws:approve" };
const script = { StepName: "run", Action: "aws:runCommand" };

const events: [string, object, object][] = [
  ["a waiting gate may wait", status("Step", { ...gate, Status: "Waiting" }), found(true)],
  ["a gate that begins is about to wait", status("Step", { ...gate, Status: "InProgress" }), found(true)],
  ["a pause may wait", status("Step", { Action: "aws:pause", Status: "Waiting" }), found(true)],
  ["a gate that has ended does not wait", status("Step", { ...gate, Status: "Success" }), found(false)],
  ["a step that is no gate changes no request", status("Step", { ...script, Status: "InProgress" }), { kind: "other" }],
  ["neither does its end", status("Step", { ...script, Status: "Success" }), { kind: "other" }],
  ["a waiting step of any action may wait", status("Step", { ...script, Status: "Waiting" }), found(true)],
  ["a step without an action may be a gate", status("Step", { Status: "InProgress" }), found(false)],
  ["the end of an execution is read", status("Execution", { Status: "Success" }), found(false)],
  [
    "a change request that awaits its approval does not wait",
    status("Execution", { Status: "PendingApproval" }),
    found(false),
  ],
  ["a waiting execution may wait", status("Execution", { Status: "Waiting", ExecutedBy: "arn:x" }), found(true)],
  ["an execution that begins does not wait yet", status("Execution", { Status: "InProgress" }), found(false)],
  ["a status that AWS may add does not wait", status("Execution", { Status: "Sleeping" }), found(false)],
  [
    "the ARN tells account and Region, also if the event was forwarded from elsewhere",
    status("Step", { ...gate, Status: "Waiting" }, { account: "111122223333", region: "us-east-1" }),
    found(true),
  ],
  [
    "an ARN of another partition",
    status("Step", gate, {
      resources: [ARN.replace("arn:aws:", "arn:aws-us-gov:").replace("eu-west-1", "us-gov-west-1")],
    }),
    found(false, { region: "us-gov-west-1" }),
  ],
  ["a recorded signal names its execution", call({}), found(false)],
  [
    "so does a recorded stop, also one that failed",
    call({ eventName: "StopAutomationExecution", errorCode: "X" }),
    found(false),
  ],
  [
    "a denied call has no parameters and changed nothing",
    call({ errorCode: "AccessDenied", requestParameters: null }),
    { kind: "other" },
  ],
  ["another recorded call is of no interest", call({ eventName: "StartAutomationExecution" }), { kind: "other" }],
  [
    "another event of SSM is of no interest",
    { ...status("Step", gate), "detail-type": "OpsItem Create" },
    { kind: "other" },
  ],
  ["an event of another source is of no interest", status("Step", gate, { source: "countersign" }), { kind: "other" }],
];
for (const [claim, event, expected] of events) {
  test(claim, () => assert.deepEqual(decodeEvent(JSON.stringify(event)), expected));
}

const malformed: [string, string][] = [
  ["no JSON", "{"],
  ["an empty text", ""],
  ["a list", "[]"],
  ["null", "null"],
  ["a message of SNS", JSON.stringify({ Type: "Notification", Message: "{}" })],
  ["an event without a detail", JSON.stringify({ ...status("Step", {}), detail: null })],
  ["an event without a time", JSON.stringify(status("Step", gate, { time: undefined }))],
  ["a time that cannot become a text", JSON.stringify(status("Step", gate, { time: { toString: "x" } }))],
  ["an ARN that cannot become a text", JSON.stringify(status("Step", gate, { resources: [{ toString: "x" }] }))],
  ["a status event without an ARN", JSON.stringify(status("Step", gate, { resources: [] }))],
  ["resources that are no list", JSON.stringify(status("Step", gate, { resources: ARN }))],
  ["an id that AWS would reject", JSON.stringify(status("Step", gate, { resources: [`${ARN}0`] }))],
  ["two different executions", JSON.stringify(status("Step", { ...gate, ExecutionId: ID.replace("3", "4") }))],
  ["a call without parameters", JSON.stringify(call({ requestParameters: null }))],
  [
    "a call of an id that AWS would reject",
    JSON.stringify(call({ requestParameters: { automationExecutionId: "x" } })),
  ],
  ["a call without an account", JSON.stringify(call({}, { account: 7 }))],
];
for (const [claim, body] of malformed) {
  test(`a body is malformed: ${claim}`, () => assert.equal(decodeEvent(body).kind, "malformed"));
}

test("no alteration of an event ends the round that reads it", () => {
  const altered = fc.tuple(fc.constantFrom(status("Step", { ...gate, Status: "Waiting" }), call({})), alterations);
  fc.assert(
    fc.property(altered, ([event, changes]) => void decodeEvent(JSON.stringify(applyAlterations(event, changes)))),
  );
});

test("the reason of a malformed body quotes nothing of it", () => {
  for (const [, body] of malformed) assert.doesNotMatch(JSON.stringify(decodeEvent(body)), /333ba70b|Notification"/);
});
