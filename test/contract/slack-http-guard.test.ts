import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { App } from "@slack/bolt";
import { systemClock } from "../../src/ops/clock.ts";
import { serveHttp } from "../../src/ops/server.ts";
import { makeBoltLogger } from "../../src/slack/connection/bolt-logger.ts";
import { makeHttpReceiver, SLACK_PATH } from "../../src/slack/connection/http.ts";
import { eventually } from "../support/eventually.ts";
import { testLog } from "../support/fakes.ts";

const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

/** Bolt's own receiver behind the guard, as HTTP mode runs it. The clock is the machine's plus an offset: Bolt reads the machine's. */
async function setUp(t: TestContext) {
  const log = testLog();
  const logger = makeBoltLogger(log);
  let ahead = 0;
  const clock = { ...systemClock, now: () => Date.now() + ahead, sleep: async () => undefined };
  const { receiver, handle } = makeHttpReceiver({ signingSecret: SECRET, logger, clock });
  const app = new App({ receiver, logger, authorize: async () => ({ botToken: "xoxb-test" }) });
  const clicks: string[] = [];
  app.action("approve", async ({ ack, body }) => {
    clicks.push(body.user.id);
    await ack();
  });
  const server = await serveHttp(0, { [SLACK_PATH]: { POST: handle } });
  t.after(server.close);

  const send = async (request: ReturnType<typeof signed>): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${SLACK_PATH}`, { method: "POST", ...request });
    await response.text();
    return response.status;
  };
  return {
    port: server.port,
    send,
    clicks,
    log,
    later(ms: number) {
      ahead += ms;
    },
  };
}

/** Sends the head of a request and none of its body; resolves with the status, or null if there is none within a second. */
async function sendHead(port: number, headers: Record<string, string>): Promise<string | null> {
  const socket = connect(port, "127.0.0.1");
  const lines = Object.entries({ host: "x", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST ${SLACK_PATH} HTTP/1.1\r\n${lines.join("")}\r\n`);
  const reply = await Promise.race([once(socket, "data"), setTimeout(1_000, null, { ref: false })]);
  socket.destroy();
  return reply === null ? null : (String(reply[0]).split(" ")[1] ?? "");
}

/** A click as Slack signs it. Source: Slack documentation, "Verifying requests from Slack". */
function signed(userId: string, options: { secret?: string; secondsFromNow?: number; body?: string } = {}) {
  const { secret = SECRET, secondsFromNow = 0 } = options;
  const payload = {
    type: "block_actions",
    user: { id: userId, team_id: "T0HOME" },
    team: { id: "T0HOME" },
    api_app_id: "A0",
    actions: [{ type: "button", action_id: "approve", block_id: "b", value: "r", action_ts: "1.1" }],
  };
  const body = options.body ?? new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000) + secondsFromNow);
  const hash = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  return {
    body,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${hash}`,
    } as Record<string, string>,
  };
}

test("a request that Slack signed reaches its listener, and two different ones do", async (t) => {
  const { send, clicks } = await setUp(t);
  assert.deepEqual([await send(signed("U0JANE")), await send(signed("U0OMAR"))], [200, 200]);
  assert.deepEqual(clicks, ["U0JANE", "U0OMAR"]);
});

test("the challenge with which Slack verifies the request URL is returned, and only if Slack signed it", async (t) => {
  const { port } = await setUp(t);
  const verify = async (secret: string) => {
    const body = JSON.stringify({ token: "t", challenge: "3eZbrw1aBm2rZgRN", type: "url_verification" });
    const request = signed("", { body, secret });
    const headers = { ...request.headers, "content-type": "application/json" };
    const response = await fetch(`http://127.0.0.1:${port}${SLACK_PATH}`, { method: "POST", body, headers });
    return { status: response.status, text: await response.text() };
  };
  const { status, text } = await verify(SECRET);
  assert.deepEqual([status, JSON.parse(text)], [200, { challenge: "3eZbrw1aBm2rZgRN" }]);
  const forged = await verify("another-secret");
  assert.equal(forged.status, 401);
  assert.doesNotMatch(forged.text, /3eZbrw1aBm2rZgRN/);
});

test("an exact replay is refused, also one at the same moment, and the log says why", async (t) => {
  const { send, clicks, log } = await setUp(t);
  const request = signed("U0JANE");
  const statuses = await Promise.all([send(request), send(request), send(request)]);
  assert.deepEqual(statuses.toSorted(), [200, 401, 401]);
  assert.equal(await send(request), 401);
  assert.deepEqual(clicks, ["U0JANE"]);
  assert.match(String(log.lines[0]?.fields.slack), /seen before/);
});

test("a replay is known again however its headers were dressed up", async (t) => {
  const { send, clicks } = await setUp(t);
  const request = signed("U0JANE");
  assert.equal(await send(request), 200);
  const { "x-slack-signature": signature = "", "x-slack-request-timestamp": timestamp = "" } = request.headers;
  for (const dressed of [
    { "x-slack-signature": `${signature}=` },
    { "x-slack-signature": `${signature}=more` },
    { "x-slack-signature": ` ${signature} ` },
    { "x-slack-request-timestamp": ` ${timestamp}` },
    { "x-slack-request-timestamp": `${timestamp}.0` },
    { "x-slack-request-timestamp": `0${timestamp}` },
  ])
    assert.equal(await send({ ...request, headers: { ...request.headers, ...dressed } }), 401, JSON.stringify(dressed));
  assert.deepEqual(clicks, ["U0JANE"]);
});

test("a replay is remembered for as long as its timestamp would be taken", async (t) => {
  const { send, later, clicks } = await setUp(t);
  const request = signed("U0JANE", { secondsFromNow: 30 });
  assert.equal(await send(request), 200);
  later(5 * 60_000 + 31_000);
  assert.equal(await send(signed("U0OMAR")), 200);
  assert.equal(await send(request), 401);
  assert.deepEqual(clicks, ["U0JANE", "U0OMAR"]);
});

test("a request from the future is refused, one of a clock that is a little ahead is not", async (t) => {
  const { send, clicks } = await setUp(t);
  assert.equal(await send(signed("U0JANE", { secondsFromNow: 3_600 })), 401);
  assert.equal(await send(signed("U0OMAR", { secondsFromNow: 30 })), 200);
  assert.deepEqual(clicks, ["U0OMAR"]);
});

test("a request without the headers of a signature is refused before its body arrives", async (t) => {
  const { port } = await setUp(t);
  const { headers } = signed("U0JANE");
  const long = { "content-length": "1000" };
  const { "x-slack-signature": signature = "", "x-slack-request-timestamp": timestamp = "" } = headers;
  for (const bad of [
    {},
    { "x-slack-signature": signature },
    { "x-slack-signature": "v0=abc", "x-slack-request-timestamp": timestamp },
    { "x-slack-signature": signature, "x-slack-request-timestamp": "soon" },
    { "x-slack-signature": signature, "x-slack-request-timestamp": String(Number(timestamp) - 3_600) },
  ])
    assert.equal(await sendHead(port, { ...long, ...bad }), "401", JSON.stringify(bad));
  assert.equal(await sendHead(port, { "transfer-encoding": "chunked" }), "401", "no length and no signature");
  assert.equal(await sendHead(port, { ...headers, ...long }), null, "it waits for the body");
  assert.equal(await sendHead(port, { ...signed("U0OMAR").headers, "content-length": "2000000" }), "413");
});

test("forged bodies together take 16 MB at most; a click still counts meanwhile, and a large body is read again afterwards", async (t) => {
  const { port, send, clicks, log } = await setUp(t);
  const sockets = Array.from({ length: 17 }, (_, index) => {
    const { headers } = signed("U0EVE", { secret: `another ${index}` });
    const socket = connect(port, "127.0.0.1");
    const lines = Object.entries({ host: "x", ...headers, "content-length": "1048576" });
    socket.write(
      `POST ${SLACK_PATH} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
    );
    socket.write("x".repeat(1_000_000));
    return socket.on("error", () => undefined);
  });
  const [reply] = await Promise.race(sockets.map((socket) => once(socket, "data")));
  assert.match(String(reply), /^HTTP\/1\.1 503 /);
  assert.match(JSON.stringify(log.lines), /too many large bodies at once/);
  assert.equal(await send(signed("U0JANE")), 200);
  assert.deepEqual(clicks, ["U0JANE"]);
  for (const socket of sockets) socket.destroy();
  let tries = 0;
  await eventually("large bodies are read again", async () => {
    const large = signed("U0EVE", { secret: `later ${tries++}`, body: "x".repeat(1_000_000) });
    return (await send(large)) === 401;
  });
});

test("every signed body gets a reply, also null, which is no payload", async (t) => {
  const { send } = await setUp(t);
  const bodies = ["null", "5", '"text"', "[]", "{", ""];
  const replies = await Promise.all(
    bodies.map((body) => {
      const { headers } = signed("U0JANE", { body });
      return send({ body, headers: { ...headers, "content-type": "application/json" } });
    }),
  );
  for (const [at, reply] of replies.entries()) assert.notEqual(reply, 200, bodies[at]);
  assert.equal(await send(signed("U0JANE", { body: "payload=null" })), 400);
});

test("Slack's check of the certificate has no signature, and is answered", async (t) => {
  const { send } = await setUp(t);
  const headers: Record<string, string> = { "content-type": "application/x-www-form-urlencoded" };
  assert.equal(await send({ body: "ssl_check=1&token=x", headers }), 200);
});

test("a stale request, another secret, a changed body and absent headers are refused", async (t) => {
  const { send, clicks } = await setUp(t);
  const good = signed("U0JANE");
  const without = (name: string) => ({
    ...good,
    headers: Object.fromEntries(Object.entries(good.headers).filter(([key]) => key !== name)),
  });
  const bad = [
    signed("U0JANE", { secondsFromNow: -400 }),
    signed("U0JANE", { secret: "another" }),
    { ...good, body: signed("U0OMAR").body },
    without("x-slack-signature"),
    without("x-slack-request-timestamp"),
    { ...good, headers: { ...good.headers, "x-slack-request-timestamp": "soon" } },
    { ...good, headers: { ...good.headers, "x-slack-signature": "v1=abc" } },
  ];
  for (const request of bad) assert.equal(await send(request), 401, JSON.stringify(request.headers));
  assert.deepEqual(clicks, []);
});
