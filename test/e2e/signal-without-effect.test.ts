import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../src/app/ports/aws.ts";
import { startBot } from "../../src/bot/start.ts";
import { NO_TEST_HOOKS } from "../../src/bot/test-hooks.ts";
import { readTextFile } from "../../src/config/file.ts";
import { loadConfig } from "../../src/config/load.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { eventually } from "../support/eventually.ts";
import { testLog } from "../support/fakes.ts";
import { ONE_GATE, toText, world } from "../support/world.ts";

const POLICY = `
routes:
  - name: everything
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE] }
admins: { users: [U0ADMIN, U0MIA] }
`;

/** Makes a clock on which time can pass without a wait. */
function makeAheadClock() {
  let aheadMs = 0;
  const clock: Clock = {
    ...systemClock,
    now: () => systemClock.now() + aheadMs,
    elapsed: () => systemClock.elapsed() + aheadMs,
  };
  const advance = (ms: number) => {
    aheadMs += ms;
  };
  return { clock, advance };
}

test("a signal that AWS accepts without effect is reported in the channel, to each admin, in the audit log, as an event and as a metric, and is never sent again", async (t) => {
  const w = await world(t, { start: false, policy: POLICY, aws: { signalEffect: "none" } });
  Object.assign(process.env, w.environment); // the SDK reads its own variables
  const loaded = loadConfig(w.environment, readTextFile);
  assert(loaded.kind === "config");
  const { clock, advance } = makeAheadClock();
  const log = testLog();
  const bot = await startBot(loaded.config, { clock, log, hooks: NO_TEST_HOOKS });
  t.after(() => bot.stop());
  const logged = (event: string) =>
    log.lines.filter(({ fields }) => fields.event === event).map(({ fields }) => fields);
  await eventually("Slack is connected", () => logged("socket.connected").length > 0);
  const id = await w.run(ONE_GATE);
  const message = await w.message(id);
  await w.click("U0JANE", message, "approve");
  await w.message(id, "AWS accepted the decision. The step has not continued yet.");
  assert.equal((await w.posts()).length, 1, "nothing is reported before a minute has passed");

  advance(61_000);
  await eventually("the log reports it", () => logged("signal.without-effect").length > 0);
  const isReport = (each: { text: string }) => /^Approve signal without effect/.test(each.text);
  const report = await eventually("the channel reports it", async () => (await w.messages()).find(isReport));
  assert.match(toText(report), /Check the execution .*in the AWS console.* now/);
  const direct = await eventually("each admin has a direct message", async () => {
    const { channels } = await w.control.slack("state");
    const found = channels.filter((each: { id: string }) => each.id.startsWith("D"));
    return (
      found.length >= 2 && found.every((each: object) => /signal without effect/.test(JSON.stringify(each))) && found
    );
  });
  assert.equal(direct.length, 2);
  const own = await w.message(id, /rotating_light/);
  assert.equal(own.ts, message.ts, "the message of the request says so too");
  const events = await eventually("the event is published", async () => {
    const { events: all } = await w.control.aws("bus?source=countersign");
    const found = all.filter((each: { "detail-type": string }) => each["detail-type"] === "Signal Without Effect");
    return found.length > 0 && found;
  });
  assert.equal(events.length, 1);
  assert.match(JSON.stringify(events), new RegExp(id));
  const metrics = await (await fetch(`http://127.0.0.1:${bot.port}/metrics`)).text();
  assert.match(metrics, /countersign_signal_verifications_total\{result="no-effect"\} 1/);

  // After this time, a signal without a reply would be sent again.
  advance(11 * 60_000);
  const before = (await w.awsCalls("GetAutomationExecution")).length;
  const isReadAgain = async () => (await w.awsCalls("GetAutomationExecution")).length > before;
  await eventually("the execution is read again", isReadAgain);
  assert.equal((await w.awsCalls("SendAutomationSignal")).length, 1, "the signal is not sent again");
  assert.equal(logged("signal.without-effect").length, 1);
  assert.equal((await w.messages()).filter(isReport).length, 1);
});
