import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import type { Json } from "../support/http-json.ts";
import { policyText } from "../support/policy-text.ts";
import { formatSetting, SETTINGS } from "../support/setting.ts";
import { ONE_GATE, toText, type World, world } from "../support/world.ts";

/** The settings of events: the bot has its queue and no poll after the first, so the events alone tell it what happens. */
const OF_EVENTS: ReadonlySet<string> = new Set([
  "waitingStepEvent",
  "waitingExecutionEvent",
  "eventDelayMs",
  "eventOrder",
  "eventCopies",
  "trail",
]);
const EVENTS_ONLY = { events: true, env: { POLL_INTERVAL_SECONDS: "3600" } };

/** A gate that an administrator may decide in the console. */
const GATE = ONE_GATE.replace('Approvers: ["', 'Approvers: ["arn:aws:iam::111122223333:user/admin", "');

/** The texts of all messages and replies, because a message that cannot be updated gets a reply with the outcome. */
const channelText = async (w: World): Promise<string> =>
  (await w.channel()).messages
    .filter(({ onlyFor }: Json) => onlyFor === undefined)
    .map(toText)
    .join("\n");

for (const setting of FULL_MATRIX ? SETTINGS : []) {
  // Without an effect of the signal, there is no outcome: the tests of signals have that story.
  const hasOutcome = setting.name !== "signalEffect";
  const claim = hasOutcome
    ? "each decision is signaled once and the channel shows it"
    : "each decision is signaled once";
  test(`with ${formatSetting(setting)}, ${claim}`, async (t) => {
    const policy = policyText("reason: none");
    const isOfEvents = OF_EVENTS.has(setting.name);
    const w = await world(t, {
      policy,
      connection: "http",
      [setting.standIn]: { [setting.name]: setting.value },
      ...(isOfEvents ? EVENTS_ONLY : {}),
    });
    const [first, second] = [await w.run(ONE_GATE), await w.run(ONE_GATE)];
    await w.click("U0JANE", await w.message(first), "approve");
    await w.click("U0MIA", await w.message(second), "reject");
    if (hasOutcome) {
      await eventually("the channel shows the approval", async () =>
        /Approved\*? by.*U0JANE/s.test(await channelText(w)),
      );
      await eventually("the channel shows the rejection", async () =>
        /Rejected\*? by.*U0MIA/s.test(await channelText(w)),
      );
      await eventually(
        "the runbook ends",
        async () => (await w.execution(first)).AutomationExecutionStatus === "Success",
      );
    }
    const sent = async (id: string) =>
      (await w.awsCalls("SendAutomationSignal"))
        .filter(({ input }) => input.AutomationExecutionId === id)
        .map(({ input }) => input.SignalType);
    await eventually("both decisions are signaled", async () => (await sent(first))[0] && (await sent(second))[0]);
    assert.deepEqual([await sent(first), await sent(second)], [["Approve"], ["Reject"]]);
    if (!isOfEvents) return;
    const elsewhere = await w.run(GATE);
    await w.message(elsewhere);
    await w.signal(elsewhere, "Approve");
    await w.message(elsewhere, /Approved/);
    assert.equal((await w.awsCalls("DescribeAutomationExecutions")).length, 1, "no poll has found any of this");
  });
}
