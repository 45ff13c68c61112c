import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import type { Json } from "../support/http-json.ts";
import { policyText } from "../support/policy-text.ts";
import { BOT_ROLE, ONE_GATE, toText, type World, world } from "../support/world.ts";

const ACCOUNT = "111122223333";
const APPROVER_ROLE = `arn:aws:iam::${ACCOUNT}:role/CountersignApprover`;
const session = (name: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/CountersignApprover/${name}`;
const AS_PEOPLE = `
targets:
  - name: main
    regions: [us-east-1]
    approverRole: ${APPROVER_ROLE}
`;

/** A gate with two required approvals, and a second gate that stays undecided. */
const TWO_PEOPLE = (approvers: string[]) => `
schemaVersion: "0.3"
mainSteps:
  - name: both
    action: aws:approve
    inputs: { Message: "Both?", MinRequiredApprovals: 2, Approvers: ${JSON.stringify(approvers)} }
  - name: next
    action: aws:approve
    isEnd: true
    inputs: { Message: "And next?", Approvers: ${JSON.stringify(approvers)} }
`;

const steps = async (w: World, id: string): Promise<[string, string][]> =>
  (await w.execution(id)).StepExecutions.map((step: Json) => [step.StepName, step.StepStatus]);
const assumed = async (w: World) =>
  (await w.awsCalls("AssumeRole")).map(({ input }: Json) => [input.RoleSessionName, input.SourceIdentity]);

test("two people approve a step with two required approvals: each signals in their own session, and the next gate stays undecided", async (t) => {
  const w = await world(t, { policy: policyText("quorum: 2", AS_PEOPLE) });
  const id = await w.run(TWO_PEOPLE([session("jane@example.com"), session("mia@example.com")]));
  const message = await w.message(id, "Both?");
  await w.click("U0JANE", message, "approve");
  await w.message(id, /1 of 2 approvals.*1 more needed/);
  assert.deepEqual(await w.signals(id), [], "nothing is sent before the quorum is complete");
  await w.click("U0MIA", message, "approve");

  await w.message(id, "And next?");
  const [both] = (await w.execution(id)).StepExecutions;
  const decisions = both.Outputs.ApproverDecisions.map((text: string) => JSON.parse(text).Approver);
  assert.deepEqual(decisions, [session("jane@example.com"), session("mia@example.com")]);
  assert.deepEqual(await steps(w, id), [
    ["both", "Success"],
    ["next", "Waiting"],
  ]);
  const sent = await w.signals(id);
  assert.deepEqual(
    sent.map((signal) => signal.principal),
    [session("jane@example.com"), session("mia@example.com")],
  );
  assert.deepEqual(await assumed(w), [
    ["jane@example.com", "U0JANE"],
    ["mia@example.com", "U0MIA"],
  ]);
  const closed = await eventually("the first message is closed", async () =>
    (await w.messages()).find((each) => each.ts === message.ts && /\*Approved\*/.test(toText(each))),
  );
  assert.match(toText(closed), /<@U0JANE>.*<@U0MIA>/);
});

fullMatrixTest("a signal without a reply is resolved by a read of AWS before the next person signals", async (t) => {
  const w = await world(t, { policy: policyText("quorum: 2", AS_PEOPLE) });
  const id = await w.run(TWO_PEOPLE([session("jane@example.com"), session("mia@example.com")]));
  const message = await w.message(id, "Both?");
  await w.click("U0JANE", message, "approve");
  await w.control.aws("faults", { operation: "SendAutomationSignal", kind: "drop-reply", times: 1 });
  await w.click("U0MIA", message, "approve");
  await w.message(id, "And next?");
  assert.deepEqual(
    (await w.signals(id)).map((signal) => signal.principal),
    [session("jane@example.com"), session("mia@example.com")],
  );
  assert.deepEqual(await steps(w, id), [
    ["both", "Success"],
    ["next", "Waiting"],
  ]);
});

fullMatrixTest(
  "a message states AWS's count and the other approvers of the step if AWS still waits after all our signals",
  async (t) => {
    const w = await world(t, { policy: policyText("quorum: 1", AS_PEOPLE) });
    const id = await w.run(TWO_PEOPLE([session("jane@example.com"), `arn:aws:iam::${ACCOUNT}:user/omar`]));
    await w.click("U0JANE", await w.message(id, "Both?"), "approve");
    const text = toText(await w.message(id, /AWS has 1 of 2 approvals/));
    assert.match(text, /Approvers also include `omar`/);
    assert.doesNotMatch(text, /also include `[^`]*jane/);
  },
);

fullMatrixTest(
  "a role that the step does not list gets no buttons, one that cannot be assumed is reported, and no other identity sends the signal",
  async (t) => {
    const role = APPROVER_ROLE.replace("CountersignApprover", "NoSuchRole");
    const w = await world(t, {
      policy: policyText("quorum: 1", AS_PEOPLE.replace("CountersignApprover", "NoSuchRole")),
    });
    for (const unlisted of [await w.run(ONE_GATE), await w.run(ONE_GATE)])
      assert.doesNotMatch(toText(await w.message(unlisted, `- ${role}`)), /"action_id":"(approve|reject)"/);
    const notices = await eventually("the admin is notified", async () => {
      const { channels } = await w.control.slack("state");
      const direct = channels.find((each: Json) => each.kind === "im" && each.members.includes("U0ADMIN"));
      return direct?.messages.length > 0 && direct.messages;
    });
    assert.equal(notices.length, 1, "once for the runbook");
    assert.match(toText(notices[0]), /AWS would refuse decisions about Test-Runbook/);

    const id = await w.run(ONE_GATE.replace(BOT_ROLE, role));
    await w.click("U0JANE", await w.message(id), "approve");
    await w.message(id, /does not let Countersign act as jane@example\.com.*AccessDenied/);
    assert.deepEqual(await w.signals(id), []);
    assert.deepEqual(await w.awsCalls("SendAutomationSignal"), []);
  },
);

fullMatrixTest(
  "a person whom the step does not list is denied before the vote counts, and nothing is signaled",
  async (t) => {
    const w = await world(t, { policy: policyText("quorum: 1", AS_PEOPLE) });
    const id = await w.run(ONE_GATE.replace(BOT_ROLE, session("mia@example.com")));
    await w.click("U0JANE", await w.message(id), "approve");
    await w.ephemeral("U0JANE", /the step's Approvers do not include .*jane@example\.com/);
    assert.match(toText(await w.message(id)), /0 of 1 approvals/);
    assert.deepEqual(await steps(w, id), [
      ["approve", "Waiting"],
      ["restart", "Pending"],
    ]);
  },
);

test("a click counts while the bot has not identified a target since its start, and its signal has the person's name", async (t) => {
  const w = await world(t, { policy: policyText("quorum: 1", AS_PEOPLE) });
  const id = await w.run(ONE_GATE.replace(BOT_ROLE, session("jane@example.com")));
  const message = await w.message(id);
  await w.bot().stop();
  await w.control.aws("faults", { operation: "GetCallerIdentity", kind: "throttle" });
  const { lines } = await w.startBot();
  await eventually("Slack is connected", () => lines.some(({ event }) => event === "socket.connected"));
  await w.click("U0JANE", message, "approve");
  await eventually(
    "the click is evaluated",
    () => lines.some(({ event }) => event === "click.counted"),
    () => JSON.stringify(lines.filter(({ event }) => /^(click|target)/.test(event))),
  );
  await fetch(`${w.aws.url}/_control/faults`, { method: "DELETE" });
  await w.message(id, /Success|succeeded/i);
  assert.deepEqual(
    (await w.signals(id)).map(({ principal }) => principal),
    [session("jane@example.com")],
  );
});
