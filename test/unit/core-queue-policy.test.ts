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
