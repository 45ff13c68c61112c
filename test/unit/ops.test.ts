import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../src/ops/clock.ts";
import { makeLogger } from "../../src/ops/logging.ts";
import { makeHealth } from "../../src/ops/readiness.ts";
import { sendJson, serveHttp } from "../../src/ops/server.ts";
import { type Loop, startLoop } from "../../src/workers/loop.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { testClock, testLog } from "../support/fakes.ts";

const turns = async (count = 20) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

function loopOf(t: TestContext, round: (abort: AbortSignal, woken: boolean) => Promise<number | undefined>) {
  const clock = testClock();
  const log = testLog();
  const wakeUps = makeWakeUps();
  const loop: Loop = startLoop({ name: "test", topics: ["deliver"], wakeUps, everyMs: 1_000, round, clock, log });
  t.after(() => loop.stop());
  return { clock, log, loop, wakeUps };
}

test("a loop runs at once, then each time its pause is over, and never twice at a time", async (t) => {
  let rounds = 0;
  let inside = 0;
  const { clock } = loopOf(t, async () => {
    assert.equal(++inside, 1);
    await turns(2);
    inside--;
    rounds++;
    return undefined;
  });
  await turns();
  assert.equal(rounds, 1);
  clock.advance(999);
  await turns();
  assert.equal(rounds, 1);
  clock.advance(1);
  await turns();
  assert.equal(rounds, 2);
});

test("a wake-up ends the pause; one that comes during a round is followed by another round; many are one", async (t) => {
  let rounds = 0;
  let release = () => {};
  const { loop } = loopOf(t, async () => {
    rounds++;
    await new Promise<void>((resolve) => (release = resolve));
    return undefined;
  });
  await turns();
  loop.wake();
  loop.wake();
  await turns();
  assert.equal(rounds, 1);
  release();
  await turns();
  assert.equal(rounds, 2);
  release();
  await turns();
  assert.equal(rounds, 2);
  loop.wake();
  await turns();
  assert.equal(rounds, 3);
  release();
});

test("a topic wakes the loop until it stops, and a round knows whether it was woken", async (t) => {
  const rounds: boolean[] = [];
  const { clock, loop, wakeUps } = loopOf(t, async (_, woken) => {
    rounds.push(woken);
    return undefined;
  });
  await turns();
  wakeUps.wake("deliver");
  wakeUps.wake("reply");
  await turns();
  clock.advance(1_000);
  await turns();
  await loop.stop();
  wakeUps.wake("deliver");
  await turns();
  assert.deepEqual(rounds, [false, true, false]);
});

test("a round may say when it wants to be followed", async (t) => {
  const waits = [0, 50, undefined];
  let rounds = 0;
  const { clock } = loopOf(t, async () => waits[rounds++]);
  await turns();
  clock.advance(0);
  await turns();
  assert.deepEqual([rounds, clock.sleeping()], [2, [50]]);
  clock.advance(50);
  await turns();
  assert.deepEqual([rounds, clock.sleeping()], [3, [1_000]]);
});

test("a round that throws is logged and tried again after the pause", async (t) => {
  let rounds = 0;
  const { clock, log } = loopOf(t, async () => {
    rounds++;
    throw new Error("broken");
  });
  await turns();
  clock.advance(1_000);
  await turns();
  assert.equal(rounds, 2);
  assert.deepEqual(
    log.lines.map(({ level, fields }) => [level, fields.loop]),
    [
      ["error", "test"],
      ["error", "test"],
    ],
  );
});

test("stopping ends the pause, waits for the round that runs, and starts no other", async (t) => {
  let rounds = 0;
  let ended = false;
  const { loop, log } = loopOf(t, async (abort) => {
    rounds++;
    await new Promise((resolve) => abort.addEventListener("abort", resolve));
    await turns(3);
    ended = true;
    throw new Error("given up");
  });
  await turns();
  loop.wake();
  await loop.stop();
  await loop.stop();
  await turns();
  assert.deepEqual([rounds, ended, log.lines], [1, true, []]);
});

test("the machine's clock sleeps as long as asked, or until it is told to stop", async () => {
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

test("the bot is ready when Slack is connected, the store answers, and every target was polled lately", async () => {
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
  assert.equal(await ready(), true, "expecting a target again forgets nothing");
});

test("a target that cannot be polled is stale after a while, not at once, and its error is told", async () => {
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

test("a path is answered by its handler, with or without a query; any other is not found", async (t) => {
  const { get } = await serve(t, { "/healthz": (_, response) => sendJson(response, 200, { status: "ok" }) });
  assert.deepEqual(
    await Promise.all(["/healthz", "/healthz?a=1", "/", "/healthz/", "/constructor", "/__proto__"].map(get)),
    [200, 200, 404, 404, 404, 404],
  );
});

test("a handler that fails, at once or later, answers 500, and the server goes on", async (t) => {
  const { get } = await serve(t, {
    "/once": () => {
      throw new Error("at once");
    },
    "/later": async () => {
      await turns(1);
      throw new Error("later");
    },
    "/ok": (_, response) => sendJson(response, 200, {}),
  });
  assert.deepEqual([await get("/once"), await get("/later"), await get("/ok")], [500, 500, 200]);
});

test("a port that is taken is refused with the variable to change", async (t) => {
  const { port } = await serve(t, {});
  await assert.rejects(serveHttp(port, {}), /Port \d+ is in use\. Set PORT to a free one\./);
});

test("closing answers what is under way first, takes nothing new, and then does not linger", async (t) => {
  const arrived = Promise.withResolvers<() => void>();
  const { close, url } = await serve(t, {
    "/slow": (_, response) => arrived.resolve(() => sendJson(response, 200, {})),
  });
  const slow = fetch(`${url}/slow`).then(async (response) => [response.status, await response.text()]);
  const answer = await arrived.promise;
  const began = performance.now();
  const closing = close();
  await assert.rejects(fetch(`${url}/slow`));
  answer();
  assert.deepEqual(await slow, [200, "{}\n"]);
  await closing;
  assert.ok(performance.now() - began < 2_500, "it waited for an idle connection");
});

test("what holds a token or a bearer URL is not written to the log, wherever it stands", () => {
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
