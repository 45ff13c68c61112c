import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { applySignal } from "../../sandbox/aws/engine/apply-signal.ts";
import { checkRunbook } from "../../sandbox/aws/engine/check/check-runbook.ts";
import { type Execution, FINAL_STATUSES, findCurrentStep } from "../../sandbox/aws/engine/execution-state.ts";
import { parseRunbook, type Runbook } from "../../sandbox/aws/engine/runbook.ts";
import { userPrincipal } from "../../sandbox/aws/identity/principal.ts";
import { AwsError } from "../../sandbox/aws/protocol/aws-error.ts";
import { makeStandIn, type StandIn } from "../../sandbox/aws/stand-in.ts";
import { makeSandboxClock } from "../../sandbox/wire/clock.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";

const NAMES = ["one", "two", "three", "four"];
const admin = userPrincipal("111122223333", "admin");

/** Generates a step of any kind that can lead to any step, including itself and earlier ones. */
const stepArbitrary = (name: string) => {
  const target = fc.constantFrom(...NAMES);
  const shared = fc.record(
    {
      onFailure: fc.oneof(
        fc.constantFrom("Abort", "Continue"),
        target.map((to) => `step:${to}`),
      ),
      isCritical: fc.boolean(),
      timeoutSeconds: fc.integer({ min: 1, max: 600 }),
      maxAttempts: fc.integer({ min: 1, max: 3 }),
      onCancel: target.map((to) => `step:${to}`),
    },
    { requiredKeys: [] },
  );
  const onward = fc.oneof(
    fc.constant({}),
    fc.constant({ isEnd: true }),
    target.map((nextStep) => ({ nextStep })),
  );
  const action = fc.oneof(
    fc.constant({ action: "aws:approve", inputs: { Approvers: ["admin"] } }),
    fc.constant({ action: "aws:pause", inputs: {} }),
    fc.constant({ action: "aws:sleep", inputs: { Duration: "PT1M" } }),
    fc.constant({ action: "aws:runCommand", inputs: {} }),
    fc.constant({ action: "aws:runCommand", description: 'sandbox: {"durationMs": 0}', inputs: {} }),
    fc.constant({ action: "aws:runCommand", description: 'sandbox: {"fail": {"message": "broken"}}', inputs: {} }),
    fc.constant({ action: "aws:executeAutomation", inputs: { DocumentName: "Child" } }),
    target.map((NextStep) => ({
      action: "aws:branch",
      inputs: { Choices: [{ Variable: "{{ global:REGION }}", StringEquals: "us-east-1", NextStep }] },
    })),
  );
  return fc.tuple(shared, onward, action).map(([a, b, c]) => ({ name, ...a, ...b, ...c }));
};

const runbookArbitrary = fc.record({
  schemaVersion: fc.constant("0.3"),
  mainSteps: fc.tuple(...NAMES.map(stepArbitrary)),
  mode: fc.constantFrom("Auto" as const, "Interactive" as const),
});

const moveArbitrary = fc.oneof(
  fc.constantFrom("Approve", "Reject", "Cancel", "Complete").map((type) => ({ type, name: "" })),
  fc
    .tuple(fc.constantFrom("Resume", "StartStep", "StopStep"), fc.constantFrom(...NAMES))
    .map(([type, name]) => ({ type, name })),
  fc.integer({ min: 0, max: 700 }).map((seconds) => ({ type: "wait", name: String(seconds) })),
);

/** Applies one move. An AwsError is a normal outcome; any other exception is a bug. */
function applyMove(standIn: StandIn, execution: Execution, { type, name }: { type: string; name: string }): void {
  try {
    if (type === "wait") standIn.clock.advance(Number(name) * 1000);
    else if (type !== "Cancel" && type !== "Complete") signal(standIn, execution, type, name);
    else if (!FINAL_STATUSES.has(execution.status)) standIn.engine.stop(execution, type);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
}

function signal(standIn: StandIn, execution: Execution, type: string, name: string): void {
  const id = execution.steps.findLast((step) => step.definition.name === name)?.id ?? "";
  const payload: Record<string, string[]> = type === "StopStep" ? { StepExecutionId: [id] } : { StepName: [name] };
  applySignal(standIn, execution, { type, payload, principal: admin });
}

/** Asserts the invariants of an execution. */
function checkInvariants(execution: Execution): void {
  const active = execution.steps.filter((step) => step.order > 0 && !FINAL_STATUSES.has(step.status));
  assert.ok(active.length <= 1, "at most one step is active");
  const current = findCurrentStep(execution);
  const ended = FINAL_STATUSES.has(execution.status);
  assert.equal(execution.endTime !== undefined, ended, "exactly an ended execution has an end time");
  if (ended) assert.equal(current, undefined, "an ended execution has no active step");
  if (execution.status === "InProgress")
    assert.ok(current && current.status === "InProgress", "an execution InProgress has a step InProgress");
  if (execution.status === "Waiting" && execution.mode === "Auto") assert.equal(current?.status, "Waiting");
  if (current?.status === "Waiting") assert.ok(["Waiting", "Cancelling"].includes(execution.status));
  assert.notEqual(execution.status, "Pending");
  for (const step of execution.steps) {
    assert.equal(step.startTime === undefined, step.order === 0, "exactly a started step has a start time");
    assert.equal(step.endTime !== undefined, FINAL_STATUSES.has(step.status), "exactly an ended step has an end time");
    if (step.order === 0) assert.equal(step.status, "Pending");
    if (FINAL_STATUSES.has(step.status)) assert.equal(step.cancelTimers.length, 0, "no timer outlives its step");
  }
  assert.equal(new Set(execution.steps.map((step) => step.id)).size, execution.steps.length, "ids are unique");
}

test("the invariants of an execution hold for any runbook and any sequence of signals, stops and waits", () => {
  const child = parse({
    schemaVersion: "0.3",
    mainSteps: [{ name: "agree", action: "aws:approve", inputs: { Approvers: ["admin"] } }],
  });
  fc.assert(
    fc.property(runbookArbitrary, fc.array(moveArbitrary, { maxLength: 25 }), ({ mode, ...content }, moves) => {
      const clock = makeSandboxClock(() => 1_700_000_000_000);
      const standIn = makeStandIn(clock);
      const location = { account: "111122223333", region: "us-east-1" };
      const version = { version: "1", content: "", format: "JSON" as const, runbook: child, createdAt: 0 };
      const { documents, executions } = standIn.resources.at(location);
      documents.set("Child", {
        name: "Child",
        owner: location.account,
        tags: [],
        versions: [version],
        defaultVersion: "1",
        lastNumber: 1,
      });
      const document = { name: "Generated", version: "1" };
      const start = { location, document, runbook: parse(content), parameters: {}, executedBy: admin.arn, mode };
      const execution = standIn.engine.start(start);
      try {
        for (const move of moves) {
          applyMove(standIn, execution, move);
          for (const each of executions.values()) checkInvariants(each);
        }
        if (FINAL_STATUSES.has(execution.status)) {
          const active = [...executions.values()].filter((each) => !FINAL_STATUSES.has(each.status));
          assert.deepEqual(active, [], "no child outlives its parent");
        }
      } finally {
        clock.close();
      }
    }),
    { numRuns: FULL_MATRIX ? 400 : 100 },
  );
});

function parse(document: object): Runbook {
  const result = parseRunbook(JSON.stringify(document), "JSON");
  assert.ok(result.ok);
  assert.deepEqual(
    checkRunbook(result.runbook).filter((problem) => !problem.includes("cannot be combined")),
    [],
  );
  return result.runbook;
}
