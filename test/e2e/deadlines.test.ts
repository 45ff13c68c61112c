import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import type { Json } from "../support/http-json.ts";
import { BOT_ROLE, toText } from "../support/world.ts";
import { startHarness } from "../torture/harness.ts";
import { openDatabase } from "../torture/open-database.ts";

const DAY = 24 * 3_600_000;

const POLICY = `
routes:
  - name: everything
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE], groups: [S0DBA] }
    quorum: 2
    remind: { after: 2d, every: 2d, lastCall: 12h }
    escalate: { after: 5d, channels: [C0ONCALL], mention: [S0ONCALL] }
`;

const RUNBOOK = `
schemaVersion: "0.3"
mainSteps:
  - name: approve
    action: aws:approve
    onFailure: Abort
    isEnd: true
    inputs: { Message: "Restart?", Approvers: ["${BOT_ROLE}"] }
`;

const isReply = (message: Json) => message.thread_ts !== undefined && message.thread_ts !== message.ts;

test("a week without an answer: two reminders, an escalation, a last call, and the end, each once, also after a kill", async (t) => {
  const harness = await startHarness(await openDatabase("sqlite"), POLICY);
  t.after(() => harness.close());
  await harness.reset();
  await harness.control.aws("seed", { documents: [{ name: "Week", content: RUNBOOK }] });
  await harness.run("Week");
  const bot = await harness.startBot(0);

  const replies = async () => (await harness.readMessages("C0APPROVALS")).filter(isReply).map(toText);
  const said = (count: number, expected: RegExp) =>
    eventually(`reply ${count} says ${expected}`, async () => {
      const all = await replies();
      return all.length === count && expected.test(all.at(-1) ?? "");
    });
  const message = async () => (await harness.readMessages("C0APPROVALS")).find((each) => !isReply(each));
  await eventually("the message is posted", message);

  harness.advanceTime(2.1 * DAY);
  await said(1, /Still waiting for a decision.*0 of 2 approvals.*<!subteam\^S0DBA>, <@U0JANE>/s);
  await bot.kill();
  await harness.startBot(0);
  harness.advanceTime(2 * DAY);
  await said(2, /Still waiting for a decision/);

  const { ts } = await eventually("the message is posted", message);
  const click = { user: "U0MIA", channel: "C0APPROVALS", ts, action_id: "approve", confirm: true };
  // A jump of the time may close the connection to Slack. A person whose click is not acknowledged clicks again.
  const isAcknowledged = async () => (await harness.control.slack("click", click)).delivery.acked;
  await eventually("the click is acknowledged", isAcknowledged);
  await eventually("the vote counts", async () => /1 of 2 approvals/.test(toText(await message())));
  harness.advanceTime(DAY);
  await said(3, /Escalated.*1 of 2 approvals.*<#C0ONCALL>/s);
  const mentioned = (await replies()).at(-1)?.match(/<@\w+>|<!subteam\^\w+>/g);
  assert.deepEqual(mentioned, ["<@U0JANE>"], "neither the voter nor the group that only the voter is in");
  const escalated = await eventually("the message is in the other channel", async () =>
    (await harness.readMessages("C0ONCALL")).find((each) => /Restart\?/.test(toText(each))),
  );
  assert.match(toText(escalated), /\*Escalated\* to <!subteam\^S0ONCALL>: no decision after 5 days/);
  assert.match(toText(escalated), /"action_id":"approve"/);

  harness.advanceTime(1.5 * DAY);
  await said(4, /Last call/);
  harness.advanceTime(DAY);
  await said(5, /The execution has timed out/);
  await eventually("the message says so", async () => /Timed out/.test(toText(await message())));
  harness.advanceTime(5 * DAY);
  await harness.wait(5_000);
  assert.equal((await replies()).length, 5, "nothing follows the end");
});

fullMatrixTest(
  "a reminder in quiet hours comes at their end, also in the night when the clocks change; an escalation mentions only the people on call",
  async (t) => {
    const quiet = `${POLICY.replaceAll(/ {4}(remind|escalate): .*\n/g, "")}    remind: { after: 2h, every: 1w }
    escalate: { after: 90m, channels: [C0ONCALL], mention: [S0ONCALL] }
    quiet: { from: "22:00", to: "07:00", zone: Europe/Berlin }
`;
    const harness = await startHarness(await openDatabase("sqlite"), quiet);
    t.after(() => harness.close());
    await harness.reset();
    const moveTo = (time: string) => harness.advanceTime(Date.parse(time) - harness.time.now());
    const replies = async () => (await harness.readMessages("C0APPROVALS")).filter(isReply).map(toText);
    const reminders = async () => (await replies()).filter((text) => !text.includes("*Escalated*"));
    // The night to Sunday in which summer time begins: 22:00 is 21:00 UTC, and 07:00 is 05:00 UTC.
    moveTo("2027-03-27T20:00:00Z");
    await harness.control.aws("seed", { documents: [{ name: "Night", content: RUNBOOK }] });
    await harness.run("Night");
    await harness.startBot(0);
    await eventually("the message is posted", async () => (await harness.readMessages("C0APPROVALS")).length === 1);
    for (const time of ["2027-03-27T22:10:00Z", "2027-03-28T04:40:00Z"]) {
      moveTo(time);
      await harness.wait(20_000);
      assert.deepEqual(await reminders(), [], time);
    }
    const escalated = await eventually("the escalation is posted", async () =>
      (await harness.readMessages("C0ONCALL")).find((each) => !isReply(each)),
    );
    assert.deepEqual(toText(escalated).match(/<@\w+>|<!subteam\^\w+>/g), ["<!subteam^S0ONCALL>"]);
    moveTo("2027-03-28T05:01:00Z");
    await eventually("the reminder is posted", async () =>
      /Still waiting for a decision/.test((await reminders()).join()),
    );
  },
);
