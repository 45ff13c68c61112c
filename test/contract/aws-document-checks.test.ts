import assert from "node:assert/strict";
import { test } from "node:test";
import { awsWorld, gate, work } from "./aws-world.ts";

const always = { Variable: "a", StringEquals: "a", NextStep: "one" };
const branch = (Choices: unknown) => ({ name: "one", action: "aws:branch", inputs: { Choices } });
const gateWithMessage = (Message: string) => gate("one", ["admin"], {}, { Message });
const loop = (inputs: object) => ({ name: "one", action: "aws:loop", inputs });
const sleep = (inputs: object) => ({ name: "one", action: "aws:sleep", inputs });

const invalidSteps: [string, object[], RegExp][] = [
  ["two steps of the same name", [work("one"), work("one")], /unique/],
  ["an undefined next step", [work("one", { nextStep: "two" })], /two/],
  ["an undefined step in onFailure", [work("one", { onFailure: "step:two" })], /two/],
  [
    "an undefined step in a choice",
    [{ name: "one", action: "aws:branch", inputs: { Choices: [{ NextStep: "two" }] } }],
    /two/,
  ],
  ["an approval without approvers", [{ name: "one", action: "aws:approve", inputs: {} }], /Approvers/],
  ["an unknown onFailure", [work("one", { onFailure: "Retry" })], /onFailure/],
  ["no choices", [branch([])], /at least one choice/],
  ["a choice without a NextStep", [branch([{ Variable: "a", StringEquals: "a" }])], /NextStep/],
  ["a choice with two comparisons", [branch([{ ...always, Contains: "a" }])], /invalid choice/],
  ["an unknown comparison", [branch([{ Variable: "a", Resembles: "a", NextStep: "one" }])], /invalid choice/],
  [
    "a comparison named after a prototype method",
    [branch([{ Variable: "a", toString: "a", NextStep: "one" }])],
    /invalid choice/,
  ],
  [
    "a numeric comparison with a string",
    [branch([{ Variable: "{{ global:DATE }}", NumericEquals: "x", NextStep: "one" }])],
    /invalid choice/,
  ],
  ["both isEnd and nextStep", [work("one", { isEnd: true, nextStep: "two" }), work("two")], /cannot be combined/],
  ["an unknown property", [work("one", { retries: 3 })], /retries/],
  ["no inputs", [{ name: "one", action: "aws:runCommand" }], /inputs are required/],
  [
    "a misspelled required input",
    [{ ...gate("one", []), inputs: { Aprovers: ["admin"] } }],
    /needs the input Approvers/,
  ],
  ["an approver that is not a string", [gate("one", ["admin", 123])], /Approvers/],
  ["no approvers", [gate("one", [])], /Approvers/],
  ["MinRequiredApprovals true", [gate("one", ["admin"], {}, { MinRequiredApprovals: true })], /MinRequiredApprovals/],
  ["MinRequiredApprovals 0", [gate("one", ["admin"], {}, { MinRequiredApprovals: 0 })], /MinRequiredApprovals/],
  ["an approval of more than thirty days", [gate("one", ["admin"], { timeoutSeconds: 2_592_001 })], /2592000/],
  [
    "a pause of more than thirty days",
    [{ ...work("one", { timeoutSeconds: "2592001" }), action: "aws:pause" }],
    /2592000/,
  ],
  ["the timeout abc", [gate("one", ["admin"], { timeoutSeconds: "abc" })], /timeoutSeconds/],
  ["an empty timeout", [gate("one", ["admin"], { timeoutSeconds: "" })], /timeoutSeconds/],
  ["a timeout of 0 seconds", [gate("one", ["admin"], { timeoutSeconds: 0 })], /timeoutSeconds/],
  ["a negative timeout", [gate("one", ["admin"], { timeoutSeconds: "-5" })], /timeoutSeconds/],
  ["a timeout of half a second", [gate("one", ["admin"], { timeoutSeconds: 0.5 })], /timeoutSeconds/],
  ["0 attempts", [work("one", { maxAttempts: 0 })], /maxAttempts/],
  ["more than 1000 attempts", [work("one", { maxAttempts: 1001 })], /maxAttempts/],
  ["a reference to an undefined step", [gateWithMessage("{{ nosuch.Out }}")], /nosuch/],
  ["a reference to an undefined parameter", [gateWithMessage("{{ constructor }}")], /constructor/],
  ["a reference to an undefined variable", [gateWithMessage("{{ variable:toString }}")], /toString/],
  ["a reference to an unknown system variable", [gateWithMessage("{{ global:COLOUR }}")], /COLOUR/],
  [
    "a reference to an inner step of a loop from outside",
    [loop({ Iterators: ["a"], Steps: [work("two")] }), { ...gateWithMessage("{{ two.Out }}"), name: "three" }],
    /two/,
  ],
  ["a loop without iterators and condition", [loop({ Steps: [work("two")] })], /LoopCondition/],
  ["a loop without steps", [loop({ Iterators: ["a"], Steps: [] })], /Steps/],
  ["an invalid step inside a loop", [loop({ Iterators: ["a"], Steps: [work("two", { nextStep: "six" })] })], /six/],
  ["a loop with onCancel", [{ ...loop({ Iterators: ["a"], Steps: [work("two")] }), onCancel: "Abort" }], /onCancel/],
  ["a sleep of 5", [sleep({ Duration: "5" })], /Duration/],
  ["a sleep until 5", [sleep({ Timestamp: "5" })], /Timestamp/],
  ["a sleep until 31 February", [sleep({ Timestamp: "2026-02-31T00:00:00Z" })], /Timestamp/],
  [
    "a sleep with a duration and a timestamp",
    [sleep({ Duration: "PT1S", Timestamp: "2026-02-01T00:00:00Z" })],
    /either/,
  ],
  [
    "an update of an undefined variable",
    [{ name: "one", action: "aws:updateVariable", inputs: { Name: "variable:constructor", Value: 1 } }],
    /constructor/,
  ],
];
for (const [mistake, mainSteps, message] of invalidSteps) {
  test(`a runbook with ${mistake} is rejected with an error about it`, async () => {
    await using aws = await awsWorld();
    await assert.rejects(aws.document("Broken", { mainSteps }), { name: "InvalidDocumentContent", message });
  });
}

const invalidParts: [string, object, RegExp][] = [
  ["an invalid pattern", { parameters: { Who: { type: "String", allowedPattern: "[" } } }, /Who.*compiled/],
  [
    "a default not among allowedValues",
    { parameters: { Who: { type: "String", default: "c", allowedValues: ["a"] } } },
    /not found in/,
  ],
  [
    "a default that does not match its pattern",
    { parameters: { Who: { type: "String", default: "", allowedPattern: "a+" } } },
    /does not match/,
  ],
  ["a default of the wrong type", { parameters: { Size: { type: "Integer", default: "5" } } }, /of type Integer/],
  [
    "a string as the default of a list",
    { parameters: { Who: { type: "StringList", default: "a" } } },
    /of type StringList/,
  ],
  ["a variable with a default of the wrong type", { variables: { round: { type: "Integer", default: "x" } } }, /round/],
  ["an unknown property of a parameter", { parameters: { Who: { type: "String", allowed: [] } } }, /allowed/],
  ["an unknown top-level key", { steps: [] }, /steps/],
  ["an output of an undefined step", { outputs: ["nosuch.Out"] }, /nosuch/],
  ["an output that is not step.Output or variable:NAME", { outputs: ["Who"] }, /Who/],
];
for (const [mistake, part, message] of invalidParts) {
  test(`a runbook with ${mistake} is rejected with an error about it`, async () => {
    await using aws = await awsWorld();
    const content = { mainSteps: [work("one")], ...part };
    await assert.rejects(aws.document("Broken", content), { name: "InvalidDocumentContent", message });
  });
}

test("an unusual but valid runbook is accepted", async () => {
  await using aws = await awsWorld();
  await aws.document("Strange", {
    assumeRole: "{{ Role }}",
    parameters: {
      Role: { type: "AWS::IAM::Role::Arn", default: "", allowedPattern: "^arn:aws[-a-z]*:iam::[0-9]{12}:role/.*$|^$" },
      Secret: { type: "String", default: "{{ ssm:secret }}", allowedPattern: "[a-z]+" },
      Where: { type: "StringMap", default: { b: 1, a: "x" }, allowedValues: [{ a: "x", b: 1 }, { a: "b" }] },
      Seconds: { type: "Integer", default: 60 },
    },
    variables: { round: { type: "Integer", default: 0 } },
    mainSteps: [
      work("one", { isEnd: false, nextStep: "two", timeoutSeconds: "{{ Seconds }}", maxAttempts: "{{Seconds}}" }),
      gate("two", ["{{ Role }}"], { isEnd: "false", nextStep: "three" }, { MinRequiredApprovals: "1" }),
      {
        ...branch([{ Not: { Variable: "{{ one.Status }}", NumericGreater: "{{ Seconds }}" }, NextStep: "one" }]),
        name: "three",
      },
    ],
    outputs: ["one.Status", "variable:round"],
  });
  await aws.start("Strange", { Where: ['{"a":"b"}'] });
});

test("a runbook may give a step inputs that the reference does not list, and use an action of 26 letters", async () => {
  await using aws = await awsWorld();
  const pause = { name: "pause", action: "aws:pause", inputs: { Message: "Check the page, then resume." } };
  const wait = { name: "wait", action: "aws:waitForAwsResourceProperty", inputs: { Service: "ec2" } };
  await aws.document("Listed", { mainSteps: [pause, wait, gate("ask", ["admin"], {}, { Reviewers: ["team"] })] });
  const id = await aws.start("Listed");
  assert.equal((await aws.step(id, "pause")).Inputs?.Message, '"Check the page, then resume."');
});
