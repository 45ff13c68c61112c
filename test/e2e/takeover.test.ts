import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { type Bot, formatLastLines } from "../support/bot.ts";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { proxy } from "../support/proxy.ts";
import { postgresDatabase } from "../support/stores.ts";
import { tcpGate } from "../support/tcp-gate.ts";
import { ONE_GATE, type World, world } from "../support/world.ts";

// Each test waits for heartbeats to expire: all of them wait at the same time.
suite("takeover from a process that is dead, paused or without its database", { concurrency: true }, () => {
  test("after a SIGKILL during a post, the click on that message gets its reply soon after the restart", async (t) => {
    const w = await world(t, { start: false });
    const { url, held } = await holdPosts(t, w.slack.url);
    const bot = await w.startBot({ SLACK_API_URL: `${url}/api/` });
    await w.ready();
    const id = await w.run(ONE_GATE);
    const message = await w.message(id);
    await eventually("Slack has posted the message, and its reply is on the way", () => held() === 1);
    await bot.kill();
    await w.startBot();
    await w.ready();
    const clickedAt = Date.now();
    await w.click("U0JANE", message, "approve");
    await w.message(id, /\*Approved\* by <@U0JANE>/);
    report(t, "from the click to the message", clickedAt);
    assert.equal((await w.messages()).length, 1);
    assert.equal((await w.posts()).length, 1);
  });

  fullMatrixTest(
    "when one of three replicas dies while decisions are being sent, the others send them all soon",
    async (t) => {
      const { w, bots } = await replicas(t, 3);
      const ids: string[] = [];
      for (let index = 0; index < 6; index++)
        ids.push(await w.run(ONE_GATE, { parameters: { Service: [`s${index}`] } }));
      const messages = await Promise.all(ids.map((id) => w.message(id)));
      // Reads are slow, so each replica has decisions whose signals it is about to send.
      await w.control.aws("faults", { operation: "GetAutomationExecution", kind: "delay", delayMs: 2_000 });
      const clicks = await Promise.all(messages.map((message) => w.click("U0JANE", message, "approve")));
      assert.ok(clicks.every((click) => click.delivery?.acked));
      const counted = (bot: Bot) => bot.lines.filter(({ event }) => event === "click.counted").length;
      await eventually("the clicks are counted", () => bots.reduce((sum, bot) => sum + counted(bot), 0) === ids.length);
      const [busiest] = [...bots].sort((a, b) => counted(b) - counted(a));
      await busiest?.kill();
      const killedAt = Date.now();
      await clearFaults(w);
      await Promise.all(ids.map((id) => w.message(id, /Success|succeeded/i)));
      report(t, "from the SIGKILL to the last signal", killedAt);
      assert.equal((await w.awsCalls("SendAutomationSignal")).length, ids.length);
      assert.equal((await w.posts()).length, ids.length);
    },
  );

  test("a replica that is stopped during a post repeats nothing after another replica has taken over", async (t) => {
    const database = await postgresDatabase();
    const w = await world(t, { start: false, env: { DATABASE_URL: database.url } });
    t.after(() => database.remove());
    const { url, held } = await holdPosts(t, w.slack.url);
    const paused = await w.startBot({ SLACK_API_URL: `${url}/api/` });
    await w.ready();
    const id = await w.run(ONE_GATE);
    const message = await w.message(id);
    await eventually("the reply to the post is on the way", () => held() === 1);
    paused.signal("SIGSTOP");
    t.after(() => paused.signal("SIGCONT"));
    await w.startBot();
    await w.ready();
    // Slack delivers some clicks to the stopped replica, and shows their author that they failed.
    const stoppedAt = Date.now();
    await clickUntilAcked(w, message);
    await w.message(id, /Success|succeeded/i);
    report(t, "from the SIGSTOP to the signal", stoppedAt);

    paused.signal("SIGCONT");
    await eventually("the replica has a heartbeat again", () =>
      paused.lines.some(({ event }) => event === "lease.acquired" || event === "lease.lost"),
    );
    await w.message(await w.run(ONE_GATE, { parameters: { Service: ["next"] } }));
    assert.equal((await w.messages()).length, 2);
    assert.equal((await w.awsCalls("SendAutomationSignal")).length, 1);
  });

  fullMatrixTest(
    "a replica that loses only its database posts and signals nothing until it is back, and another takes over",
    async (t) => {
      const database = await postgresDatabase();
      const gate = await tcpGate(t, Number(new URL(database.url).port));
      const w = await world(t, { start: false, env: { DATABASE_URL: database.url }, limits: false });
      t.after(() => database.remove());
      const through = new URL(database.url);
      through.port = String(gate.port);
      const lonely = await w.startBot({ DATABASE_URL: through.href });
      await w.ready();
      const id = await w.run(ONE_GATE);
      const message = await w.message(id);
      await w.control.aws("faults", { operation: "GetAutomationExecution", kind: "delay", delayMs: 2_000 });
      await w.click("U0JANE", message, "approve");
      gate.stall();
      const lostAt = Date.now();
      await clearFaults(w);
      await w.startBot();
      await eventually(
        "the other replica is ready",
        async () => (await fetch(`http://127.0.0.1:${w.bot().port}/readyz`)).ok,
      );
      await clickUntilAcked(w, message);
      await w.message(id, /Success|succeeded/i);
      const next = await w.run(ONE_GATE, { parameters: { Service: ["next"] } });
      await w.message(next);
      report(t, "from the loss of the database to the next message", lostAt);

      gate.resume();
      await eventually(
        "the replica has its database again",
        async () => (await fetch(`http://127.0.0.1:${lonely.port}/readyz`)).ok,
        () => formatLastLines(lonely.lines),
      );
      assert.equal((await w.messages()).length, 2);
      assert.equal((await w.posts()).length, 2);
      assert.equal((await w.awsCalls("SendAutomationSignal")).length, 1);
    },
  );
});

/** Starts replicas on one PostgreSQL database. */
async function replicas(t: TestContext, count: number) {
  const database = await postgresDatabase();
  const w = await world(t, { start: false, env: { DATABASE_URL: database.url }, limits: false });
  t.after(() => database.remove());
  const bots: Bot[] = [];
  for (let index = 0; index < count; index++) {
    bots.push(await w.startBot());
    await w.ready();
  }
  return { w, bots };
}

/** Starts a proxy to Slack whose replies to posts never arrive. */
async function holdPosts(t: TestContext, upstream: string) {
  let count = 0;
  const never = new Promise(() => undefined);
  const url = await proxy(
    t,
    upstream,
    () => undefined,
    ({ operation }) => (operation === "chat.postMessage" && ++count > 0 ? never : undefined),
  );
  return { url, held: () => count };
}

const clearFaults = (w: World) => fetch(`${w.aws.url}/_control/faults`, { method: "DELETE" });

/** Clicks as a person does who sees that the click failed, unless the message shows that an earlier click counted. */
async function clickUntilAcked(w: World, message: { ts: string }) {
  await eventually("a click is acknowledged", async () => {
    const shown = (await w.messages()).find(({ ts }) => ts === message.ts);
    if (/\*Approved\*/.test(JSON.stringify(shown))) return true;
    const click = await w.click("U0JANE", message, "approve");
    return click.delivery?.acked === true;
  });
}

/** Reports a duration. A takeover that waits for a lease instead of a heartbeat exceeds the limit of `eventually`. */
function report(t: TestContext, what: string, since: number): void {
  t.diagnostic(`${what}: ${((Date.now() - since) / 1000).toFixed(1)} s`);
}
