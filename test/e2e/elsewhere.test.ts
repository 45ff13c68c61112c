import assert from "node:assert/strict";
import { test } from "node:test";
import { StopAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { formatLastLines } from "../support/bot.ts";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { BOT_ROLE, ONE_GATE, toText, type World, world } from "../support/world.ts";

const GATE = (approve: string) => `
schemaVersion: "0.3"
mainSteps:
  - name: approve
    action: aws:approve
    ${approve}
    inputs: { Message: "Go on?", Approvers: ["${BOT_ROLE}", "admin"] }
  - name: after
    action: aws:runCommand
    isEnd: true
    inputs: { DocumentName: AWS-RunShellScript }
`;

const HOUR_MS = 3_600_000;

const CASES: { name: string; runbook: string; act: (w: World, id: string) => Promise<unknown>; expected: RegExp }[] = [
  {
    name: "approved in the console",
    runbook: GATE(""),
    act: (w, id) => w.signal(id, "Approve"),
    expected: /approved/i,
  },
  { name: "rejected with the CLI", runbook: GATE(""), act: (w, id) => w.signal(id, "Reject"), expected: /rejected/i },
  {
    name: "timed out",
    runbook: GATE("timeoutSeconds: 3600"),
    act: (w) => w.control.aws("clock", { advanceMs: 2 * HOUR_MS }),
    expected: /timed out/i,
  },
  {
    name: "cancelled",
    runbook: GATE(""),
    act: (w, id) => w.aws.ssm.send(new StopAutomationExecutionCommand({ AutomationExecutionId: id, Type: "Cancel" })),
    expected: /cancelled/i,
  },
];

test("a decision outside Slack is found by the next poll; the message states it and loses its buttons", async (t) => {
  const w = await world(t);
  for (const { name, runbook, act, expected } of CASES) {
    await t.test(name, async () => {
      const id = await w.run(runbook);
      const message = await w.message(id, "Go on?");
      await act(w, id);
      const closed = await w.message(id, expected);
      assert.equal(closed.ts, message.ts);
      assert.doesNotMatch(toText(closed), /"action_id":"(approve|reject)"/);

      const click = await w.click("U0JANE", message, "approve", {
        forge: {
          actions: [
            {
              action_id: "approve",
              type: "button",
              block_id: "decide",
              action_ts: "1.1",
              value: message.metadata.event_payload.request_id,
            },
          ],
        },
      });
      assert.equal(click.delivery.acked, true);
      await w.ephemeral("U0JANE", /no longer waiting/);
      assert.equal((await w.signals(id)).filter((each) => each.principal.includes("CountersignBot")).length, 0);
    });
  }
});

fullMatrixTest("a runbook that fails after its approval is shown as approved and failed", async (t) => {
  const w = await world(t);
  await w.control.aws("simulate", { action: "aws:runCommand", fail: { message: "The disk is full" } });
  const id = await w.run(ONE_GATE);
  await w.click("U0JANE", await w.message(id), "approve");
  const ended = await w.message(id, /disk is full/);
  assert.match(toText(ended), /approved/i);
  assert.match(toText(ended), /failed/i);
});

fullMatrixTest(
  "each gate of an execution is a separate request, even if the same step waits again in a loop",
  async (t) => {
    const w = await world(t);
    const id = await w.run(`
schemaVersion: "0.3"
mainSteps:
  - name: approve
    action: aws:approve
    nextStep: approve
    inputs: { Message: "Once more?", Approvers: ["${BOT_ROLE}"] }
`);
    const first = await w.message(id);
    await w.click("U0JANE", first, "approve");
    await eventually("the step waits again with a separate message", async () => (await w.messages()).length === 2);
    const [, second] = await w.messages();
    await w.click("U0MIA", second, "approve");
    await eventually("the step waits a third time", async () => (await w.messages()).length === 3);
    assert.equal((await w.signals(id)).length, 2);
  },
);

test("a waiting aws:pause opens no request", async (t) => {
  const w = await world(t);
  await w.run(`
schemaVersion: "0.3"
mainSteps:
  - name: hold
    action: aws:pause
    inputs: {}
`);
  const id = await w.run(ONE_GATE);
  await w.message(id);
  assert.equal((await w.messages()).length, 1);
});

test("a poll with 120 open requests and nothing new costs three lists and no read, and a decision in AWS one read", async (t) => {
  const w = await world(t, { limits: false });
  const decided = await w.run(GATE("isEnd: true"), { count: 120 });
  /** The reads without those that failed, for instance because the machine was too slow: the bot repeats them. */
  const countReads = async () => {
    const failed = w.bot().lines.filter(({ event }) => event === "execution.read-failed");
    return (await w.awsCalls("GetAutomationExecution")).length - failed.length;
  };
  await eventually("all executions are read", async () => (await countReads()) >= 120);
  const reads = await countReads();
  assert.equal(reads, 120, `each new execution is read once\n${formatLastLines(w.bot().lines, 20)}`);

  const lists = async () =>
    (await w.awsCalls("DescribeAutomationExecutions")) as { outcome: { body: { NextToken?: string } } }[];
  const before = (await lists()).length;
  await eventually("several polls have passed", async () => (await lists()).length >= before + 9);
  const during = (await lists()).slice(before);
  const polls = during.filter((call) => call.outcome.body.NextToken === undefined).length;
  assert.ok(polls >= 3);
  assert.ok(
    during.length <= (polls + 1) * 3 && during.length >= (polls - 1) * 3,
    `${during.length} lists in ${polls} polls`,
  );
  assert.equal(await countReads(), reads, "no execution was read again");
  assert.deepEqual(await w.awsCalls("DescribeAutomationStepExecutions"), []);

  await w.signal(decided, "Approve");
  await eventually("the end is read", async () => (await countReads()) > reads);
  const since = (await lists()).length;
  await eventually("more polls have passed", async () => (await lists()).length >= since + 9);
  assert.equal(await countReads(), reads + 1, "the change costs one read");
});
