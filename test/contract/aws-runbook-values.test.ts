import assert from "node:assert/strict";
import { test } from "node:test";
import { awsWorld, gate, work } from "./aws-world.ts";

test("references in inputs resolve to system variables, variables and outputs of earlier steps", async () => {
  await using aws = await awsWorld();
  const message =
    "{{ global:ACCOUNT_ID }} {{ global:REGION }} {{ automation:EXECUTION_ID }} {{ variable:round }} {{ global:DATE }}";
  await aws.document("Variables", {
    variables: { round: { type: "Integer", default: 1 } },
    mainSteps: [
      { name: "raise", action: "aws:updateVariable", inputs: { Name: "variable:round", Value: 2 } },
      gate("first", ["admin"], {}, { Message: message }),
    ],
  });
  const id = await aws.start("Variables");
  const today = new Date(aws.clock.now()).toISOString().slice(0, 10);
  assert.equal((await aws.step(id, "first")).Inputs?.Message, `"111122223333 us-east-1 ${id} 2 ${today}"`);
  assert.deepEqual((await aws.get(id)).Variables, { round: ["2"] });
});

test("a reference without a value fails its step before the step starts its work", async () => {
  await using aws = await awsWorld();
  await aws.document("Unresolved", {
    mainSteps: [gate("first", ["admin"], {}, { Message: "{{ later.Output }}" }), work("later")],
  });
  const id = await aws.start("Unresolved");
  const step = await aws.step(id, "first");
  assert.equal(step.StepStatus, "Failed");
  assert.match(step.FailureMessage ?? "", /later\.Output/);
});

test("the same runbook runs the same in YAML and in JSON", async () => {
  await using aws = await awsWorld();
  await aws.document("As-Json", { mainSteps: [gate("first", ["admin"], { timeoutSeconds: 60 })] });
  await aws.document(
    "As-Yaml",
    `
schemaVersion: '0.3'
mainSteps:
- name: first
  action: aws:approve
  timeoutSeconds: 60
  inputs:
    Approvers: [admin]
`,
  );
  const shown = async (name: string) => {
    const { StepExecutionId: _, ExecutionStartTime: __, ...step } = await aws.step(await aws.start(name), "first");
    return step;
  };
  assert.deepEqual(await shown("As-Yaml"), await shown("As-Json"));
});

for (const [setting, received] of [
  ["literal", "{{ optional.Result }}"],
  ["empty", ""],
] as const) {
  test(`with skippedOutput ${setting}, a reference to an output of a skipped step has this value`, async () => {
    await using aws = await awsWorld();
    await aws.control("assumptions", { skippedOutput: setting });
    const choices = [{ Variable: "a", StringEquals: "a", NextStep: "ask" }];
    const branch = { name: "skip", action: "aws:branch", inputs: { Choices: choices } };
    const ask = gate("ask", ["admin"], {}, { Message: "Result: {{ optional.Result }}." });
    await aws.document("Skipping", { mainSteps: [branch, work("optional"), ask] });
    const id = await aws.start("Skipping");
    assert.equal((await aws.step(id, "ask")).Inputs?.Message, JSON.stringify(`Result: ${received}.`));
    assert.equal(await aws.status(id), "Waiting");
  });
}

for (const setting of ["literal", "empty"])
  test(`with skippedOutput ${setting}, the output of a skipped step matches no comparison, wherever the step is`, async () => {
    await using aws = await awsWorld();
    await aws.control("assumptions", { skippedOutput: setting });
    const Variable = "{{ optional.Result }}";
    const choices = [
      { Variable, BooleanEquals: true, NextStep: "never" },
      { Variable, NumericGreater: 0, NextStep: "never" },
      { Not: { Variable, NumericGreater: 0 }, NextStep: "ask" },
    ];
    const skip = { name: "skip", action: "aws:branch", inputs: { Choices: [], Default: "compare" } };
    skip.inputs.Choices = [{ Variable: "a", StringEquals: "a", NextStep: "compare" }] as never[];
    const compare = { name: "compare", action: "aws:branch", inputs: { Choices: choices, Default: "never" } };
    const ask = gate("ask", ["admin"], { isEnd: true }, { Message: `Result: ${Variable}.` });
    const others = [compare, ask, work("never", { isEnd: true })];
    for (const [name, mainSteps] of [
      ["Earlier", [skip, work("optional"), ...others]],
      ["Later", [skip, ...others, work("optional")]],
    ] as const) {
      await aws.document(name, { mainSteps: [...mainSteps] });
      const id = await aws.start(name);
      assert.equal((await aws.get(id)).CurrentStepName, "ask", JSON.stringify(await aws.get(id)));
    }
  });

test("a simulated output has the type that the runbook declares, so that branches can compare it", async () => {
  await using aws = await awsWorld();
  const outputs = ["Integer", "Boolean", "StringList", "StringMap", "MapList", "String"].map((Type) => ({
    ...{ Name: Type, Selector: "$", Type },
  }));
  const choices = [{ Variable: "{{ probe.Integer }}", NumericGreater: 0, NextStep: "ask" }];
  const branch = { name: "compare", action: "aws:branch", inputs: { Choices: choices, Default: "never" } };
  const mainSteps = [work("probe", { outputs }), branch, work("never"), gate("ask", ["admin"])];
  await aws.document("Typed", { mainSteps });
  const id = await aws.start("Typed");
  aws.clock.advance(1_000);
  assert.equal((await aws.get(id)).CurrentStepName, "ask");
  assert.deepEqual((await aws.step(id, "probe")).Outputs, {
    Integer: ["1"],
    Boolean: ["true"],
    StringList: ["simulated-probe.StringList"],
    StringMap: ['{"simulated":"simulated-probe.StringMap"}'],
    MapList: ['{"simulated":"simulated-probe.MapList"}'],
    String: ["simulated-probe.String"],
  });
});

test("a branch that cannot compare a value names the value; the failure has AWS's recorded wording", async () => {
  await using aws = await awsWorld();
  const choices = [{ Variable: "{{ probe.Count }}", NumericEquals: 3, NextStep: "probe" }];
  const branch = { name: "compare", action: "aws:branch", inputs: { Choices: choices } };
  await aws.document("Typo", { mainSteps: [work("probe"), branch] });
  const id = await aws.start("Typo");
  aws.clock.advance(1_000);
  const { FailureMessage = "" } = await aws.step(id, "compare");
  assert.match(FailureMessage, /^Step fails when it is validating and resolving the step inputs\. /);
  assert.match(FailureMessage, /NumericEquals cannot compare the value "simulated-probe\.Count" with 3\./);
});
