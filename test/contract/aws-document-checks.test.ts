import assert from "node:assert/strict";
import { test } from "node:test";
import { awsWorld, gate, work } from "./aws-world.ts";

const always = { Variable: "a", StringEquals: "a", NextStep: "one" };
const choose = (Choices: unknown) => ({ name: "one", action: "aws:branch", inputs: { Choices } });
const say = (Message: string) => gate("one", ["admin"], {}, { Message });
const loop = (inputs: object) => ({ name: "one", action: "aws:loop", inputs });
const sleep = (inputs: object) => ({ name: "one", action: "aws:sleep", inputs });

const brokenSteps: [string, object[], RegExp][] = [
  ["a step twice", [work("one"), work("one")], /unique/],
  ["a next step that is not there", [work("one", { nextStep: "two" })], /two/],
  ["a failure that leads nowhere", [work("one", { onFailure: "step:two" })], /two/],
  [
    "a choice that leads nowhere",
    [{ name: "one", action: "aws:branch", inputs: { Choices: [{ NextStep: "two" }] } }],
    /two/,
  ],
  ["an approval without approvers", [{ name: "one", action: "aws:approve", inputs: {} }], /Approvers/],
  ["an onFailure of its own", [work("one", { onFailure: "Retry" })], /onFailure/],
  ["no choices", [choose([])], /at least one choice/],
  ["a choice without a NextStep", [choose([{ Variable: "a", StringEquals: "a" }])], /NextStep/],
  ["a choice of two comparisons", [choose([{ ...always, Contains: "a" }])], /invalid choice/],
  ["a comparison that there is not", [choose([{ Variable: "a", Resembles: "a", NextStep: "one" }])], /invalid choice/],
  ["a comparison from a prototype", [choose([{ Variable: "a", toString: "a", NextStep: "one" }])], /invalid choice/],
  [
    "a comparison of a number with none",
    [choose([{ Variable: "{{ global:DATE }}", NumericEquals: "x", NextStep: "one" }])],
    /invalid choice/,
  ],
  ["isEnd and nextStep at once", [work("one", { isEnd: true, nextStep: "two" }), work("two")], /cannot be combined/],
  ["a property that there is not", [work("one", { retries: 3 })], /retries/],
  ["no inputs", [{ name: "one", action: "aws:runCommand" }], /inputs are required/],
  ["an input that aws:approve has not", [gate("one", ["admin"], {}, { Aprovers: [] })], /no input Aprovers/],
  ["approvers that are no texts", [gate("one", ["admin", 123])], /Approvers/],
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
  ["a timeout of no seconds", [gate("one", ["admin"], { timeoutSeconds: 0 })], /timeoutSeconds/],
  ["a timeout before it began", [gate("one", ["admin"], { timeoutSeconds: "-5" })], /timeoutSeconds/],
  ["a timeout of half a second", [gate("one", ["admin"], { timeoutSeconds: 0.5 })], /timeoutSeconds/],
  ["no attempts", [work("one", { maxAttempts: 0 })], /maxAttempts/],
  ["more attempts than anybody waits for", [work("one", { maxAttempts: 1001 })], /maxAttempts/],
  ["a reference to a step that is not there", [say("{{ nosuch.Out }}")], /nosuch/],
  ["a reference to no parameter", [say("{{ constructor }}")], /constructor/],
  ["a reference to no variable", [say("{{ variable:toString }}")], /toString/],
  ["a reference to no system variable", [say("{{ global:COLOUR }}")], /COLOUR/],
  [
    "a loop's step named outside of it",
    [loop({ Iterators: ["a"], Steps: [work("two")] }), { ...say("{{ two.Out }}"), name: "three" }],
    /two/,
  ],
  ["a loop without an end", [loop({ Steps: [work("two")] })], /LoopCondition/],
  ["a loop of nothing", [loop({ Iterators: ["a"], Steps: [] })], /Steps/],
  ["a broken step within a loop", [loop({ Iterators: ["a"], Steps: [work("two", { nextStep: "six" })] })], /six/],
  [
    "a loop that can be cancelled",
    [{ ...loop({ Iterators: ["a"], Steps: [work("two")] }), onCancel: "Abort" }],
    /onCancel/,
  ],
  ["a sleep of 5", [sleep({ Duration: "5" })], /Duration/],
  ["a sleep until 5", [sleep({ Timestamp: "5" })], /Timestamp/],
  ["a sleep until 31 February", [sleep({ Timestamp: "2026-02-31T00:00:00Z" })], /Timestamp/],
  ["a sleep of two lengths", [sleep({ Duration: "PT1S", Timestamp: "2026-02-01T00:00:00Z" })], /either/],
  [
    "a variable changed that is not there",
    [{ name: "one", action: "aws:updateVariable", inputs: { Name: "variable:constructor", Value: 1 } }],
    /constructor/,
  ],
];
for (const [what, mainSteps, message] of brokenSteps) {
  test(`a runbook with ${what} is refused, naming it`, async () => {
    await using aws = await awsWorld();
    await assert.rejects(aws.document("Broken", { mainSteps }), { name: "InvalidDocumentContent", message });
  });
}

const brokenParts: [string, object, RegExp][] = [
  ["a pattern that is none", { parameters: { Who: { type: "String", allowedPattern: "[" } } }, /Who.*compiled/],
  [
    "a default not among allowedValues",
    { parameters: { Who: { type: "String", default: "c", allowedValues: ["a"] } } },
    /not found in/,
  ],
  [
    "a default that its pattern refuses",
    { parameters: { Who: { type: "String", default: "", allowedPattern: "a+" } } },
    /does not match/,
  ],
  ["a default of the wrong type", { parameters: { Size: { type: "Integer", default: "5" } } }, /of type Integer/],
  [
    "a list's default that is a text",
    { parameters: { Who: { type: "StringList", default: "a" } } },
    /of type StringList/,
  ],
  [
    "a variable whose default is of the wrong type",
    { variables: { round: { type: "Integer", default: "x" } } },
    /round/,
  ],
  ["a property of a parameter that there is not", { parameters: { Who: { type: "String", allowed: [] } } }, /allowed/],
  ["a part that there is not", { steps: [] }, /steps/],
  ["an output of no step", { outputs: ["nosuch.Out"] }, /nosuch/],
  ["an output of no kind", { outputs: ["Who"] }, /Who/],
];
for (const [what, part, message] of brokenParts) {
  test(`a runbook with ${what} is refused, naming it`, async () => {
    await using aws = await awsWorld();
    const content = { mainSteps: [work("one")], ...part };
    await assert.rejects(aws.document("Broken", content), { name: "InvalidDocumentContent", message });
  });
}

test("what only looks wrong in a runbook is taken", async () => {
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
        ...choose([{ Not: { Variable: "{{ one.Status }}", NumericGreater: "{{ Seconds }}" }, NextStep: "one" }]),
        name: "three",
      },
    ],
    outputs: ["one.Status", "variable:round"],
  });
  await aws.start("Strange", { Where: ['{"a":"b"}'] });
});
