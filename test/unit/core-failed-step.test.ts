import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedStep } from "../../src/core/execution.ts";
import { findFailedStep } from "../../src/core/failed-step.ts";
import { makeMask } from "../../src/core/mask.ts";
import { anExecution, aStep } from "../support/samples.ts";

const NOTHING_HIDDEN = makeMask([], { parameters: {} });
const failed = (name: string, endedAt: number | null, more: Partial<ObservedStep> = {}) =>
  aStep({ name, stepExecutionId: name, status: "Failed", endedAt, failureMessage: `${name} broke`, ...more });
const execution = (status: string, ...steps: ObservedStep[]) => anExecution({ status, steps });

const CASES: [claim: string, found: string | null, ...Parameters<typeof execution>][] = [
  ["a success has no failed step", null, "Success", failed("a", 1)],
  ["a change request that succeeded has no failed step", null, "CompletedWithSuccess", failed("a", 1)],
  ["a change request that failed has one", "a", "CompletedWithFailure", failed("a", 1)],
  ["the step that failed last explains the end", "b", "Failed", failed("a", 1), failed("b", 2)],
  ["steps may be listed in any order", "c", "Failed", failed("b", 2), failed("c", 3), failed("a", 1)],
  ["a step whose end is unknown failed before the others", "a", "Failed", failed("b", null), failed("a", 1)],
  ["a step whose end is unknown may be listed last", "a", "Failed", failed("a", 1), failed("b", null)],
  ["a step without an id encloses no other", "a", "Failed", failed("a", 2, { stepExecutionId: null }), failed("b", 1)],
  [
    "a loop fails because of the step inside it",
    "inner",
    "Failed",
    failed("loop", 9),
    failed("inner", 8, { parentStepId: "loop" }),
  ],
  ["a step that timed out has failed", "slow", "TimedOut", failed("slow", 1, { status: "TimedOut" })],
  ["an execution may fail without a step", null, "Failed", aStep({ status: "Success" })],
];

for (const [claim, found, status, ...steps] of CASES) {
  test(claim, () => {
    assert.equal(findFailedStep(execution(status, ...steps), NOTHING_HIDDEN)?.name ?? null, found);
  });
}

test("a step that was cancelled or timed out keeps its status", () => {
  for (const status of ["Failed", "TimedOut", "Cancelled"])
    assert.equal(findFailedStep(execution(status, failed("a", 1, { status })), NOTHING_HIDDEN)?.status, status);
});

test("the failure of a step hides values under hidden names, in its message and in its details", () => {
  const step = failed("restart", 1, {
    failureMessage: "login with hunter2-hunter2 failed",
    failureDetails: {
      Type: ["Action"],
      AdminPassword: ["hunter2-hunter2"],
      Command: ["mysql -p hunter2-hunter2"],
      Password: ["7"],
    },
  });
  const mask = makeMask(["*password*"], { parameters: {}, steps: [step] });
  assert.deepEqual(findFailedStep(execution("Failed", step), mask), {
    name: "restart",
    status: "Failed",
    message: "login with (hidden) failed",
    details: ["Type: Action", "AdminPassword: (hidden)", "Command: mysql -p (hidden)", "Password: (hidden)"],
  });
});

test("the texts of a failure are cut between characters, and show that they are cut", () => {
  const long = `${"x".repeat(3_998)}${"😀".repeat(10)}`;
  const step = failed("a", 1, { failureMessage: long, failureDetails: { T: [long.slice(3)] } });
  const found = findFailedStep(execution("Failed", step), NOTHING_HIDDEN);
  assert.equal(found?.message, `${"x".repeat(3_998)}…`);
  assert.deepEqual(found?.details, [`T: ${"x".repeat(3_995)}…`]);
});

test("a failure without a message or details has none, and at most 20 details are stored", () => {
  const found = (more: Partial<ObservedStep>) => {
    const { message, details } = findFailedStep(execution("Failed", failed("a", 1, more)), NOTHING_HIDDEN) ?? {};
    return { message, details };
  };
  assert.deepEqual(found({ failureMessage: null }), { message: null, details: [] });
  assert.deepEqual(found({ failureDetails: { Type: ["Action", "Timeout"], Empty: [] } }).details, [
    "Type: Action, Timeout",
    "Empty: ",
  ]);
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`D${index}`, ["x"]]));
  const { details = [] } = found({ failureDetails: many });
  assert.deepEqual([details.length, details.at(-1)], [20, "D19: x"]);
});
