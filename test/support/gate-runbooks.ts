import {
  APPROVERS,
  act,
  branch,
  changeState,
  type GateRunbook,
  gate,
  instanceRunbook,
  isProd,
  json,
  managedInstanceRunbook,
  probe,
  runbook,
  stackRunbook,
  standbyRunbook,
  stringParameters,
  TOPIC,
  updateSteps,
} from "./gate-runbook.ts";

export const GATE_RUNBOOKS: readonly GateRunbook[] = [
  instanceRunbook("start", [changeState("start", "running")]),
  instanceRunbook("stop", [changeState("stop", "stopped"), changeState("forceStop", "stopped", { Force: true })]),
  instanceRunbook("restart", [changeState("stop", "stopped"), changeState("start", "running")]),
  instanceRunbook("terminate", [changeState("terminate", "terminated")]),
  stackRunbook("updated", updateSteps),
  stackRunbook("deleted", [act("delete", "deleteStack", { StackName: "{{StackNameOrId}}" })]),
  managedInstanceRunbook(),
  standbyRunbook("enters"),
  standbyRunbook("leaves"),
  json("a gate with only its approvers", runbook([gate("ask"), act("run", "runCommand")])),
  json("a rejected gate", runbook([gate("ask"), act("run", "runCommand")]), { decisions: ["Reject"], end: "Failed" }),
  json("a gate that times out", runbook([gate("ask", {}, { timeoutSeconds: 1800 })]), {
    decisions: ["timeout"],
    end: "TimedOut",
  }),
  json(
    "a gate that times out and continues",
    runbook([gate("ask", {}, { timeoutSeconds: 1800, onFailure: "Continue" }), act("run", "runCommand")]),
    { decisions: ["timeout"] },
  ),
  json(
    "a rejected gate that leads to a clean-up",
    runbook([
      gate("ask", {}, { onFailure: "step:cleanUp" }),
      act("run", "runCommand", {}, { isEnd: true }),
      act("cleanUp", "executeScript", { Runtime: "python3.11", Handler: "main", Script: "def main(e, c): pass" }),
    ]),
    { decisions: ["Reject"], end: "Failed" },
  ),
  json("two gates in a row", runbook([gate("first"), gate("second"), act("run", "runCommand")]), { gates: 2 }),
  json(
    "a gate after each of three stages",
    runbook(
      ["dev", "test", "prod"].flatMap((stage) => [
        act(`deploy_${stage}`, "executeAutomation", { DocumentName: "Child" }),
        gate(`ask_${stage}`),
      ]),
    ),
    { gates: 3 },
  ),
  json(
    "two approvals with onFailure Continue",
    runbook([
      gate(
        "ask",
        { Approvers: ["admin", "arn:aws:iam::111122223333:user/jane"], MinRequiredApprovals: 2 },
        { onFailure: "Continue" },
      ),
      act("run", "runCommand"),
    ]),
    { gates: 1 },
  ),
  json(
    "a gate only in production, with a branch that skips it",
    runbook([branch("which", [isProd], "run"), gate("ask", {}, { nextStep: "run" }), act("run", "runCommand")], {
      ...stringParameters("Environment"),
    }),
    { gates: 0 },
  ),
  json(
    "a gate only in production, with a branch that reaches it",
    runbook([branch("which", [isProd], "run"), gate("ask"), act("run", "runCommand")], stringParameters("Environment")),
    { parameters: { Environment: ["prod"] } },
  ),
  json(
    "a branch on the result of the gate",
    runbook([
      gate("ask"),
      branch(
        "which",
        [{ Variable: "{{ ask.ApprovalStatus }}", StringEquals: "Approved", NextStep: "succeed" }],
        "fail",
      ),
      act("succeed", "executeAwsApi", { Service: "stepfunctions", Api: "SendTaskSuccess" }, { isEnd: true }),
      act("fail", "executeAwsApi", { Service: "stepfunctions", Api: "SendTaskFailure" }, { isEnd: true }),
    ]),
  ),
  json(
    "a branch on a number between two gates",
    runbook([
      probe,
      branch(
        "which",
        [
          {
            And: [
              { Variable: "{{ probe.Memory }}", NumericGreater: 80 },
              { Not: { Variable: "{{ probe.Memory }}", NumericGreater: 99 } },
            ],
            NextStep: "ask",
          },
        ],
        "notify",
      ),
      gate("ask", { Message: "Memory is at {{ probe.Memory }} %." }),
      act("notify", "executeAwsApi", { Service: "sns", Api: "Publish" }, { isEnd: true }),
    ]),
    { outputs: { step: "probe", outputs: { Memory: 95 } } },
  ),
  json(
    "a gate that names an output of a step that a branch skipped",
    runbook(
      [
        branch("which", [{ Variable: "{{ Mode }}", StringEquals: "fast", NextStep: "ask" }], "check", {}),
        { ...probe, name: "check", nextStep: "ask" },
        gate("ask", { Message: "Checked: {{ check.Healthy }}." }),
      ],
      stringParameters("Mode"),
    ),
    { parameters: { Mode: ["fast"] } },
  ),
  json(
    "a gate inside a loop over hosts",
    runbook([
      probe,
      act("each", "loop", {
        Iterators: "{{ probe.Hosts }}",
        IteratorDataType: "String",
        Steps: [gate("ask", { Message: "{{ each.CurrentIteratorValue }}?" }), act("run", "runCommand")],
      }),
    ]),
    { outputs: { step: "probe", outputs: { Hosts: ["a", "b", "c"] } }, gates: 3 },
  ),
  json(
    "a gate inside a loop with a condition",
    runbook([
      act("again", "loop", {
        LoopCondition: { Variable: "{{ probe.Healthy }}", BooleanEquals: false },
        MaxIterations: 2,
        Steps: [probe, gate("ask")],
      }),
    ]),
    { outputs: { step: "probe", outputs: { Healthy: false } }, gates: 2 },
  ),
  json(
    "a gate that the runbook returns to",
    runbook([
      gate("ask"),
      probe,
      branch("again", [{ Variable: "{{ probe.Healthy }}", BooleanEquals: false, NextStep: "ask" }]),
      act("run", "runCommand"),
    ]),
    { outputs: { step: "probe", outputs: { Healthy: true } } },
  ),
  json(
    "a gate after a wait for a resource and a check of it",
    runbook([
      act(
        "wait",
        "waitForAwsResourceProperty",
        {
          Service: "autoscaling",
          Api: "DescribeInstanceRefreshes",
          PropertySelector: "$.Status",
          DesiredValues: ["Successful"],
        },
        { timeoutSeconds: 3600 },
      ),
      act("assert", "assertAwsResourceProperty", {
        Service: "ec2",
        Api: "DescribeInstanceStatus",
        PropertySelector: "$.State",
        DesiredValues: ["running"],
      }),
      gate("ask"),
    ]),
  ),
  json(
    "a pause with a message, then a gate",
    runbook([act("pause", "pause", { Message: "Check the page, then resume." }), gate("ask")]),
  ),
  json(
    "a sleep, then a gate, then a variable",
    runbook(
      [
        act("sleep", "sleep", { Duration: "PT10M" }),
        gate("ask"),
        act("set", "updateVariable", { Name: "variable:done", Value: true }),
      ],
      { variables: { done: { type: "Boolean", default: false } } },
    ),
  ),
  json(
    "a gate in a child execution",
    runbook([
      act("child", "executeAutomation", {
        DocumentName: "AWS-StopEC2InstanceWithApproval",
        RuntimeParameters: { InstanceId: ["i-1"], Approvers: APPROVERS, SNSTopicArn: TOPIC },
      }),
    ]),
  ),
  json(
    "a gate before a runbook of Amazon",
    runbook([
      gate("ask"),
      act("resize", "executeAutomation", {
        DocumentName: "AWS-ResizeInstance",
        RuntimeParameters: { InstanceId: "i-1", InstanceType: "t3.large" },
      }),
    ]),
  ),
  json(
    "a gate whose message, approvers and count are parameters, with a step that may fail",
    runbook(
      [
        act(
          "tag",
          "createTags",
          { ResourceType: "EC2", ResourceIds: ["i-1"], Tags: [] },
          { onFailure: "Continue", isCritical: false, maxAttempts: 3 },
        ),
        gate(
          "ask",
          { Message: "{{ Text }} on {{ global:DATE }}", Approvers: ["{{ Who }}"], MinRequiredApprovals: "{{ Count }}" },
          { timeoutSeconds: "{{ Seconds }}" },
        ),
      ],
      {
        parameters: {
          Text: { type: "String", default: "Patch", maxChars: 100 },
          Who: { type: "StringList", default: APPROVERS, minItems: 1 },
          Count: { type: "Integer", default: 1 },
          Seconds: { type: "String", default: "3600", allowedPattern: "^[0-9]+$" },
        },
      },
    ),
  ),
  {
    shape: "YAML with a duplicate key, flow maps and a block message",
    format: "YAML",
    gates: 1,
    end: "Success",
    content: `
schemaVersion: "0.3"
description: Rotates a key
description: Rotates a key after an approval
parameters:
  Key: {type: String,
  default: orders}
mainSteps:
- inputs:
    Message: |-
      Rotate {{ Key }}?

      Console: https://{{ global:REGION }}.console.aws.amazon.com/systems-manager
    Approvers: [admin]
  name: ask
  action: aws:approve
  timeoutSeconds: 1800
  nextStep: rotate
  isEnd: false
- name: rotate
  action: aws:executeAwsApi
  inputs: {Service: secretsmanager, Api: RotateSecret,
  SecretId: '{{ Key }}'}
  isEnd: true
`,
  },
];
