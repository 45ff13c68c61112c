import assert from "node:assert/strict";
import { test } from "node:test";
import type { GateRunbook } from "../support/gate-runbook.ts";
import { GATE_RUNBOOKS } from "../support/gate-runbooks.ts";
import { type AwsWorld, awsWorld, DECIDES, KEYS, work } from "./aws-world.ts";

test("at least 30 runbooks with gates are driven to their end", () => {
  assert.ok(GATE_RUNBOOKS.filter(({ gates }) => gates > 0).length >= 30);
});

for (const each of GATE_RUNBOOKS) {
  test(`a runbook loads and ends as expected: ${each.shape}`, async () => {
    await using aws = await awsWorld({ assumptions: DECIDES });
    await aws.document("Child", { mainSteps: [work("run")] });
    await aws.document("Shape", each.content);
    if (each.outputs !== undefined) await aws.control("simulate", each.outputs);
    const id = await aws.start("Shape", each.parameters);
    assert.equal(await drive(aws, id, each), each.gates, "gates");
    assert.equal(await aws.status(id), each.end);
  });
}

/** Decides each gate of an execution and of its children until the execution ends. Resolves with the number of gates. */
async function drive(aws: AwsWorld, id: string, { decisions = [] }: GateRunbook): Promise<number> {
  let gates = 0;
  for (let moves = 0; moves < 40; moves++) {
    const { executions } = await aws.control("executions");
    if (["Success", "Failed", "TimedOut"].includes((await aws.status(id)) ?? "")) return gates;
    // With a setting of the stand-in, the parent of a waiting child is Waiting too.
    const waiting = executions.find(
      (each: { AutomationExecutionStatus: string; CurrentAction: string }) =>
        each.AutomationExecutionStatus === "Waiting" && each.CurrentAction !== "aws:executeAutomation",
    );
    if (waiting === undefined) {
      aws.clock.advance(600_000);
    } else if (waiting.CurrentAction === "aws:pause") {
      await aws.signal(waiting.AutomationExecutionId, "Resume", { StepName: [waiting.CurrentStepName] });
    } else {
      await decide(aws, waiting, decisions[gates] ?? "Approve");
      gates += 1;
    }
  }
  throw new Error("the execution does not end");
}

async function decide(
  aws: AwsWorld,
  waiting: { AutomationExecutionId: string; CurrentStepName: string },
  decision: "Approve" | "Reject" | "timeout",
): Promise<void> {
  if (decision === "timeout") return void aws.clock.advance(1_800_000);
  const { Inputs } = await aws.step(waiting.AutomationExecutionId, waiting.CurrentStepName);
  await aws.signal(waiting.AutomationExecutionId, decision);
  if (Inputs?.MinRequiredApprovals === "2")
    await aws.signal(waiting.AutomationExecutionId, decision, undefined, KEYS.jane);
}
