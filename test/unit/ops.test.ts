import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../src/ops/clock.ts";
import { makeLogger } from "../../src/ops/logging.ts";
import { makeHealth } from "../../src/ops/readiness.ts";
import { sendJson, serveHttp } from "../../src/ops/server.ts";
import { type Loop, startLoop } from "../../src/workers/loop.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { testClock, testLog } from "../support/fakes.ts";

const runEventLoop = async (count = 20) => {
  for (let times = 0; times < count; times++) await new Promise(setImmediate);
};

function startTestLoop(t: TestContext, round: (abort: AbortSignal, woken: boolean) => Promise<number | undefined>) {
  const clock = testClock();
  const log = testLog();
  const wakeUps = makeWakeUps();
  const loop: Loop = startLoop({ name: "test", topics: ["deliver"], wakeUps, everyMs: 1_000, round, clock, log });
  t.after(() => loop.stop());
  return { clock, log, loop, wakeUps };
}

test("a loop runs immediately, then after each pause, and never twice at the same time", async (t) => {
  let rounds = 0;
  let inside = 0;
  const { clock } = startTestLoop(t, async () => {
    assert.equal(++inside, 1);
    await runEventLoop(2);
    inside--;
    rounds++;
    return undefined;
  });
  await runEventLoop();
  assert.equal(rounds, 1);
  clock.advance(999);
  await runEventLoop();
  assert.equal(rounds, 1);
  clock.advance(1);
  await runEventLoop();
  assert.equal(rounds, 2);
});

test("a wake-up ends the pause; one or more wake-ups during a round cause one more round", async (t) => {
  let rounds = 0;
  let release = () => {};
  const { loop } = startTestLoop(t, async () => {
    rounds++;
    await new Promise<void>((resolve) => (release = resolve));
    return undefined;
  });
  await runEventLoop();
  loop.wake();
  loop.wake();
  await runEventLoop();
  assert.equal(rounds, 1);
  release();
  await runEventLoop();
  assert.equal(rounds, 2);
  release();
  await runEventLoop();
  assert.equal(rounds, 2);
  loop.wake();
  await runEventLoop();
  assert.equal(rounds, 3);
  release();
});

test("a topic wakes the loop until it stops, and each round receives whether it was woken", async (t) => {
  const rounds: boolean[] = [];
  const { clock, loop, wakeUps } = startTestLoop(t, async (_, woken) => {
    rounds.push(woken);
    return undefined;
  });
  await runEventLoop();
  wakeUps.wake("deliver");
  wakeUps.wake("reply");
  await runEventLoop();
  clock.advance(1_000);
  await runEventLoop();
  await loop.stop();
  wakeUps.wake("deliver");
  await runEventLoop();
  assert.deepEqual(rounds, [false, true, false]);
});

test("a round can set the pause before the next round", async (t) => {
  const waits = [0, 50, undefined];
  let rounds = 0;
  const { clock } = startTestLoop(t, async () => waits[rounds++]);
  await runEventLoop();
  clock.advance(0);
  await runEventLoop();
  assert.deepEqual([rounds, clock.sleeping()], [2, [50]]);
  clock.advance(50);
  await runEventLoop();
  assert.deepEqual([rounds, clock.sleeping()], [3, [1_000]]);
});

test("a round that throws is logged and repeated after the pause", async (t) => {
  let rounds = 0;
  const { clock, log } = startTestLoop(t, async () => {
    rounds++;
    throw new Error("broken");
  });
  await runEventLoop();
  clock.advance(1_000);
  await runEventLoop();
  assert.equal(rounds, 2);
  assert.deepEqual(
    log.lines.map(({ level, fields }) => [level, fields.loop]),
    [
      ["error", "test"],
      ["error", "test"],
    ],
  );
});

test("stopping ends the pause, waits for the running round, and starts no other", async (t) => {
  let rounds = 0;
  let ended = false;
  const { loop, log } = startTestLoop(t, async (abort) => {
    rounds++;
    await new Promise((resolve) => abort.addEventListener("abort", resolve));
    await runEventLoop(3);
    ended = true;
    throw new Error("given up");
  });
  await runEventLoop();
  loop.wake();
  await loop.stop();
  await loop.stop();
  await runEventLoop();
  assert.deepEqual([rounds, ended, log.lines], [1, true, []]);
});

test("the system clock sleeps for the given time, or until its signal aborts", async () => {
  const before = performance.now();
  await systemClock.sleep(30);
  assert.ok(performance.now() - before >= 25);
  const stopping = new AbortController();
  const asleep = systemClock.sleep(3_600_000, stopping.signal);
  stopping.abort();
  await asleep;
  await systemClock.sleep(3_600_000, stopping.signal);
});

const up = async () => true;

test("the bot is ready when Slack is connected, the store replies, and every target was polled recently", async () => {
  const clock = testClock();
  const health = makeHealth(clock, 15_000);
  const ready = async (store = up) => (await health.report(store)).ready;
  assert.equal(await ready(), false);
  health.slackConnected(true);
  assert.equal(await ready(), false, "no target yet");
  health.expect("a");
  health.expect("b");
  health.polled("a", null);
  assert.equal(await ready(), false, "one target of two");
  health.polled("b", null);
  assert.equal(await ready(), true);
  assert.equal(await ready(async () => false), false);
  health.slackConnected(false);
  assert.equal(await ready(), false);
  health.slackConnected(true);
  health.expect("a");
  assert.equal(await ready(), true, "expecting a target again keeps its last poll");
});

test("a target that cannot be polled becomes stale only after a while, and its error is reported", async () => {
  const clock = testClock();
  const health = makeHealth(clock, 30_000);
  health.slackConnected(true);
  health.polled("a", null);
  health.polled("a", "ThrottlingException: Rate exceeded");
  const before = await health.report(up);
  assert.equal(before.ready, true);
  assert.match(JSON.stringify(before.parts), /ThrottlingException/);
  clock.advance(4 * 30_000);
  assert.equal((await health.report(up)).ready, false);
  health.polled("a", null);
  const after = await health.report(up);
  assert.equal(after.ready, true);
  assert.doesNotMatch(JSON.stringify(after.parts), /ThrottlingException/);
});

async function serve(t: TestContext, routes: Parameters<typeof serveHttp>[1]) {
  const server = await serveHttp(0, routes);
  t.after(server.close);
  const url = `http://127.0.0.1:${server.port}`;
  return { ...server, url, get: async (path: string) => (await fetch(`${url}${path}`)).status };
}

test("a handler serves its path with or without a query; other paths return 404", async (t) => {
  const { get } = await serve(t, { "/healthz": (_, response) => sendJson(response, 200, { status: "ok" }) });
  assert.deepEqual(
    await Promise.all(["/healthz", "/healthz?a=1", "/", "/healthz/", "/constructor", "/__proto__"].map(get)),
    [200, 200, 404, 404, 404, 404],
  );
});

test("a handler that fails, immediately or later, returns 500, and the server keeps running", async (t) => {
  const { get } = await serve(t, {
    "/once": () => {
      throw new Error("at once");
    },
    "/later": async () => {
      await runEventLoop(1);
      throw new Error("later");
    },
    "/ok": (_, response) => sendJson(response, 200, {}),
  });
  assert.deepEqual([await get("/once"), await get("/later"), await get("/ok")], [500, 500, 200]);
});

test("a port that is in use is rejected with the name of the variable to change", async (t) => {
  const { port } = await serve(t, {});
  await assert.rejects(serveHttp(port, {}), /Port \d+ is in use\. Set PORT to a free one\./);
});

test("closing finishes running requests, accepts no new ones, and then ends promptly", async (t) => {
  const arrived = Promise.withResolvers<() => void>();
  const { close, url } = await serve(t, {
    "/slow": (_, response) => arrived.resolve(() => sendJson(response, 200, {})),
  });
  const slow = fetch(`${url}/slow`).then(async (response) => [response.status, await response.text()]);
  const reply = await arrived.promise;
  const began = performance.now();
  const closing = close();
  await assert.rejects(fetch(`${url}/slow`));
  reply();
  assert.deepEqual(await slow, [200, "{}\n"]);
  await closing;
  assert.ok(performance.now() - began < 2_500, "it waited for an idle connection");
});

test("a token or a bearer URL is not logged, at the top level or nested", () => {
  let written = "";
  const log = makeLogger("debug", {
    write(line: string) {
      written += line;
    },
  });
  const secret = "xoxb-1234-secret";
  log.info({ token: secret, response_url: secret, authorization: secret }, "top");
  log.info({ body: { token: secret, response_url: secret, authorization: secret } }, "below");
  log.error({ err: Object.assign(new Error("failed"), { code: "x" }) }, "an error");
  assert.doesNotMatch(written, /secret/);
  const lines = written
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      ["info", "top"],
      ["info", "below"],
      ["error", "an error"],
    ],
  );
  assert.equal(lines[2].err.message, "failed");
});
