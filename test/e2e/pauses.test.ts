import assert from "node:assert/strict";
import { test } from "node:test";
import { SendAutomationSignalCommand } from "@aws-sdk/client-ssm";
import { ONE_GATE, toText, world } from "../support/world.ts";

const POLICY = `
routes:
  - name: maintenance
    match: { action: "aws:pause", step: hold }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE], groups: [S0DBA] }
    quorum: 2
  - name: everything else
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE], groups: [S0DBA] }
admins: { users: [U0ADMIN] }
`;

const paused = (name: string) => `
schemaVersion: "0.3"
mainSteps:
  - name: ${name}
    action: aws:pause
    inputs: { Message: "Swap the disk of web-7." }
  - name: after
    action: aws:runCommand
    isEnd: true
    inputs: { DocumentName: AWS-RunShellScript }
`;

const WORDS_OF_APPROVALS = /approv|reject/i;

test("two people resume a paused step, another execution is stopped only with the permission, and pauses without a route, Interactive executions and change requests open nothing", async (t) => {
  const w = await world(t, { policy: POLICY });
  const { executionIds } = await w.control.aws("seed", {
    documents: [
      { name: "By-Hand", content: paused("hold") },
      { name: "Change", content: ONE_GATE },
    ],
    executions: [
      { document: "By-Hand", mode: "Interactive" },
      { document: "Change", changeRequest: true },
    ],
  });
  const [byHand, change] = executionIds;
  const start = { AutomationExecutionId: byHand, SignalType: "StartStep" as const, Payload: { StepName: ["hold"] } };
  await w.aws.ssm.send(new SendAutomationSignalCommand(start));
  const { Mode, StepExecutions } = await w.execution(byHand);
  assert.deepEqual([Mode, StepExecutions[0].StepStatus], ["Interactive", "Waiting"]);
  assert.equal((await w.execution(change)).AutomationExecutionStatus, "PendingApproval");
  const [ignored, resumed, stopped, elsewhere] = [
    await w.run(paused("other")),
    await w.run(paused("hold")),
    await w.run(paused("hold")),
    await w.run(paused("hold")),
  ];

  const first = await w.message(resumed, "Resume Test-Runbook?");
  assert.match(toText(first), /Swap the disk of web-7\..*"action_id":"resume".*"action_id":"stop"/s);
  await w.click("U0JANE", first, "resume");
  const half = await w.message(resumed, /1 of 2 votes to resume/);
  assert.doesNotMatch(toText(half), WORDS_OF_APPROVALS);
  await w.click("U0MIA", half, "resume");
  const done = await w.message(resumed, /Resumed: .*U0JANE.*U0MIA.*has succeeded/s);
  assert.doesNotMatch(toText(done), /in AWS|"resume"/);
  const signals = await w.signals(resumed);
  assert.deepEqual(
    signals.map(({ type, payload }) => [type, payload]),
    [["Resume", { StepName: ["hold"] }]],
  );

  const second = await w.message(stopped, "Resume Test-Runbook?");
  await w.click("U0MIA", second, "stop");
  await w.modal("U0MIA", /This cancels the whole execution/);
  await w.control.slack("submit", { user: "U0MIA", values: { reason: { reason: "Wrong disk" } } });
  const ended = await w.message(stopped, /Stopped: .*U0MIA.*Wrong disk.*was cancelled/s);
  assert.doesNotMatch(toText(ended), /elsewhere|in AWS|approv|reject/i);
  const stops = (await w.awsCalls("StopAutomationExecution")).map(({ input }) => input);
  const real = stops.filter(({ AutomationExecutionId: id }) => !/^[0-]+$/.test(id));
  assert.deepEqual(real, [{ AutomationExecutionId: stopped, Type: "Cancel" }]);

  await w.message(elsewhere, "Resume Test-Runbook?");
  const Payload = { StepName: ["hold"] };
  await w.aws.ssm.send(
    new SendAutomationSignalCommand({ AutomationExecutionId: elsewhere, SignalType: "Resume", Payload }),
  );
  await w.message(elsewhere, /Resumed in AWS.*AWS does not show by whom/s);

  // A new bot asks AWS again whether it may stop executions.
  const denied = { kind: "error", code: "AccessDeniedException", message: "denied", status: 400 };
  await w.control.aws("faults", { operation: "StopAutomationExecution", ...denied });
  await w.bot().kill();
  await w.startBot();
  const unstoppable = await w.message(await w.run(paused("hold")), "Resume Test-Runbook?");
  assert.match(toText(unstoppable), /"action_id":"resume"/);
  assert.doesNotMatch(toText(unstoppable), /"action_id":"stop"/);

  assert.equal((await w.messages()).length, 4);
  for (const id of [ignored, byHand, change])
    assert.ok((await w.messages()).every((message) => !toText(message).includes(id)));
});
