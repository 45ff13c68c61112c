import assert from "node:assert/strict";
import { test } from "node:test";
import { toRequestFacts } from "../../src/core/facts.ts";
import { makeMask } from "../../src/core/mask.ts";
import { decodeAtOnce } from "../support/decode-at-once.ts";

const gate = { gate: 1, gates: 2 };
const open = makeMask([], { parameters: {} });

/** Reads a step with these inputs as the adapter and the core do. */
function factsOf(Inputs: Record<string, string>, mask = open) {
  const raw = { AutomationExecutionId: "e-1", AutomationExecutionStatus: "Waiting" as const };
  const execution = decodeAtOnce(raw, [{ StepName: "approve", StepExecutionId: "s-1", Inputs }]);
  const [step] = execution.steps;
  assert.ok(step !== undefined);
  return toRequestFacts(execution, step, gate, mask, null);
}

test("a message is shown as AWS returned it, raw or encoded, also if it is JSON, a number or a list", () => {
  for (const message of ["Go?", '{ "a":  1 }', "42", "007", "12345678901234567890", "[1, 2]", "true", "null", '{"a":'])
    for (const input of [message, JSON.stringify(message)])
      assert.equal(factsOf({ Message: input }).message, message, input);
  const mask = makeMask(["*password*"], { parameters: {} });
  assert.doesNotMatch(factsOf({ Message: '{"password":"hunter2-and-more"}' }, mask).message ?? "", /hunter2/);
});

test("approvers and the number of approvals are read from raw and encoded inputs", () => {
  const arn = "arn:aws:iam::111122223333:role/Ops";
  for (const [input, expected] of [
    [arn, [arn]],
    [JSON.stringify(arn), [arn]],
    [JSON.stringify([arn, "jane"]), [arn, "jane"]],
    ["111122223333", ["111122223333"]],
  ] as const)
    assert.deepEqual(factsOf({ Approvers: input }).awsApprovers, expected, input);
  for (const input of ["2", '"2"'])
    assert.equal(factsOf({ MinRequiredApprovals: input }).minRequiredApprovals, 2, input);
});

test("Target and TargetParameterName of an execution are its rate control, also with values of other types", () => {
  const decode = (more: object) =>
    decodeAtOnce({ AutomationExecutionId: "e-1", AutomationExecutionStatus: "Waiting", ...more }, []).rateControl;
  assert.deepEqual(decode({ Target: "i-1", TargetParameterName: "Id" }), { target: "i-1", parameter: "Id" });
  assert.deepEqual(decode({ Target: "i-1" }), { target: "i-1", parameter: null });
  const parent = {
    AutomationExecutionId: "e-1",
    AutomationExecutionStatus: "InProgress",
    TargetParameterName: "Id",
  } as const;
  assert.equal(decodeAtOnce(parent, []).targetParameter, "Id");
  for (const more of [{}, { TargetParameterName: "Id" }, { Target: "" }, { Target: 7 }])
    assert.equal(decode(more), undefined);
});
