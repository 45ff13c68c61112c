import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import type { Json } from "../support/http-json.ts";
import { clickMessage } from "../torture/click-message.ts";
import { CRASH_POINTS } from "../torture/crash-points.ts";
import { type Harness, startHarness } from "../torture/harness.ts";
import { openDatabase } from "../torture/open-database.ts";
import { evaluateEvidence } from "../torture/oracle/evaluate-evidence.ts";
import { gatherEvidence, isBot } from "../torture/oracle/evidence.ts";
import { waitUntilIdle } from "../torture/wait-until-idle.ts";

// The bot kills itself with SIGKILL at each point, through a port that this test wraps, and is then restarted.
let harness: Harness;
suite("kills at crash points", () => {
  before(async () => {
    harness = await startHarness(await openDatabase("sqlite"));
  });
  after(() => harness.close());

  const CHANNEL = "C0APPROVALS";

  /** One point for each effect that must not be repeated: a post and a signal. */
  const REPRESENTATIVES = [
    "after the post, before its ts is recorded",
    "after the signal, before its outcome is recorded",
  ];

  test("each representative is a crash point", () => {
    assert.deepEqual(
      REPRESENTATIVES.filter((point) => !CRASH_POINTS.includes(point)),
      [],
    );
  });

  for (const point of FULL_MATRIX ? CRASH_POINTS : REPRESENTATIVES) {
    test(`a kill ${point} leads to one message, one signal and the right end`, async () => {
      await harness.reset();
      const executionId = await harness.run("One-Gate");
      const doomed = await harness.startBot(0, { crashPoint: point });
      const restarted = doomed.ended.then(() => harness.startBot(0));
      const click = (user: string) =>
        clickMessage(harness, { user, channel: CHANNEL, executionId, verdict: "approve", twice: false, stale: true });

      await until(() => isOpen(executionId), "the request is posted and open");
      const arrivedOrDied = async () => doomed.hasEnded() || (await acknowledged()).includes("U0JANE");
      await until(async () => {
        if (await arrivedOrDied()) return true;
        await click("U0JANE");
        return arrivedOrDied();
      }, "a click arrives, or the bot dies");
      await click("U0ROSA"); // not an approver, and the message has changed since
      await until(async () => doomed.hasEnded(), `the bot dies ${point}`);
      await restarted;
      assert.equal(await waitUntilIdle(harness), null);
      if (await isOpen(executionId)) {
        // The click was not acknowledged, and Slack has shown that to its author, who clicks again.
        assert.deepEqual((await acknowledged()).includes("U0JANE"), false);
        assert.notEqual(point, "after the click is recorded, before it is acknowledged");
        harness.time.unfreeze();
        // The new bot is idle as soon as it runs, and may not be connected to Slack yet.
        await until(async () => {
          await click("U0JANE");
          return (await acknowledged()).includes("U0JANE");
        }, "the click arrives at the new bot");
        assert.equal(await waitUntilIdle(harness), null);
      }
      await Promise.all(harness.bots().map((bot) => bot?.kill()));
      const evidence = await gatherEvidence(harness);
      assert.deepEqual(evaluateEvidence(evidence).violations, []);
      const [execution] = evidence.executions;
      assert.equal(execution.AutomationExecutionStatus, "Success");
      assert.equal(execution.signals.filter((each: Json) => isBot(each.principal)).length, 1);
      const messages = (evidence.channels[CHANNEL] ?? []).filter(
        ({ onlyFor, thread_ts, ts }) => onlyFor === undefined && (thread_ts === undefined || thread_ts === ts),
      );
      assert.equal(messages.length, 1);
      assert.match(JSON.stringify(messages[0]), /\*Approved\* by <@U0JANE>/);
      const requests = evidence.records.requests.map(({ state, decision }) => [state, decision]);
      assert.deepEqual(requests, [["closed", "approve"]]);
    });
  }

  async function isOpen(executionId: string): Promise<boolean> {
    const messages = await harness.readMessages(CHANNEL);
    return messages.some((message) => {
      const blocks = JSON.stringify(message.blocks ?? []);
      return blocks.includes(executionId) && blocks.includes('"action_id":"approve"');
    });
  }

  /** Returns the users whose clicks the bot acknowledged to Slack. */
  async function acknowledged(): Promise<string[]> {
    const { requests } = await harness.control.slack("requests?operation=deliver:block_actions");
    return requests.filter((call: Json) => call.outcome.status === 200).map((call: Json) => call.input.user.id);
  }

  /** Waits until the condition is true; moves time forward while it is not. */
  async function until(isTrue: () => Promise<boolean>, description: string): Promise<void> {
    for (let strides = 0; strides < 25; strides++) {
      const end = Date.now() + 1_500;
      while (Date.now() < end) {
        if (await isTrue()) return;
        await harness.wait(1_000);
      }
      harness.advanceTime(30_000);
    }
    const lines = harness.bots().flatMap((bot) => bot?.lines.slice(-20) ?? []);
    assert.fail(`not true: ${description}\n${lines.join("\n")}`);
  }
});
