import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluateQueuePolicy, type QueueAccess } from "../../src/core/queue-policy.ts";
import { isAllowed, type Policy } from "../support/iam.ts";

const ACCOUNT = "111122223333";
const queueArn = `arn:aws:sqs:us-east-1:${ACCOUNT}:countersign-waiting`;
const ruleArn = `arn:aws:events:us-east-1:${ACCOUNT}:rule/countersign-status`;
const EVENTS = { Service: "events.amazonaws.com" };
const ALLOW = { Effect: "Allow", Principal: EVENTS, Action: "sqs:SendMessage", Resource: queueArn } as const;
const from = (...arns: string[]) => ({ Condition: { ArnLike: { "aws:SourceArn": arns } } });
const NO_TLS = { Bool: { "aws:SecureTransport": "false" } };

const STATEMENTS: Record<string, [QueueAccess, ...object[]]> = {
  "the documented one": ["allowed", { ...ALLOW, ...from(`arn:aws:events:us-east-1:${ACCOUNT}:rule/countersign-*`) }],
  "no condition": ["allowed", ALLOW],
  "several rules": ["allowed", { ...ALLOW, ...from("arn:aws:events:us-east-1:1:rule/a", ruleArn) }],
  "exactly the rule": ["allowed", { ...ALLOW, Condition: { ArnEquals: { "AWS:SourceArn": ruleArn } } }],
  "the account": ["allowed", { ...ALLOW, Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } } }],
  "every principal": ["allowed", { ...ALLOW, Principal: "*", ...from(ruleArn) }],
  "every AWS principal and action": ["allowed", { ...ALLOW, Principal: { AWS: "*" }, Action: "SQS:*" }],
  "a denial without TLS": ["allowed", ALLOW, { ...ALLOW, Effect: "Deny", Principal: "*", Condition: NO_TLS }],
  "no statement": ["refused"],
  "another rule": ["refused", { ...ALLOW, ...from(`arn:aws:events:us-east-1:${ACCOUNT}:rule/other`) }],
  "a wildcard that ends at a colon": ["refused", { ...ALLOW, ...from("arn:aws:*:rule/countersign-status") }],
  "another service": ["refused", { ...ALLOW, Principal: { Service: "sns.amazonaws.com" } }],
  "another action": ["refused", { ...ALLOW, Action: ["sqs:ReceiveMessage"] }],
  "another queue": ["refused", { ...ALLOW, Resource: `${queueArn}-dead-letters` }],
  "another account": ["refused", { ...ALLOW, Condition: { StringEquals: { "aws:SourceAccount": "444455556666" } } }],
  "an ARN operator on the account": [
    "refused",
    { ...ALLOW, Condition: { ArnLike: { "aws:SourceAccount": "*:*:*:*:*:*" } } },
  ],
  "an ARN operator with the account": [
    "refused",
    { ...ALLOW, Condition: { ArnLike: { "aws:SourceAccount": ACCOUNT } } },
  ],
  "only accounts": ["refused", { ...ALLOW, Principal: { AWS: ACCOUNT } }],
  "a denial": ["refused", ALLOW, { ...ALLOW, Effect: "Deny", Principal: "*", Action: "sqs:*" }],
};

for (const [name, [expected, ...statements]] of Object.entries(STATEMENTS))
  test(`a queue policy with ${name}: the delivery is ${expected}, as IAM evaluates it`, async () => {
    const policy = { Version: "2012-10-17", Statement: statements } as Policy;
    assert.equal(evaluateQueuePolicy(JSON.stringify(policy), { ruleArn, queueArn }), expected);
    const request = {
      principal: "events.amazonaws.com",
      action: "sqs:SendMessage",
      resource: queueArn,
      account: ACCOUNT,
      context: { "aws:SourceArn": ruleArn, "aws:SourceAccount": ACCOUNT, "aws:SecureTransport": "true" },
    };
    const allowed = await isAllowed({ ...request, identityPolicies: [], resourcePolicy: policy });
    assert.equal(allowed ? "allowed" : "refused", expected);
  });

test("a queue without a policy refuses, and a policy that cannot be evaluated here is unknown", () => {
  const evaluate = (policy: string | null) => evaluateQueuePolicy(policy, { ruleArn, queueArn });
  const of = (...Statement: object[]) => evaluate(JSON.stringify({ Statement }));
  assert.equal(evaluate(null), "refused");
  assert.equal(evaluate("no JSON"), "unknown");
  const unknown = { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } };
  assert.equal(of({ ...ALLOW, ...unknown }), "unknown");
  assert.equal(of(ALLOW, { ...ALLOW, Effect: "Deny", ...unknown }), "unknown");
  const { Action: _, ...others } = ALLOW;
  assert.equal(of({ ...others, NotAction: "sqs:DeleteMessage" }), "unknown");
  assert.equal(of(unknown, ALLOW), "allowed", "a statement without an effect says nothing");
});

test("statements that are not lists, and actions in any case, are evaluated like the documented form", () => {
  const evaluate = (policy: unknown) => evaluateQueuePolicy(JSON.stringify(policy), { ruleArn, queueArn });
  assert.equal(evaluate({ Statement: ALLOW }), "allowed");
  for (const more of [
    { Action: "SQS:sendmessage" },
    { Action: ["sqs:ReceiveMessage", "sqs:Send*"] },
    { Principal: { Service: ["sns.amazonaws.com", "events.amazonaws.com"] } },
    { Principal: { AWS: [ACCOUNT, "*"] } },
    { Principal: "events.amazonaws.com" },
    { Resource: "*" },
    { Resource: ["arn:aws:sqs:*:*:other", "arn:aws:sqs:*:*:countersign-*"] },
    { Resource: `arn:*:${queueArn.slice(8)}` },
    { Condition: {} },
  ])
    assert.equal(evaluate({ Statement: { ...ALLOW, ...more } }), "allowed", JSON.stringify(more));
  for (const more of [
    { Resource: "arn:*" },
    { Resource: "arn:aws:sqs:*:countersign-waiting" },
    { Resource: `${queueArn}\nx` },
    { Resource: `x${queueArn}` },
    { Resource: [] },
    { Resource: undefined },
    { Action: "sqs:sendmessage2" },
    { Action: undefined },
    { Principal: undefined },
    { Effect: "allow" },
  ])
    assert.equal(evaluate({ Statement: { ...ALLOW, ...more } }), "refused", JSON.stringify(more));
  for (const other of [{}, { Statement: [] }, { Statement: "x" }, { Statement: [null, 7, [ALLOW]] }])
    assert.equal(evaluate(other), "refused", JSON.stringify(other));
  for (const other of [null, 7, "x", [ALLOW]]) assert.equal(evaluate(other), "unknown", JSON.stringify(other));
});

const CONDITIONS: [condition: unknown, expected: QueueAccess][] = [
  [{ StringEquals: { "AWS:SOURCEACCOUNT": ["444455556666", ACCOUNT] } }, "allowed"],
  [{ StringEquals: { "aws:SourceArn": `${ruleArn.slice(0, -1)}*` } }, "refused"],
  [{ StringLike: { "aws:SourceArn": `${ruleArn.slice(0, -1)}*` } }, "allowed"],
  [{ StringLike: { "aws:SourceArn": "arn:*" } }, "allowed"],
  [{ ArnLike: { "aws:SourceArn": "arn:*" } }, "refused"],
  [{ ArnLike: { "aws:SourceArn": "*" } }, "allowed"],
  [{ ArnLike: { "aws:SourceArn": "" } }, "refused"],
  [{ ArnLikeIfExists: { "aws:SourceArn": ruleArn } }, "allowed"],
  [{ ArnEquals: { "aws:SourceArn": [] } }, "refused"],
  [{ Bool: { "aws:SecureTransport": true } }, "allowed"],
  [{ Bool: { "aws:SecureTransport": "TRUE" } }, "allowed"],
  [{ Bool: { "aws:PrincipalIsAWSService": "true" } }, "allowed"],
  [{ Bool: { "aws:PrincipalIsAWSService": "false" } }, "refused"],
  [{ IfExistsBool: { "aws:SecureTransport": "true" } }, "unknown"],
  [{ Bool: { "aws:SecureTransport": "true", "aws:SourceIp": "x" } }, "unknown"],
  [{ Bool: { "aws:SecureTransport": "false", "aws:SourceIp": "x" } }, "refused"],
  [{ Bool: { "aws:SecureTransport": "true" }, IpAddress: { "aws:SourceIp": "x" } }, "unknown"],
  [{ Bool: { "aws:SecureTransport": "false" }, IpAddress: { "aws:SourceIp": "x" } }, "refused"],
  [{ Bool: "x" }, "unknown"],
  ["x", "unknown"],
  [null, "unknown"],
];

test("the conditions of a statement must all hold, and one that is not evaluated here leaves the result unknown", () => {
  for (const [Condition, expected] of CONDITIONS) {
    const policy = JSON.stringify({ Statement: [{ ...ALLOW, Condition }] });
    assert.equal(evaluateQueuePolicy(policy, { ruleArn, queueArn }), expected, JSON.stringify(Condition));
  }
});

test("a queue whose ARN cannot be read has no account that a condition can be compared with", () => {
  const policy = {
    Statement: { ...ALLOW, Resource: "*", Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } } },
  };
  assert.equal(evaluateQueuePolicy(JSON.stringify(policy), { ruleArn, queueArn: "countersign-waiting" }), "unknown");
});

test("a denial that applies is stronger than one that is not evaluated, and both are stronger than a permission", () => {
  const unknown = { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } };
  const [deny, perhaps] = [
    { ...ALLOW, Effect: "Deny" },
    { ...ALLOW, ...unknown, Effect: "Deny" },
  ];
  const table: [object[], QueueAccess][] = [
    [[ALLOW, perhaps, deny], "refused"],
    [[ALLOW, perhaps], "unknown"],
    [[perhaps], "unknown"],
    [[{ ...ALLOW, ...unknown }, ALLOW], "allowed"],
    [[{ ...ALLOW, ...unknown, Resource: `${queueArn}2` }], "refused"],
    [[ALLOW, { ...perhaps, Resource: `${queueArn}2` }], "allowed"],
  ];
  for (const [Statement, expected] of table)
    assert.equal(evaluateQueuePolicy(JSON.stringify({ Statement }), { ruleArn, queueArn }), expected);
});

test("a statement about everything but some principals, actions or queues is not evaluated", () => {
  for (const [element, not] of Object.entries({
    Principal: "NotPrincipal",
    Action: "NotAction",
    Resource: "NotResource",
  })) {
    const { [element as "Principal"]: value, ...others } = ALLOW;
    const of = (statement: object) =>
      evaluateQueuePolicy(JSON.stringify({ Statement: statement }), { ruleArn, queueArn });
    assert.equal(of({ ...others, [not]: value }), "unknown", not);
    assert.equal(of({ ...others, [not]: "x", ...from("arn:aws:events:us-east-1:1:rule/a") }), "refused", not);
  }
});
