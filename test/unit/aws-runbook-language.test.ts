import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluateCondition } from "../../sandbox/aws/engine/actions/branch-conditions.ts";
import { parseDurationMs } from "../../sandbox/aws/engine/actions/sleep.ts";
import { toStrings } from "../../sandbox/aws/engine/bind-parameters.ts";
import { parseContent } from "../../sandbox/aws/engine/document-content.ts";
import { interpolate } from "../../sandbox/aws/engine/interpolate.ts";
import { findNextStep, listValidNextSteps } from "../../sandbox/aws/engine/next-step.ts";
import type { Runbook, StepDefinition } from "../../sandbox/aws/engine/runbook.ts";
import { parseDescribedEffect } from "../../sandbox/aws/engine/simulation.ts";
import { resolveTiming } from "../../sandbox/aws/engine/step-timing.ts";
import { isReservedName } from "../../sandbox/aws/ssm/documents.ts";

const values: Record<string, unknown> = {
  who: "jane",
  list: ["a", "b"],
  size: 3,
  sure: false,
  map: { k: "v" },
  nothing: "",
  zero: 0,
  minus: -5,
  ages: 99_999_999,
};
const lookup = (name: string) => values[name];

const interpolations: [string, unknown, unknown][] = [
  ["a string without references does not change", "plain { text }", "plain { text }"],
  ["a reference in a string becomes text", "Hello {{ who }}, {{size}} times", "Hello jane, 3 times"],
  ["a lone reference keeps its type", "{{ size }}", 3],
  ["a lone reference to a list is the list", "{{ list }}", ["a", "b"]],
  ["a list with a reference to a list is one list", ["x", "{{ list }}"], ["x", "a", "b"]],
  ["a list inside a string is JSON", "on {{ list }}", 'on ["a","b"]'],
  ["false is a value", "{{ sure }}", false],
  ["the empty string is a value", "<{{ nothing }}>", "<>"],
  [
    "references in keys and nested values are replaced",
    { "{{ who }}": [{ deep: "{{ map }}" }] },
    { jane: [{ deep: { k: "v" } }] },
  ],
  ["numbers and nulls do not change", { a: 1, b: null }, { a: 1, b: null }],
];
for (const [claim, template, expected] of interpolations) {
  test(`interpolation: ${claim}`, () =>
    assert.deepEqual(interpolate(template, lookup), { value: expected, unresolved: [] }));
}

test("interpolation: a reference without a value does not change and is reported", () => {
  assert.deepEqual(interpolate({ a: "{{ gone }}", b: "x {{ step.Out }}" }, lookup), {
    value: { a: "{{ gone }}", b: "x {{ step.Out }}" },
    unresolved: ["gone", "step.Out"],
  });
});

const conditions: [object, boolean | "a problem"][] = [
  [{ Variable: "prod", StringEquals: "prod" }, true],
  [{ Variable: "Prod", StringEquals: "prod" }, false],
  [{ Variable: "Prod", EqualsIgnoreCase: "prod" }, true],
  [{ Variable: "production", StartsWith: "prod" }, true],
  [{ Variable: "production", EndsWith: "tion" }, true],
  [{ Variable: "production", Contains: "duct" }, true],
  [{ Variable: ["a", "b"], Contains: "b" }, true],
  [{ Variable: ["ab"], Contains: "b" }, false],
  [{ Variable: "10", NumericEquals: 10 }, true],
  [{ Variable: 10, NumericGreater: 9 }, true],
  [{ Variable: 9, NumericLesser: 9 }, false],
  [{ Variable: 9, NumericGreaterOrEquals: 9 }, true],
  [{ Variable: 9, NumericLesserOrEquals: 8 }, false],
  [{ Variable: true, BooleanEquals: "true" }, true],
  [{ Not: { Variable: "a", StringEquals: "b" } }, true],
  [
    {
      And: [
        { Variable: 1, NumericEquals: 1 },
        { Variable: 1, NumericEquals: 2 },
      ],
    },
    false,
  ],
  [
    {
      Or: [
        { Variable: 1, NumericEquals: 1 },
        { Variable: 1, NumericEquals: 2 },
      ],
    },
    true,
  ],
  [
    {
      Or: [
        { Variable: 1, NumericEquals: 3 },
        { Variable: 1, NumericEquals: 2 },
      ],
    },
    false,
  ],
  [{ Variable: "a", Resembles: "b" }, "a problem"],
  [{ Variable: "a", constructor: "b" }, "a problem"],
  [{ Variable: "a", toString: "b" }, "a problem"],
  [{ Variable: "", NumericEquals: 0 }, "a problem"],
  [{ Variable: null, NumericEquals: 0 }, "a problem"],
  [{ Variable: 0, NumericEquals: "" }, "a problem"],
  [{ Variable: [], NumericEquals: 0 }, "a problem"],
  [{ Variable: "banana", BooleanEquals: "banana" }, "a problem"],
  [{ Variable: "False", BooleanEquals: false }, true],
  [{ Variable: null, StringEquals: "null" }, "a problem"],
  [{ And: [] }, "a problem"],
  [{ Or: [{ Variable: "a", StringEquals: "a" }], Variable: "a", StringEquals: "b" }, "a problem"],
  [{ Variable: "a", StringEquals: "a", Contains: "b" }, "a problem"],
  [{ Not: { Variable: "a", Resembles: "b" } }, "a problem"],
  [{ StringEquals: "b" }, "a problem"],
  [{}, "a problem"],
];
for (const [condition, expected] of conditions) {
  test(`the condition ${JSON.stringify(condition)} is ${expected}`, () =>
    assert.equal(
      typeof evaluateCondition(condition) === "string" ? "a problem" : evaluateCondition(condition),
      expected,
    ));
}

const durations: [string, number | undefined][] = [
  ["PT10M", 600_000],
  ["PT1H30M", 5_400_000],
  ["P1DT1S", 86_401_000],
  ["P2W", 1_209_600_000],
  ["PT0.5S", 500],
  ["P", undefined],
  ["PT", undefined],
  ["10M", undefined],
  ["", undefined],
];
for (const [text, expected] of durations) {
  test(`the duration "${text}" is ${expected} milliseconds`, () => assert.equal(parseDurationMs(text), expected));
}

const step = (more: Partial<StepDefinition> = {}): StepDefinition => ({
  name: "one",
  action: "aws:runCommand",
  ...more,
});
const runbook = (first: StepDefinition): Runbook => ({
  schemaVersion: "0.3",
  parameters: {},
  variables: {},
  outputs: [],
  mainSteps: [first, step({ name: "two" }), step({ name: "three" })],
});
const success = { kind: "success" } as const;
const failure = { kind: "failure", status: "Failed", message: "" } as const;

const nextSteps: [string, Partial<StepDefinition>, typeof success | typeof failure, object][] = [
  ["after a success, the step below is next", {}, success, { to: "two", fails: false }],
  ["nextStep overrides the step below", { nextStep: "three" }, success, { to: "three", fails: false }],
  ["isEnd ends the runbook", { isEnd: true }, success, { fails: false }],
  ["isEnd can be a string", { isEnd: "true" }, success, { fails: false }],
  ["a failure aborts by default", {}, failure, { fails: true }],
  [
    "Continue continues and does not fail the execution",
    { onFailure: "Continue" },
    failure,
    { to: "two", fails: false },
  ],
  [
    "Continue fails the execution if the step is critical",
    { onFailure: "Continue", isCritical: true },
    failure,
    { to: "two", fails: true },
  ],
  ["Continue with isEnd ends the runbook", { onFailure: "Continue", isEnd: true }, failure, { fails: false }],
  [
    "step:NAME continues at that step and fails the execution",
    { onFailure: "step:three" },
    failure,
    { to: "three", fails: true },
  ],
  [
    "step:NAME of a step that is not critical does not fail the execution",
    { onFailure: "step:three", isCritical: "false" },
    failure,
    { to: "three", fails: false },
  ],
];
for (const [claim, more, result, expected] of nextSteps) {
  test(`next step: ${claim}`, () => {
    const definition = step(more);
    assert.deepEqual(findNextStep(runbook(definition).mainSteps, definition, result), expected);
  });
}

test("ValidNextSteps of a branch are its choices and its default, or the step below without one", () => {
  const Choices = [{ NextStep: "three" }, { NextStep: "two" }, { NextStep: "three" }];
  const branch = (inputs: object) => step({ action: "aws:branch", inputs: { Choices, ...inputs } });
  const withDefault = branch({ Default: "one" });
  assert.deepEqual(listValidNextSteps(runbook(withDefault).mainSteps, withDefault), ["three", "two", "one"]);
  const without = branch({});
  assert.deepEqual(listValidNextSteps(runbook(without).mainSteps, without), ["three", "two"]);
});

test("without timeoutSeconds, approvals and pauses time out after seven days and other actions never", () => {
  const timeoutMs = (more: Partial<StepDefinition>) => {
    const timing = resolveTiming(step(more), lookup);
    return timing.ok ? timing.timeoutMs : timing.problem;
  };
  assert.equal(timeoutMs({ action: "aws:approve" }), 604_800_000);
  assert.equal(timeoutMs({ action: "aws:pause" }), 604_800_000);
  assert.equal(timeoutMs({}), undefined);
  assert.equal(timeoutMs({ timeoutSeconds: 5 }), 5000);
  assert.equal(timeoutMs({ timeoutSeconds: "{{ size }}" }), 3000);
  assert.equal(timeoutMs({ timeoutSeconds: "{{ ages }}" }), 99_999_999_000);
  assert.equal(timeoutMs({ action: "aws:approve", timeoutSeconds: "{{ ages }}" }), 2_592_000_000);
  assert.equal(timeoutMs({ action: "aws:pause", timeoutSeconds: "{{ ages }}" }), 2_592_000_000);
});

for (const timeoutSeconds of ["{{ who }}", "{{ nothing }}", "{{ zero }}", "{{ minus }}", "{{ gone }}", "{{ list }}"]) {
  test(`${timeoutSeconds} is neither a valid timeout nor a valid number of attempts`, () => {
    assert.equal(resolveTiming(step({ timeoutSeconds }), lookup).ok, false);
    assert.equal(resolveTiming(step({ maxAttempts: timeoutSeconds }), lookup).ok, false);
  });
}

test("in the API every value is a list of strings", () => {
  assert.deepEqual(
    [toStrings("a"), toStrings(1), toStrings(true), toStrings(["a", 1]), toStrings({ k: "v" }), toStrings([{ k: 1 }])],
    [["a"], ["1"], ["true"], ["a", "1"], ['{"k":"v"}'], ['{"k":1}']],
  );
});

test("a step's description can set the simulated effect; a mistake in it fails the step with a reason", () => {
  assert.equal(parseDescribedEffect("Restarts the sandbox: twice"), undefined);
  assert.deepEqual(parseDescribedEffect('Restarts.\nsandbox: {"durationMs": 5}'), { durationMs: 5 });
  assert.match(
    parseDescribedEffect("sandbox: {oops}")?.fail?.message ?? "",
    /line in the step.s description is invalid/,
  );
  assert.match(
    parseDescribedEffect('sandbox: {"duration": 5}')?.fail?.message ?? "",
    /line in the step.s description is invalid/,
  );
});

const flowYaml: [string, string, unknown][] = [
  ["a duplicate key, whose last value wins", "a: 1\na: 2\n", { a: 2 }],
  ["a map that is not indented", "a: {\nb: 1,\nc: [\n1, 2\n]\n}\nd: 3\n", { a: { b: 1, c: [1, 2] }, d: 3 }],
  ["a map in a list", "x:\n  - {a: 1,\n  b: 2}\n  - y\n", { x: [{ a: 1, b: 2 }, "y"] }],
  ["a double-quoted text that is not indented", 'a: "one\ntwo"\nb: 1\n', { a: "one two", b: 1 }],
  [
    "a single-quoted text that is not indented",
    "x:\n  - a: 'it''s\n\none\n two'\n    b: 1\n",
    { x: [{ a: "it's\none two", b: 1 }] },
  ],
  ["a quoted text in a map, both not indented", 'a: {\nb: "one\ntwo"\n}\n', { a: { b: "one two" } }],
  ["braces in a block text", "a: |\n  {\n  b\nc: 1\n", { a: "{\nb\n", c: 1 }],
];
for (const [claim, content, raw] of flowYaml) {
  test(`YAML that AWS accepts: ${claim}`, () => {
    assert.deepEqual(parseContent(content, "YAML"), { ok: true, raw });
  });
}

for (const [claim, content, line] of [
  ["a trailing comma", '{\n  "a": 1,\n}', 3],
  ["a word that is no value", '{\n  "a": 1,\n  "b": nothing\n}', 3],
  ["a text that ends too early", '{\n  "a": [1,\n  2\n', 4],
  ["a missing comma", '{\n  "a": [1\n  2]\n}', 3],
] as const)
  test(`JSON with ${claim} is rejected with its line`, () => {
    const result = parseContent(content, "JSON");
    assert.match(result.ok ? "" : result.problem, new RegExp(`^JSON not well-formed\\. .*\\bline ${line}\\b`));
  });

test("a name of Amazon is reserved, also in an ARN", () => {
  for (const name of ["AWS-StopEC2Instance", "arn:aws:ssm:us-east-1::document/AWS-StopEC2Instance", "amzn-x"])
    assert.equal(isReservedName(name), true, name);
  for (const name of ["Prod-AWS", "arn:aws:ssm:us-east-1:111122223333:document/Prod-AWS"])
    assert.equal(isReservedName(name), false, name);
});

test("YAML that is not well-formed is rejected with its line", () => {
  for (const [content, line] of [
    ["a: 1\nb: [1,\n  c: }\n", 3],
    ["a: 1\nb: {\nc: 1,\n", 4],
    ['a: 1\nb: "open\nc: 1\nd: 1\n', 5],
    ["a: 1\nb: 'open\nc: 'one'\nd: 1\n", 3],
    ['a: "one\n--- two"\n', 1],
  ] as const) {
    const result = parseContent(content, "YAML");
    assert.match(result.ok ? "" : result.problem, new RegExp(`^YAML not well-formed\\. .* at line ${line}, column`));
  }
});
