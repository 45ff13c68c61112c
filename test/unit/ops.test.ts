import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../src/ops/clock.ts";
import { makeLogger } from "../../src/ops/logging.ts";
import { makeHealth } from "../../src/ops/readiness.ts";
import { sendJson, serveHttp } from "../../src/ops/server.ts";
import { watchFile } from "../../src/store/database-file.ts";
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

function connectedHealth(pollIntervalMs = 15_000) {
  const clock = testClock();
  const health = makeHealth(clock, pollIntervalMs);
  health.slackConnected(true);
  health.heartbeat();
  return { clock, health, status: (storeFault: string | null = null) => health.report(storeFault).status };
}

test("the bot is not ready if Slack or the database fails, or before a target has worked", () => {
  const { health, status } = connectedHealth();
  assert.equal(status(), "not ready", "no target yet");
  health.expect("a");
  health.expect("b");
  health.polled("a", "AccessDenied: no");
  assert.equal(status(), "not ready", "no target has worked");
  health.polled("b", null);
  assert.equal(status(), "degraded", "one target of two");
  health.polled("a", null);
  assert.equal(status(), "ready");
  assert.equal(status("unreachable"), "not ready");
  health.slackConnected(false);
  assert.equal(status(), "not ready");
  health.slackConnected(true);
  health.expect("a");
  assert.equal(status(), "ready", "expecting a target again keeps its last poll");
});

test("a stored poll from before the start does not show that a target works; a poll of another replica does", () => {
  const { clock, health, status } = connectedHealth();
  health.expect("a");
  health.recall([{ target: "a", polledAt: clock.now() - 1, error: null }]);
  assert.equal(status(), "not ready");
  health.recall([{ target: "a", polledAt: clock.now(), error: null }]);
  assert.equal(status(), "ready");
});

test("a target that fails after it has worked makes the bot degraded, not unready", () => {
  const { clock, health, status } = connectedHealth(30_000);
  health.polled("a", null);
  health.polled("a", "ThrottlingException: Rate exceeded");
  assert.equal(status(), "degraded");
  assert.match(JSON.stringify(health.report(null).parts), /ThrottlingException/);
  health.polled("a", null);
  assert.equal(status(), "ready");
  clock.advance(4 * 30_000);
  health.heartbeat();
  assert.equal(status(), "degraded", "the last poll is too old");
  health.polled("a", null);
  assert.doesNotMatch(JSON.stringify(health.report(null).parts), /ThrottlingException/);
});

test("without a written heartbeat the database fails, whatever can be read", () => {
  const { clock, health, status } = connectedHealth();
  health.polled("a", null);
  clock.advance(19_999);
  assert.equal(status(), "ready");
  assert.equal(health.report(null).parts.heartbeatAgeSeconds, 19.999);
  clock.advance(1);
  assert.equal(status(), "not ready");
  assert.equal(health.report(null).parts.store, "not written for 20 s");
  health.heartbeat();
  assert.equal(status(), "ready");
});

test("a database file that is removed or replaced is a fault, logged once", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-file-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "countersign.db");
  writeFileSync(path, "first");
  const log = testLog();
  const fault = watchFile(path, log);
  writeFileSync(path, "changed in place");
  assert.equal(fault(), null);
  renameSync(path, `${path}.away`);
  assert.deepEqual([fault(), fault()], ["the file was removed", "the file was removed"]);
  writeFileSync(path, "another");
  assert.equal(fault(), "the file was replaced");
  renameSync(`${path}.away`, path);
  assert.equal(fault(), null);
  assert.deepEqual(
    log.lines.map(({ level, fields }) => [level, fields.event, fields.fault]),
    [
      ["error", "database.file-lost", "the file was removed"],
      ["error", "database.file-lost", "the file was replaced"],
    ],
  );
});

async function serve(t: TestContext, routes: Parameters<typeof serveHttp>[1]) {
  const server = await serveHttp(0, routes);
  t.after(server.close);
  const url = `http://127.0.0.1:${server.port}`;
  return { ...server, url, get: async (path: string) => (await fetch(`${url}${path}`)).status };
}

test("a handler serves its path with or without a query; other paths return 404", async (t) => {
  const { get } = await serve(t, {
    "/healthz": { GET: (_, response) => sendJson(response, 200, { status: "ok" }) },
  });
  assert.deepEqual(
    await Promise.all(["/healthz", "/healthz?a=1", "/", "/healthz/", "/constructor", "/__proto__"].map(get)),
    [200, 200, 404, 404, 404, 404],
  );
});

test("a handler that fails, immediately or later, returns 500, and the server keeps running", async (t) => {
  const { get } = await serve(t, {
    "/once": {
      GET() {
        throw new Error("at once");
      },
    },
    "/later": {
      async GET() {
        await runEventLoop(1);
        throw new Error("later");
      },
    },
    "/ok": { GET: (_, response) => sendJson(response, 200, {}) },
  });
  assert.deepEqual([await get("/once"), await get("/later"), await get("/ok")], [500, 500, 200]);
});

test("a port that is in use is rejected with the name of the variable to change", async (t) => {
  const { port } = await serve(t, {});
  await assert.rejects(serveHttp(port, {}), /Port \d+ is in use\. Set PORT to a free one\./);
  await assert.rejects(serveHttp(port, {}, "OPS_PORT"), /Set OPS_PORT to a free one\./);
});

test("another method of a path is refused with the methods that it has; HEAD is answered like GET", async (t) => {
  const { url } = await serve(t, {
    "/read": { GET: (_, response) => sendJson(response, 200, {}) },
    "/write": { POST: (_, response) => sendJson(response, 200, {}) },
  });
  const send = async (method: string, path: string) => {
    const { status, headers } = await fetch(`${url}${path}`, { method });
    return [status, headers.get("allow")];
  };
  assert.deepEqual(await send("HEAD", "/read"), [200, null]);
  assert.deepEqual(await send("DELETE", "/read"), [405, "GET, HEAD"]);
  assert.deepEqual(await send("GET", "/write"), [405, "POST"]);
});

test("connections beyond the maximum are closed, and slow headers and slow bodies are cut off", async (t) => {
  const limits = {
    connections: 2,
    headersTimeout: 150,
    requestTimeout: 300,
    keepAliveTimeout: 100,
    connectionsCheckingInterval: 50,
  };
  const handler = async (request: IncomingMessage, response: ServerResponse) => {
    await request.toArray();
    sendJson(response, 200, {});
  };
  const server = await serveHttp(0, { "/body": { POST: handler } }, "PORT", limits);
  t.after(server.close);
  const open = async (text: string) => {
    const socket = connect(server.port, "127.0.0.1").setEncoding("utf8");
    socket.on("error", () => {});
    socket.write(text);
    let received = "";
    socket.on("data", (part: string) => {
      received += part;
    });
    await once(socket, "close");
    return received.split("\r\n")[0];
  };
  const head = "POST /body HTTP/1.1\r\nhost: x\r\n";
  const slow = [open(head), open(`${head}content-length: 10\r\n\r\nabc`)];
  await runEventLoop(50);
  assert.equal(await open(`${head}content-length: 0\r\n\r\n`), "", "one too many");
  const timedOut = "HTTP/1.1 408 Request Timeout";
  assert.deepEqual(await Promise.all(slow), [timedOut, timedOut]);
  assert.equal(await open(`${head}connection: close\r\ncontent-length: 0\r\n\r\n`), "HTTP/1.1 200 OK");
});

test("closing finishes running requests, accepts no new ones, and then ends promptly", async (t) => {
  const arrived = Promise.withResolvers<() => void>();
  const { close, url } = await serve(t, {
    "/slow": { GET: (_, response) => arrived.resolve(() => sendJson(response, 200, {})) },
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
