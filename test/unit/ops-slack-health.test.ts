import assert from "node:assert/strict";
import { test } from "node:test";
import { makeHealth } from "../../src/ops/readiness.ts";
import { testClock } from "../support/fakes.ts";

function working() {
  const clock = testClock();
  const health = makeHealth(clock, 15_000);
  health.slackConnected(true);
  health.expect("a");
  const report = () => {
    health.heartbeat();
    health.polled("a", null);
    const { status, parts } = health.report(null);
    return [status, parts.slack];
  };
  return { clock, health, report };
}

const READY = ["ready", "connected"];

test("readiness fails when calls to Slack have failed for a minute without one that Slack answered", () => {
  for (const failure of ["failed", "unreachable"] as const)
    for (const answer of ["ok", "refused", "limited"] as const) {
      const { clock, health, report } = working();
      health.slackCalled("chat.postMessage", failure);
      clock.advance(30_000);
      health.slackCalled("chat.postMessage", failure);
      clock.advance(29_999);
      assert.deepEqual(report(), READY);
      clock.advance(1);
      assert.deepEqual(report(), ["not ready", "calls have failed for 60 s"]);
      health.slackCalled("users.info", answer);
      assert.deepEqual(report(), READY);
      health.slackCalled("chat.postMessage", failure);
      assert.deepEqual(report(), READY, "the minute begins again");
    }
});

test("readiness fails at once when Slack refuses the bot's token, until Slack answers another call", () => {
  const { health, report } = working();
  health.slackCalled("chat.postMessage", "refused", true);
  assert.deepEqual(report(), ["not ready", "Slack refuses SLACK_BOT_TOKEN"]);
  health.slackCalled("users.info", "refused");
  assert.deepEqual(report(), READY);
});

test("the call that opens a socket says nothing about the bot's token", () => {
  const { health, report } = working();
  health.slackCalled("apps.connections.open", "refused", true);
  assert.deepEqual(report(), READY);
  health.slackCalled("chat.postMessage", "refused", true);
  health.slackCalled("apps.connections.open", "ok");
  assert.equal(report()[0], "not ready");
});
