import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WebClient } from "@slack/web-api";
import { BOT_TOKEN } from "../../sandbox/slack/seed.ts";
import { eventually, getError, type Reply, section, silentLogger, type World, world } from "./slack-support.ts";

const fault = (w: World, more: object) => w.control("faults", { operation: "chat.postMessage", times: 1, ...more });
const post = (w: World) => w.client.chat.postMessage({ channel: "C0APPROVALS", text: "x" });
const messages = async (w: World): Promise<Reply[]> =>
  (await w.state()).channels.find((each: Reply) => each.id === "C0APPROVALS").messages;
const journal = (w: World) =>
  w.requests("chat.postMessage").map(({ executed, outcome }) => [executed, outcome.status, outcome.fault]);

describe("a fault", () => {
  it("throttles once with the given Retry-After", async (t) => {
    const w = await world(t);
    await fault(w, { kind: "throttle", retryAfterSeconds: 7 });
    await assert.rejects(post(w), { code: "slack_webapi_rate_limited_error", retryAfter: 7 });
    await post(w);
    assert.deepEqual(journal(w), [
      [false, 429, "throttle"],
      [true, 200, undefined],
    ]);
  });

  it("throttles without a Retry-After", async (t) => {
    const w = await world(t);
    await fault(w, { kind: "throttle", omitRetryAfter: true });
    const response = await fetch(`${w.slack.url}/api/chat.postMessage`, { method: "POST" });
    assert.deepEqual([response.status, response.headers.get("retry-after")], [429, null]);
  });

  it("returns any Slack error or HTTP status", async (t) => {
    const w = await world(t);
    await fault(w, { kind: "error", code: "account_inactive" });
    assert.equal((await getError(post(w))).error, "account_inactive");
    await fault(w, { kind: "error", status: 503 });
    await assert.rejects(post(w), { code: "slack_webapi_http_error", statusCode: 503 });
    assert.deepEqual(await messages(w), []);
    await fault(w, { kind: "error", status: 500, afterExecution: true });
    await assert.rejects(post(w), { statusCode: 500 });
    assert.equal((await messages(w)).length, 1);
  });

  it("refuses the connection, and nothing is executed", async (t) => {
    const w = await world(t);
    await fault(w, { kind: "refuse" });
    await assert.rejects(post(w), { code: "slack_webapi_request_error" });
    assert.deepEqual(await messages(w), []);
    assert.deepEqual(journal(w), [[false, 0, "refuse"]]);
  });

  it("executes the call and drops the reply: a client that retries blindly posts twice", async (t) => {
    const w = await world(t);
    await fault(w, { kind: "drop-reply" });
    await assert.rejects(post(w), { code: "slack_webapi_request_error" });
    assert.equal((await messages(w)).length, 1);
    assert.deepEqual(journal(w), [[true, 0, "drop-reply"]]);

    await fault(w, { kind: "drop-reply" });
    const repeating = new WebClient(BOT_TOKEN, {
      slackApiUrl: `${w.slack.url}/api/`,
      retryConfig: { retries: 1, minTimeout: 1 },
      logger: silentLogger,
    });
    await repeating.chat.postMessage({ channel: "C0APPROVALS", text: "x" });
    assert.equal((await messages(w)).length, 3);
  });

  it("delays a call until the sandbox's clock has advanced", async (t) => {
    const w = await world(t);
    await fault(w, { kind: "delay", delayMs: 3_600_000 });
    const posted = post(w);
    await eventually(
      async () => ((await (await fetch(`${w.slack.url}/_control/faults`)).json()) as Reply).faults.length === 0,
    );
    assert.deepEqual(await messages(w), []);
    w.slack.clock.advance(3_600_000);
    assert.equal((await posted).ok, true);
  });

  it("refuses the handshake of a Socket Mode connection", async (t) => {
    const w = await world(t);
    await w.control("faults", { operation: "link", kind: "refuse" });
    const { url } = (await w.client.apiCall("apps.connections.open", { token: "xapp-sandbox" })) as { url?: string };
    const socket = new WebSocket(String(url));
    await new Promise((resolve) => socket.addEventListener("error", resolve));
    assert.deepEqual((await w.state()).delivery.links, []);
  });

  it("delays that handshake until the clock has advanced", async (t) => {
    const w = await world(t);
    await w.control("faults", { operation: "link", kind: "delay", delayMs: 300_000, times: 1 });
    const { url } = (await w.client.apiCall("apps.connections.open", { token: "xapp-sandbox" })) as { url?: string };
    const socket = new WebSocket(String(url));
    w.onCleanup(() => socket.close());
    const ended = new Promise((resolve) => socket.addEventListener("close", resolve));
    await eventually(
      async () => ((await (await fetch(`${w.slack.url}/_control/faults`)).json()) as Reply).faults.length === 0,
    );
    assert.equal(socket.readyState, WebSocket.CONNECTING);
    // By then, the address has expired.
    w.slack.clock.advance(300_000);
    await ended;
    assert.deepEqual((await w.state()).delivery.links, []);
  });

  it("is removed by its operation and kind; the others stay", async (t) => {
    const w = await world(t);
    await fault(w, { operation: "chat.update", kind: "throttle" });
    await fault(w, { operation: "chat.update", kind: "drop-reply" });
    await fault(w, { operation: "chat.postMessage", kind: "throttle" });
    const faults = `${w.slack.url}/_control/faults`;
    await fetch(`${faults}?operation=chat.update&kind=throttle`, { method: "DELETE" });
    const left = async () => ((await (await fetch(faults)).json()) as { faults: object[] }).faults;
    assert.partialDeepStrictEqual(await left(), [
      { operation: "chat.update", kind: "drop-reply" },
      { operation: "chat.postMessage", kind: "throttle" },
    ]);
    assert.equal((await left()).length, 2);
    await fetch(faults, { method: "DELETE" });
    assert.deepEqual(await left(), []);
  });

  it("of an unknown kind is rejected", async (t) => {
    const w = await world(t);
    assert.partialDeepStrictEqual(await fault(w, { kind: "earthquake" }), { status: 400, error: "not a fault" });
  });
});

it("the event stream reports calls, changes and control requests", async (t) => {
  const w = await world(t);
  const abort = new AbortController();
  w.onCleanup(() => abort.abort());
  const stream = await fetch(`${w.slack.url}/_control/events`, { signal: abort.signal });
  let seen = "";
  const reading = (async () => {
    for await (const chunk of stream.body ?? []) seen += new TextDecoder().decode(chunk as Uint8Array);
  })().catch(() => {});
  await eventually(() => seen.includes("event: hello"));
  const { ts } = await post(w);
  await eventually(
    () => seen.includes("event: request") && seen.includes(`{"what":"message","channel":"C0APPROVALS","ts":"${ts}"}`),
  );
  const home = { type: "home" as const, blocks: [section("x")] };
  await w.client.views.publish({ user_id: "U0JANE", view: home });
  await w.control("person", { user: "U0DAN", deleted: true });
  await w.control("faults", { operation: "chat.update", kind: "throttle" });
  await w.control("clock", { advanceMs: 1 });
  await fetch(`${w.slack.url}/_control/requests`, { method: "DELETE" });
  await w.control("reset");
  await eventually(() => ['"home"', '"people"', '"reset"'].every((what) => seen.includes(`"what":${what}`)));
  const acts = () => [...seen.matchAll(/event: control\ndata: {"what":"(\w+)"}/g)].map(([, what]) => what);
  await eventually(() => acts().join() === "faults,clock,requests,reset");
  abort.abort();
  await reading;
});
