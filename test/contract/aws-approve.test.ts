import assert from "node:assert/strict";
import { test } from "node:test";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { ADMIN_ARN, awsWorld, BOT_ROLE, gate, KEYS, work } from "./aws-world.ts";

const twoGates = { mainSteps: [gate("first", ["admin"]), gate("second", ["admin"]), work("deploy")] };

test("an approve step waits, shows Waiting on step and execution, and continues after an approval", async () => {
  await using aws = await awsWorld();
  await aws.document("One-Gate", { mainSteps: [gate("first", ["admin"]), work("deploy")] });
  const id = await aws.start("One-Gate");
  const before = await aws.get(id);
  assert.equal(before.AutomationExecutionStatus, "Waiting");
  assert.equal(before.CurrentStepName, "first");
  assert.equal(before.CurrentAction, "aws:approve");
  assert.deepEqual(
    before.StepExecutions?.map((step) => [step.StepName, step.StepStatus]),
    [
      ["first", "Waiting"],
      ["deploy", "Pending"],
    ],
  );
  await aws.signal(id, "Approve", { Comment: ["looks good"] });
  assert.equal(await aws.status(id), "InProgress");
  aws.clock.advance(60_000);
  const after = await aws.get(id);
  assert.equal(after.AutomationExecutionStatus, "Success");
  assert.ok(after.ExecutionEndTime instanceof Date);
  assert.equal(after.CurrentStepName, undefined);
  const [step] = after.StepExecutions ?? [];
  assert.deepEqual(step?.Outputs?.ApprovalStatus, ["Approved"]);
  const [decision] = (step?.Outputs?.ApproverDecisions ?? []).map((text) => JSON.parse(text));
  assert.equal(decision.Approver, ADMIN_ARN);
  assert.equal(decision.Decision, "Approve");
  assert.equal(decision.Comment, "looks good");
});

test("a late Approve approves the next gate of the same runbook, because signals name no step", async () => {
  await using aws = await awsWorld();
  await aws.document("Two-Gates", twoGates);
  const id = await aws.start("Two-Gates");
  await aws.signal(id, "Approve");
  assert.equal((await aws.get(id)).CurrentStepName, "second");
  await aws.signal(id, "Approve");
  assert.equal((await aws.step(id, "second")).StepStatus, "Success");
});

test("one Reject ends an approve step that needs two approvals, and the execution fails", async () => {
  await using aws = await awsWorld();
  const steps = [gate("first", ["admin", "jane", "omar"], {}, { MinRequiredApprovals: 2 }), work("deploy")];
  await aws.document("Quorum", { mainSteps: steps });
  const id = await aws.start("Quorum");
  await aws.signal(id, "Approve", undefined, KEYS.jane);
  await aws.signal(id, "Reject", { Comment: ["not on a Friday"] }, KEYS.omar);
  const execution = await aws.get(id);
  assert.equal(execution.AutomationExecutionStatus, "Failed");
  assert.match(execution.FailureMessage ?? "", /Rejected/);
  const step = await aws.step(id, "first");
  assert.equal(step.StepStatus, "Failed");
  assert.deepEqual(step.Outputs?.ApprovalStatus, ["Rejected"]);
  assert.equal(step.Outputs?.ApproverDecisions?.length, 2);
  assert.equal(step.FailureDetails?.FailureStage, "Invocation");
  assert.equal(step.FailureDetails?.FailureType, "Action");
  assert.match(step.FailureMessage ?? "", /Rejected/);
  assert.equal((await aws.step(id, "deploy")).StepStatus, "Pending");
});

test("each required approval needs another approver; a second one by the same approver does not count", async () => {
  await using aws = await awsWorld();
  const steps = [gate("first", ["jane", "omar"], {}, { MinRequiredApprovals: 2 })];
  await aws.document("Quorum", { mainSteps: steps });
  const id = await aws.start("Quorum");
  await aws.signal(id, "Approve", undefined, KEYS.jane);
  await aws.signal(id, "Approve", undefined, KEYS.jane);
  const waiting = await aws.step(id, "first");
  assert.equal(waiting.StepStatus, "Waiting");
  assert.deepEqual(waiting.Outputs?.ApprovalStatus, ["Waiting"]);
  assert.equal(waiting.Outputs?.ApproverDecisions?.length, 1);
  await aws.signal(id, "Approve", undefined, KEYS.omar);
  assert.equal(await aws.status(id), "Success");
});

for (const [form, approver, as] of [
  ["a user name", "jane", KEYS.jane],
  ["a user's ARN", "arn:aws:iam::111122223333:user/jane", KEYS.jane],
  ["a role's ARN, by any session of the role", BOT_ROLE, KEYS.bot],
  ["an assumed-role ARN", "arn:aws:sts::111122223333:assumed-role/CountersignBot/countersign", KEYS.bot],
] as const) {
  test(`an approver can be listed by ${form}`, async () => {
    await using aws = await awsWorld();
    await aws.document("Named", { mainSteps: [gate("first", [approver])] });
    const id = await aws.start("Named");
    await assert.rejects(aws.signal(id, "Approve", undefined, KEYS.omar), { name: "InvalidAutomationSignalException" });
    assert.equal(await aws.status(id), "Waiting");
    await aws.signal(id, "Approve", undefined, as);
    assert.equal(await aws.status(id), "Success");
  });
}

for (const [sessionsOfOneRole, status] of [
  ["distinct", "Success"],
  ["one", "Waiting"],
] as const)
  test(`with sessionsOfOneRole ${sessionsOfOneRole}, a step that needs two approvals shows ${status} after those of two sessions of a listed role`, async () => {
    await using aws = await awsWorld({ assumptions: { sessionsOfOneRole } });
    const role = "arn:aws:iam::111122223333:role/CountersignApprover";
    await aws.document("Role", { mainSteps: [gate("first", [role, "omar"], {}, { MinRequiredApprovals: 2 })] });
    const id = await aws.start("Role");
    for (const RoleSessionName of ["jane", "dan"]) {
      const command = new AssumeRoleCommand({ RoleArn: role, RoleSessionName });
      const { Credentials: found } = await aws.sts({ as: KEYS.bot }).send(command);
      const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = found ?? {};
      const as = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
      await aws.signal(id, "Approve", undefined, as);
    }
    assert.equal(await aws.status(id), status);
  });

test("an undecided step times out seven days after its start, or after the runbook's own timeout", async () => {
  await using aws = await awsWorld();
  await aws.document("Default-Timeout", { mainSteps: [gate("first", ["admin"])] });
  await aws.document("Own-Timeout", { mainSteps: [gate("first", ["admin"], { timeoutSeconds: 90 })] });
  const [slow, quick] = [await aws.start("Default-Timeout"), await aws.start("Own-Timeout")];
  assert.equal((await aws.step(slow, "first")).TimeoutSeconds, undefined);
  assert.equal((await aws.step(quick, "first")).TimeoutSeconds, 90);
  aws.clock.advance(91_000);
  assert.equal(await aws.status(quick), "TimedOut");
  assert.equal((await aws.step(quick, "first")).StepStatus, "TimedOut");
  aws.clock.advance(604_800_000 - 200_000);
  assert.equal(await aws.status(slow), "Waiting");
  aws.clock.advance(200_000);
  assert.equal(await aws.status(slow), "TimedOut");
  await assert.rejects(aws.signal(slow, "Approve"), { name: "InvalidAutomationSignalException" });
});

test("a rejection does not stop a runbook with onFailure Continue or onFailure step:NAME", async () => {
  await using aws = await awsWorld();
  const onward = gate("first", ["admin"], { onFailure: "Continue" });
  const elsewhere = gate("first", ["admin"], { onFailure: "step:tidy", isCritical: false });
  const critical = gate("first", ["admin"], { onFailure: "Continue", isCritical: true });
  await aws.document("Onward", { mainSteps: [onward, work("deploy")] });
  await aws.document("Elsewhere", { mainSteps: [elsewhere, work("deploy"), work("tidy")] });
  await aws.document("Critical", { mainSteps: [critical, work("deploy")] });
  const ids = [await aws.start("Onward"), await aws.start("Elsewhere"), await aws.start("Critical")];
  for (const id of ids) await aws.signal(id, "Reject");
  aws.clock.advance(60_000);
  assert.deepEqual(await Promise.all(ids.map((id) => aws.status(id))), ["Success", "Success", "Failed"]);
  assert.equal((await aws.step(ids[0] ?? "", "deploy")).StepStatus, "Success");
  assert.equal((await aws.step(ids[1] ?? "", "deploy")).StepStatus, "Pending");
  assert.equal((await aws.step(ids[1] ?? "", "tidy")).StepStatus, "Success");
});

test("a runbook that loops back runs the same step again with a new step execution id", async () => {
  await using aws = await awsWorld({ seed: true });
  const id = await aws.start("Batch-Approve-Loop");
  const first = await aws.step(id, "approveBatch");
  await aws.signal(id, "Approve", undefined, KEYS.bot);
  aws.clock.advance(3000);
  const second = await aws.step(id, "approveBatch");
  assert.equal(second.StepStatus, "Waiting");
  assert.notEqual(second.StepExecutionId, first.StepExecutionId);
  await aws.control("simulate", { step: "migrate", outputs: { Left: 0 } });
  await aws.signal(id, "Approve", undefined, KEYS.bot);
  aws.clock.advance(10_000);
  assert.equal(await aws.status(id), "Success");
  const passes = (await aws.get(id)).StepExecutions?.filter((step) => step.StepName === "approveBatch");
  assert.equal(passes?.length, 2);
});

test("the messages of the two-gate runbook name only the version and the commit of its start", async () => {
  await using aws = await awsWorld({ seed: true });
  const demonstration = ["2026.11.3", "9f1c2ab"];
  const id = await aws.start("Web-Deploy-Two-Gates", { Version: ["2026.12.1"], Commit: ["4b1d77e"] });
  const first = (await aws.step(id, "approveCanary")).Inputs?.Message ?? "";
  assert.match(first, /Deploy 2026\.12\.1 \(commit 4b1d77e, image shop@sha256:\w+\) to the first zone\?/);
  await aws.signal(id, "Approve", undefined, KEYS.bot);
  aws.clock.advance(3000);
  const second = (await aws.step(id, "approveEverywhere")).Inputs?.Message ?? "";
  assert.match(second, /The first zone runs 2026\.12\.1\./);
  for (const each of demonstration) assert.ok(!(first + second).includes(each), each);
});

test("Approvers, Message and MinRequiredApprovals can come from parameters, and Inputs shows them as JSON text", async () => {
  await using aws = await awsWorld();
  await aws.document(
    "From-Parameters",
    `
schemaVersion: "0.3"
parameters:
  Who: { type: StringList }
  Least: { type: Integer, default: 2 }
  Text: { type: String }
mainSteps:
  - name: first
    action: aws:approve
    inputs:
      Approvers: ["{{ Who }}"]
      MinRequiredApprovals: "{{ Least }}"
      Message: 'Run "{{ Text }}" as {{ Who }}?'
`,
  );
  const id = await aws.start("From-Parameters", { Who: ["jane", "omar"], Text: ["it"] });
  const step = await aws.step(id, "first");
  assert.deepEqual(step.Inputs, {
    Approvers: '["jane","omar"]',
    MinRequiredApprovals: "2",
    Message: JSON.stringify('Run "it" as ["jane","omar"]?'),
  });
  assert.deepEqual((await aws.get(id)).Parameters, { Who: ["jane", "omar"], Least: ["2"], Text: ["it"] });
});

test("a step with invalid inputs fails in the stage InputValidation and never waits", async () => {
  await using aws = await awsWorld();
  const invalid: [string, object][] = [
    ["More-Than-Approvers", gate("first", ["admin"], {}, { MinRequiredApprovals: 2 })],
    [
      "Eleven",
      gate(
        "first",
        Array.from({ length: 11 }, (_, index) => `user${index}`),
      ),
    ],
    ["Long", gate("first", ["admin"], {}, { Message: "x".repeat(4097) })],
    ["Topic", gate("first", ["admin"], {}, { NotificationArn: "arn:aws:sns:us-east-1:111122223333:Approvals" })],
  ];
  for (const [name, step] of invalid) {
    await aws.document(name, { mainSteps: [step] });
    const id = await aws.start(name);
    const failed = await aws.step(id, "first");
    assert.equal(failed.StepStatus, "Failed", name);
    assert.equal(failed.FailureDetails?.FailureStage, "InputValidation", name);
    assert.equal(await aws.status(id), "Failed", name);
  }
});
