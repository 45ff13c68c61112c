import assert from "node:assert/strict";
import { test } from "node:test";
import {
  describeRequest,
  describeStep,
  describeTarget,
  gateLabel,
  shortTarget,
  targetName,
} from "../../src/core/describe-step.ts";
import type { NameRenderer } from "../../src/core/name-renderer.ts";
import { aFacts, aRequest } from "../support/samples.ts";

const LABELS: [label: string | null, ...Parameters<typeof gateLabel>][] = [
  [null, { gate: 1, gates: 1 }],
  ["gate 2 of 3", { gate: 2, gates: 3 }],
  ["pause 2 of 3", { action: "aws:pause", gate: 2, gates: 3 }],
  [null, { gate: 1, gates: 1, visit: 1 }],
  ["2nd time", { gate: 1, gates: 1, visit: 2 }],
  ["gate 1 of 2, 3rd time", { gate: 1, gates: 2, visit: 3 }],
];
for (const [label, facts] of LABELS)
  test(`gate ${facts.gate} of ${facts.gates}, asked ${facts.visit ?? 1} times, is labeled ${label}`, () => {
    assert.equal(gateLabel(facts), label);
  });

test("the number of a visit has its English ending", () => {
  const teens = "10th 11th 12th 13th 14th 110th 111th 112th 113th 114th";
  for (const ordinal of `4th 9th 20th 21st 22nd 23rd 24th 101st 121st ${teens}`.split(" "))
    assert.equal(gateLabel({ gate: 1, gates: 1, visit: Number.parseInt(ordinal, 10) }), `${ordinal} time`);
});

/** Marks which names are shown as texts and which as words: a surface escapes them differently. */
const show = { text: (text: string) => `<${text}>`, word: (text: string) => `{${text}}` } as NameRenderer;
const inProduction = { target: "production/us-east-1", account: "111122223333", region: "us-east-1" };

test("a request is described by its runbook, its step, its gate and its target", () => {
  const facts = aFacts({ stepName: "approveRestart", gate: 2, gates: 3 });
  const step = "<Prod-DB-Restart>, step <approveRestart> (gate 2 of 3)";
  assert.equal(describeStep(facts, show), step);
  assert.equal(describeStep(aFacts({ stepName: "ask" }), show), "<Prod-DB-Restart>, step <ask>");
  const target = "{production} ({1111-2222-3333}, {us-east-1})";
  assert.equal(describeTarget(inProduction, show), target);
  assert.equal(describeRequest(aRequest({ ...inProduction, facts }), show), `${step}, in ${target}`);
});

test("an account is grouped like in the AWS console if it is one, and shown as it is otherwise", () => {
  const shown = (account: string) => describeTarget({ ...inProduction, account }, show);
  for (const account of ["1111222233334", "a111122223333", "11112222333", "default"])
    assert.equal(shown(account), `{production} ({${account}}, {us-east-1})`);
});

const NAMES: [target: string, name: string][] = [
  ["production/us-east-1", "production"],
  ["production", "production"],
  ["us-east-1", "us-east-1"],
  ["us-east-1/production", "us-east-1/production"],
  ["production/111122223333/us-east-1", "production"],
  ["production/111122223333", "production"],
  ["111122223333/us-east-1", "111122223333"],
  ["my-app 2 - us-east-1", "my-app 2"],
  ["größe/us-east-1", "größe"],
];
for (const [target, name] of NAMES)
  test(`the target "${target}" has the name "${name}", because account and Region are shown separately`, () => {
    assert.equal(targetName({ ...inProduction, target }), name);
  });

test("where the Region is not shown, a target with several accounts is named with its account", () => {
  const short = (target: string, account = "111122223333") =>
    shortTarget({ ...inProduction, target, account }, (name) => `<${name}>`);
  assert.equal(short("production/111122223333/us-east-1"), "<production> 1111-2222-3333");
  assert.equal(short("production/us-east-1"), "<production>");
  assert.equal(short("production"), "<production>");
  assert.equal(short("production/any_account/us-east-1", "any_account"), "<production> <any_account>");
});
