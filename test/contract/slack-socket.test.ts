import assert from "node:assert/strict";
import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { App } from "@slack/bolt";
import { WebSocketServer } from "ws";
import { APP_TOKEN } from "../../sandbox/slack/seed.ts";
import type { Clock } from "../../src/app/ports/aws.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { makeBoltLogger } from "../../src/slack/connection/bolt-logger.ts";
import { makeSocket } from "../../src/slack/connection/socket.ts";
import { UNCOUNTED } from "../../src/slack/observe-calls.ts";
import { eventually } from "../support/eventually.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { closedPort, rawServer, silentServer } from "../support/raw-server.ts";
import { world } from "./slack-support.ts";

/** A tenth of the time that a clock of the machine would need: what waits for a reason still waits, but not for long. */
const QUICK: Clock = { ...systemClock, sleep: (ms, abort) => systemClock.sleep(ms / 10, abort) };

/** The socket as the bot runs it, against this Web API; stopped with the test. */
function connect(t: TestContext, apiUrl: string, options: { clock?: Clock; appToken?: string } = {}) {
  const { clock = QUICK, appToken = APP_TOKEN } = options;
  const log = testLog();
  const logger = makeBoltLogger(log);
  const states: boolean[] = [];
  const finals: string[] = [];
  const socket = makeSocket({
    ...{ appToken, apiUrl, logger, clock, log, calls: UNCOUNTED },
    onConnected: (connected) => states.push(connected),
    onFinal: (words) => finals.push(words),
  });
  const app = new App({ receiver: socket, logger, authorize: async () => ({ botToken: "xoxb-test" }) });
  const opened: string[] = [];
  app.event("app_home_opened", async ({ event }) => void opened.push(event.user));
  t.after(() => socket.stop());
  const connected = (times = 1) =>
    eventually(
      `connected ${times} times`,
      () => states.at(-1) === true && states.filter(Boolean).length >= times,
      () => JSON.stringify(log.lines),
    );
  return { socket, states, finals, log, opened, connected };
}

async function standIn(t: TestContext) {
  const w = await world(t);
  const apiUrl = `${w.slack.url}/api/`;
  return { ...w, apiUrl, opens: () => w.requests("apps.connections.open").length };
}

test("an event reaches its listener, and the bot says that it is connected", async (t) => {
  const slack = await standIn(t);
  const { socket, opened, connected, states } = connect(t, slack.apiUrl, { clock: systemClock });
  await socket.start();
  await connected();
  await slack.control("home", { user: "U0JANE" });
  await eventually("the listener was called", () => opened.includes("U0JANE"));
  await socket.stop();
  assert.deepEqual(states, [true, false]);
  assert.equal(slack.opens(), 1);
});

test("a process that is busy for two seconds keeps its connection, and so the clicks that arrived meanwhile", async (t) => {
  const slack = await standIn(t);
  const { socket, opened, connected, states } = connect(t, slack.apiUrl, { clock: systemClock });
  const ponged = new Promise<void>((resolve) => subscribe("undici:websocket:pong", () => resolve()));
  await socket.start();
  await connected();
  await ponged;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
  await slack.control("home", { user: "U0JANE" });
  await eventually("the listener was called", () => opened.includes("U0JANE"));
  assert.deepEqual(states, [true]);
  assert.equal(slack.opens(), 1);
});

for (const [claim, reason] of [
  ["Slack asks for a fresh connection", "refresh_requested"],
  ["the connection breaks without a word", "none"],
] as const) {
  test(`when ${claim}, the bot connects again, and listens`, async (t) => {
    const slack = await standIn(t);
    const { socket, opened, connected, states } = connect(t, slack.apiUrl);
    await socket.start();
    for (let time = 1; time <= 3; time++) {
      await connected(time);
      await slack.control("disconnect", { reason });
    }
    await connected(4);
    assert.deepEqual(states, [true, false, true, false, true, false, true]);
    await slack.control("home", { user: "U0JANE" });
    await eventually("the listener was called", () => opened.includes("U0JANE"));
  });
}

test("a handshake that stalls is given up after a while, its connection closed, and another begun", async (t) => {
  const silent = await silentServer(t);
  const api = await rawServer(t, (_, response) =>
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${silent.port}/` })),
  );
  const { socket, states, log } = connect(t, `${api.url}/api/`);
  await socket.start();
  await eventually("a second attempt", () => api.requests.length >= 2);
  await eventually("only the newest attempt holds a connection", () => silent.sockets.size <= 1);
  assert.ok(!states.includes(true));
  assert.ok(log.lines.some(({ fields }) => /no connection after/.test(String(fields.error))));
  await socket.stop();
  await eventually("nothing is left open", () => silent.sockets.size === 0);
});

for (const [claim, stalls] of [
  ["the connection", "link"],
  ["the call that asks where to connect", "call"],
] as const) {
  test(`however often ${claim} stalls, the next attempt begins soon: when Slack is back a good one is near`, async (t) => {
    const silent = await silentServer(t);
    const address = JSON.stringify({ ok: true, url: `ws://127.0.0.1:${silent.port}/` });
    const api = await rawServer(t, (_, response) => {
      if (stalls === "link") response.writeHead(200, { "content-type": "application/json" }).end(address);
    });
    const clock = testClock();
    const { socket, log } = connect(t, `${api.url}/api/`, { clock });
    const failed = () => log.lines.filter(({ fields }) => fields.event === "socket.failed").length;
    const underWay = (attempt: number) =>
      api.requests.length >= attempt && (stalls === "call" || silent.sockets.size > 0);
    await socket.start();
    for (let attempt = 1; attempt <= 6; attempt++) {
      const patience = await eventually("it connects", () => underWay(attempt) && Math.max(...clock.sleeping()));
      clock.advance(patience);
      const rest = await eventually("it rests", () => failed() >= attempt && clock.sleeping()[0]);
      clock.advance(rest);
      assert.ok(patience + rest < 7_000, `attempt ${attempt} took ${patience} ms, and a rest of ${rest} ms`);
    }
  });
}

test("a call that asks where to connect and gets no answer is over before the handshake is given up", async (t) => {
  const api = await rawServer(t, () => undefined);
  const clock = testClock();
  const { socket, log } = connect(t, `${api.url}/api/`, { clock });
  await socket.start();
  const sleeping = await eventually("it rests", () => {
    return log.lines.some(({ fields }) => fields.event === "socket.failed") && clock.sleeping();
  });
  assert.ok(
    sleeping.some((ms) => ms <= 250),
    sleeping.join(),
  );
});

test("after a stalled handshake a good one connects", async (t) => {
  const slack = await standIn(t);
  await slack.control("faults", { operation: "link", kind: "delay", delayMs: 600_000, times: 1 });
  const { socket, connected } = connect(t, slack.apiUrl);
  await socket.start();
  await connected();
  assert.equal(slack.opens(), 2);
});

test("while Slack is away, limits or answers nonsense, the bot keeps trying, ever more rarely, and says so", async (t) => {
  const api = await rawServer(t, (_, response) => {
    const answers = [
      () => response.writeHead(500).end("oops"),
      () => response.writeHead(429, { "retry-after": "1" }).end(),
      () => response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}'),
      () =>
        response.writeHead(200, { "content-type": "application/json" }).end('{"ok":false,"error":"internal_error"}'),
    ];
    answers[(api.requests.length - 1) % answers.length]?.();
  });
  const clock = testClock();
  const { socket, finals, log } = connect(t, `${api.url}/api/`, { clock });
  await socket.start();
  const pauses: number[] = [];
  const failed = () => log.lines.filter(({ fields }) => fields.event === "socket.failed").length;
  while (pauses.length < 8) {
    const pause = await eventually("it rests", () => failed() > pauses.length && clock.sleeping()[0]);
    pauses.push(pause);
    clock.advance(pause);
    await eventually("it tries again", () => api.requests.length > pauses.length || undefined);
  }
  assert.ok(
    pauses.every((pause, index) => pause >= (pauses[index - 1] ?? 0)),
    pauses.join(),
  );
  assert.equal(pauses.at(-1), 5_000);
  assert.deepEqual(finals, []);
  assert.ok(failed() >= 8);
  const levels = log.lines.filter(({ fields }) => fields.event === "socket.failed").slice(0, 6);
  assert.deepEqual(
    levels.map(({ level }) => level),
    ["warn", "debug", "warn", "warn", "warn", "debug"],
    "Slack's limit is no fault",
  );
});

test("when nobody listens at Slack's address, the bot keeps trying", async (t) => {
  const { socket, finals, log } = connect(t, `http://127.0.0.1:${await closedPort()}/api/`);
  await socket.start();
  await eventually(
    "three attempts",
    () => log.lines.filter(({ fields }) => fields.event === "socket.failed").length >= 3,
  );
  assert.deepEqual(finals, []);
});

for (const [claim, token, error] of [
  ["that nobody knows", "xapp-1-A0-1-unknown", "invalid_auth"],
  ["of the wrong kind", "xoxb-countersign-sandbox", "not_allowed_token_type|invalid_auth"],
] as const) {
  test(`a token ${claim} is final: the words name the variable and the way out, and nothing tries again`, async (t) => {
    const slack = await standIn(t);
    const { socket, finals, states } = connect(t, slack.apiUrl, { appToken: token });
    await socket.start();
    await eventually("it is final", () => finals.length > 0);
    assert.match(finals[0] ?? "", new RegExp(`SLACK_APP_TOKEN \\((?:${error})\\)\\. .+\\.$`));
    assert.ok(!states.includes(true));
    await socket.stop();
    assert.deepEqual([finals.length, slack.opens()], [1, 1]);
  });
}

test("a token that is revoked while connected is final at the next connection, and ends nothing by itself", async (t) => {
  const slack = await standIn(t);
  const { socket, finals, connected } = connect(t, slack.apiUrl);
  await socket.start();
  await connected();
  await slack.control("token", { token: "app", state: "token_revoked" });
  await slack.control("disconnect", { reason: "none" });
  await eventually("it is final", () => finals.length > 0);
  assert.match(finals[0] ?? "", /SLACK_APP_TOKEN/);
});

/** A Slack whose connections behave as the test says. */
async function oddSlack(t: TestContext, behave: (socket: import("ws").WebSocket) => void) {
  const links = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  links.on("connection", behave);
  await once(links, "listening");
  t.after(() => {
    for (const client of links.clients) client.terminate();
    return new Promise((resolve) => links.close(resolve));
  });
  const { port } = links.address() as { port: number };
  const api = await rawServer(t, (_, response) =>
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${port}/` })),
  );
  return { apiUrl: `${api.url}/api/`, api, links };
}

const HELLO = JSON.stringify({ type: "hello", num_connections: 1, connection_info: { app_id: "A0" } });

test("connections that end as soon as they stand are not opened in a rush", async (t) => {
  const { apiUrl, api } = await oddSlack(t, (socket) => {
    socket.send(HELLO);
    socket.send(JSON.stringify({ type: "disconnect", reason: "link_disabled" }));
    socket.close(1000);
  });
  const clock = testClock();
  const { socket, states } = connect(t, apiUrl, { clock });
  await socket.start();
  await eventually(
    "it rests between two connections",
    // Longer sleeps than its first rest are its patience with a handshake and with a connection that closes.
    () => clock.sleeping().some((ms) => ms <= 500) || api.requests.length > 20,
  );
  assert.ok(api.requests.length < 5, `${api.requests.length} connections without a rest`);
  assert.equal(states[0], true);
});

test("stopping does not wait for a peer that has fallen silent, and leaves no connection behind", async (t) => {
  const { apiUrl, links } = await oddSlack(t, (socket) => {
    socket.send(HELLO);
    (socket as unknown as { _socket: { pause(): void } })._socket.pause();
  });
  const { socket, connected } = connect(t, apiUrl);
  await socket.start();
  await connected();
  await socket.stop();
  for (const client of links.clients) (client as unknown as { _socket: { resume(): void } })._socket.resume();
  await eventually("the connection is closed", () => [...links.clients].every(({ readyState }) => readyState >= 2));
});

test("stopping in the middle of connecting ends at once, also before anything was started", async (t) => {
  const silent = await silentServer(t);
  const never = connect(t, `http://127.0.0.1:${silent.port}/api/`, { clock: testClock() });
  await never.socket.stop();
  const begun = connect(t, `http://127.0.0.1:${silent.port}/api/`);
  await begun.socket.start();
  await eventually("it is under way", () => silent.sockets.size > 0);
  await begun.socket.stop();
  assert.deepEqual([begun.finals, begun.states.includes(true)], [[], false]);
});
