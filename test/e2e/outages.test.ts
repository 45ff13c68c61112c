import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { runCommand } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import type { Json } from "../support/http-json.ts";
import { BOT_ROLE, ONE_GATE, toText, type World, world } from "../support/world.ts";
import { startHarness } from "../torture/harness.ts";
import { openDatabase } from "../torture/open-database.ts";
import { waitUntilIdle } from "../torture/wait-until-idle.ts";

const HOUR_MS = 3_600_000;
const CHANNEL = "C0APPROVALS";

const gate = (timeoutSeconds: number) => `
schemaVersion: "0.3"
mainSteps:
  - name: approve
    action: aws:approve
    timeoutSeconds: ${timeoutSeconds}
    isEnd: true
    inputs: { Message: "Go on?", Approvers: ["${BOT_ROLE}"] }
`;

for (const [outage, fault] of [
  ["with error replies", { operation: "chat.postMessage", kind: "error", code: "service_unavailable" }],
  ["that refuses every connection", { operation: "*", kind: "refuse" }],
] as const) {
  fullMatrixTest(
    `after an hour of a Slack outage ${outage}, each request is posted once and marked late`,
    async (t) => {
      const harness = await startHarness(await openDatabase("sqlite"));
      t.after(() => harness.close());
      await harness.reset();
      await harness.startBot(0);
      assert.equal(await waitUntilIdle(harness), null, "the bot runs and is connected");
      harness.time.unfreeze();
      await harness.control.slack("faults", fault);
      const hours = [9, 3, 12, 6];
      const documents = hours.map((count) => ({ name: `Hours-${count}`, content: gate(count * 3600) }));
      const executions = documents.map(({ name }) => ({ document: name }));
      await harness.control.aws("seed", { documents, executions });
      for (let minutes = 0; minutes < 60; minutes += 5) {
        harness.advanceTime(HOUR_MS / 12);
        await harness.wait(2_000);
      }
      assert.equal(await waitUntilIdle(harness), null);

      const { channels } = await harness.control.slack("state");
      const { messages } = channels.find((channel: Json) => channel.id === CHANNEL);
      const runbooks = messages.map((message: Json) => /Hours-\d+/.exec(toText(message))?.[0]);
      // Ambiguous posts are resolved first, in the order in which their results become known.
      if (fault.kind === "error") assert.equal(runbooks[0], "Hours-3", "the most urgent one is first");
      assert.deepEqual(runbooks.toSorted(), ["Hours-12", "Hours-3", "Hours-6", "Hours-9"]);
      assert.equal(messages.length, hours.length);
      for (const message of messages)
        assert.match(toText(message), /\*Posted 1 hour( \d+ minutes?)? after the step began to wait\*/);
    },
  );
}

/** Starts a world with these targets and approves an execution of the default target, which then succeeds. */
async function worldWithApproval(t: TestContext, targets: readonly string[]) {
  const w = await world(t, {
    policy: `
targets:
${targets.map((target) => `  - ${target}`).join("\n")}
routes:
  - name: everything
    channels: [${CHANNEL}]
    approvers: { users: [U0JANE] }
admins: { users: [U0ADMIN] }
`,
    start: false,
  });
  await w.startBot();
  const id = await w.run(ONE_GATE);
  await w.click("U0JANE", await w.message(id, "Restart"), "approve");
  await w.message(id, /has succeeded/);
  return w;
}

/** Runs `/approvals health` until it is acknowledged: a busy machine may pause the bot for longer than Slack's three seconds. */
const readHealth = (w: World) => eventually("health is shown", () => runCommand(w, "U0ADMIN", "health"));

test("a target that AWS refuses does not delay another target, and every view of health shows it", async (t) => {
  const w = await worldWithApproval(t, [
    '{ name: closed, regions: [eu-west-1], readRole: "arn:aws:iam::111122223333:role/NoSuchRole" }',
    "{ name: default, regions: [us-east-1] }",
  ]);
  const base = `http://127.0.0.1:${w.bot().port}`;
  const { status, targets } = (await (await fetch(`${base}/readyz`)).json()) as Json;
  assert.equal(status, "degraded");
  const states = targets.map(({ target, ok, error }: Json) => [target, ok, /AccessDenied/.test(error ?? "")]);
  assert.deepEqual(states, [
    ["closed/eu-west-1", false, true],
    ["default/us-east-1", true, false],
  ]);
  const metrics = await (await fetch(`${base}/metrics`)).text();
  assert.match(metrics, /countersign_target_up\{target="closed\/eu-west-1"\} 0/);
  assert.match(metrics, /countersign_target_up\{target="default\/us-east-1"\} 1/);
  const health = await readHealth(w);
  assert.match(health, /1 of 2 OK/);
  assert.match(health, /closed\/eu-west-1.*stale, never polled.*AccessDenied/);
});

fullMatrixTest(
  "a target with the account and Region of another target is reported in health, and opens no request twice",
  async (t) => {
    const w = await worldWithApproval(t, [
      "{ name: default, regions: [us-east-1] }",
      '{ name: again, regions: [us-east-1], readRole: "arn:aws:iam::111122223333:role/CountersignReader" }',
    ]);
    assert.equal((await w.posts()).length, 1);
    const base = `http://127.0.0.1:${w.bot().port}`;
    await eventually("health reports it", async () => {
      const { targets } = (await (await fetch(`${base}/readyz`)).json()) as Json;
      return targets[0].ok && /TargetTwice: default\/us-east-1 is account 111122223333/.test(targets[1].error);
    });
    assert.match(await readHealth(w), /again\/us-east-1.*never polled.*TargetTwice/);
  },
);

for (const [claim, fault, attempts] of [
  // After this many consecutive failures, the pause between attempts has its maximum length.
  ["refuses to reopen", { kind: "refuse" }, 6],
  ["stalls", { kind: "delay", delayMs: 600_000 }, 2],
] as const) {
  fullMatrixTest(`a socket that Slack ${claim} is connected within 10 s after Slack recovers`, async (t) => {
    const w = await world(t);
    if (fault.kind === "refuse") await w.control.slack("faults", { operation: "*", ...fault });
    await w.control.slack("faults", { operation: "link", ...fault });
    await w.control.slack("disconnect", { reason: "none" });
    const failed = () => w.bot().lines.filter((line) => line.event === "socket.failed").length;
    const openCalls = async () => (await w.slackCalls("apps.connections.open")).length;
    await eventually("attempts have failed", () => failed() >= attempts);
    const before = await openCalls();
    // The worst moment: an attempt has just begun, and a stalled attempt stays stalled.
    await eventually("another attempt is running", async () => (await openCalls()) > before);
    await fetch(`${w.slack.url}/_control/faults`, { method: "DELETE" });
    const recoveredAt = Date.now();
    await w.ready();
    const took = Date.now() - recoveredAt;
    t.diagnostic(`connected again ${(took / 1000).toFixed(1)} s after Slack recovered`);
    assert.ok(took < 10_000);
  });
}

test("a click during a rate limit of the calls that evaluate it counts as soon as Slack accepts them", async (t) => {
  const w = await world(t);
  const id = await w.run(ONE_GATE);
  const message = await w.message(id);
  const before = (await w.slackCalls("users.info")).length;
  await w.control.slack("faults", { operation: "users.info", kind: "throttle", retryAfterSeconds: 4, times: 1 });
  await w.click("U0JANE", message, "approve");
  await eventually("the step is approved", async () => (await w.signals(id)).length > 0);
  const { messages } = await w.channel();
  assert.deepEqual(
    messages.filter(({ onlyFor }: { onlyFor?: string }) => onlyFor === "U0JANE"),
    [],
    "no reply says that the click did not count",
  );
  assert.equal((await w.slackCalls("users.info")).length - before, 2, "one call was limited, one was accepted");
});
