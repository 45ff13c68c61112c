import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { type TestContext, test } from "node:test";
import { App } from "@slack/bolt";
import { serveHttp } from "../../src/ops/server.ts";
import { makeBoltLogger } from "../../src/slack/connection/bolt-logger.ts";
import { makeHttpReceiver, SLACK_PATH } from "../../src/slack/connection/http.ts";
import { testLog } from "../support/fakes.ts";

const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

/** Bolt's own receiver behind the guard, as HTTP mode runs it. The clock is the machine's plus an offset: Bolt reads the machine's. */
async function setUp(t: TestContext) {
  const log = testLog();
  const logger = makeBoltLogger(log);
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead, sleep: async () => undefined };
  const { receiver, handle } = makeHttpReceiver({ signingSecret: SECRET, logger, clock });
  const app = new App({ receiver, logger, authorize: async () => ({ botToken: "xoxb-test" }) });
  const clicks: string[] = [];
  app.action("approve", async ({ ack, body }) => {
    clicks.push(body.user.id);
    await ack();
  });
  const server = await serveHttp(0, { [SLACK_PATH]: handle });
  t.after(server.close);

  const send = async (request: ReturnType<typeof signed>): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${SLACK_PATH}`, { method: "POST", ...request });
    await response.text();
    return response.status;
  };
  return {
    send,
    clicks,
    log,
    later(ms: number) {
      ahead += ms;
    },
  };
}

/** A click as Slack signs it. Source: Slack documentation, "Verifying requests from Slack". */
function signed(userId: string, options: { secret?: string; secondsFromNow?: number } = {}) {
  const { secret = SECRET, secondsFromNow = 0 } = options;
  const payload = {
    type: "block_actions",
    user: { id: userId, team_id: "T0HOME" },
    team: { id: "T0HOME" },
    api_app_id: "A0",
    actions: [{ type: "button", action_id: "approve", block_id: "b", value: "r", action_ts: "1.1" }],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
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
