import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { SIGNING_SECRET } from "../../sandbox/slack/seed.ts";
import { eventually, makeClick, postButton, type Reply, socketApp, type World, world } from "./slack-support.ts";

/** Starts a server as the request URL, which records requests and sends a fixed response. */
async function requestUrl(w: World, status = 200, body = "") {
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      received.push({ headers: request.headers, body: text });
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  w.onCleanup(() => new Promise((resolve) => server.close(resolve)));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await w.control("settings", { requestUrl: url });
  return { received, server };
}

describe("signed HTTP", () => {
  it("signs each delivery with the app's secret, in Slack's format", async (t) => {
    const w = await world(t);
    const { received } = await requestUrl(w);
    await w.control("click", makeClick(await postButton(w)));
    await w.control("command", { user: "U0JANE", channel: "C0APPROVALS", text: "/approvals help" });
    await w.control("home", { user: "U0JANE" });
    for (const { headers, body } of received) {
      const timestamp = String(headers["x-slack-request-timestamp"]);
      const expected = createHmac("sha256", SIGNING_SECRET).update(`v0:${timestamp}:${body}`).digest("hex");
      assert.equal(headers["x-slack-signature"], `v0=${expected}`);
      assert(Math.abs(Number(timestamp) - Date.now() / 1000) < 5);
    }
    const [action, command, event] = received.map(({ headers, body }) => ({ type: headers["content-type"], body }));
    assert.equal(action?.type, "application/x-www-form-urlencoded");
    assert.equal(JSON.parse(new URLSearchParams(action?.body).get("payload") ?? "").type, "block_actions");
    assert.equal(new URLSearchParams(command?.body).get("text"), "help");
    assert.equal(event?.type, "application/json");
    assert.equal(JSON.parse(event?.body ?? "").type, "event_callback");
  });

  it("posts the reply to a command from the response body", async (t) => {
    const w = await world(t);
    await requestUrl(w, 200, JSON.stringify({ response_type: "in_channel", text: "Nothing is waiting." }));
    await w.control("command", { user: "U0JANE", channel: "C0APPROVALS", text: "/approvals" });
    const { messages } = await w.client.conversations.history({ channel: "C0APPROVALS" });
    assert.equal(messages?.[0]?.text, "Nothing is waiting.");
  });

  it("treats an error or an unreachable server as no acknowledgement", async (t) => {
    const w = await world(t);
    const at = await postButton(w);
    const { server } = await requestUrl(w, 500);
    assert.partialDeepStrictEqual((await w.control("click", makeClick(at))).delivery, {
      acked: false,
      via: "http",
      problem: "http_500",
    });
    await new Promise((resolve) => server.close(resolve));
    assert.equal((await w.control("click", makeClick(at))).delivery.problem, "connection_failed");
    await w.control("settings", { requestUrl: null });
    assert.equal((await w.control("click", makeClick(at))).delivery.problem, "no_connection");
  });

  it("times out after three seconds", async (t) => {
    const w = await world(t);
    const at = await postButton(w);
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    w.onCleanup(() => server.closeAllConnections());
    w.onCleanup(() => server.close());
    const arrived = new Promise((resolve) => server.once("request", resolve));
    await new Promise((resolve) => server.once("listening", resolve));
    await w.control("settings", { requestUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
    const click = w.control("click", makeClick(at));
    await arrived;
    w.slack.clock.advance(3000);
    assert.partialDeepStrictEqual((await click).delivery, { acked: false, problem: "timeout" });
  });
});

describe("a fault on a delivery", () => {
  it("delivers it twice with identical bytes", async (t) => {
    const w = await world(t);
    const { received } = await requestUrl(w);
    await w.control("faults", { operation: "deliver:block_actions", kind: "twice", times: 1 });
    await w.control("click", makeClick(await postButton(w)));
    await eventually(() => received.length === 2);
    assert.equal(received[0]?.body, received[1]?.body);
    assert.equal(received[0]?.headers["x-slack-signature"], received[1]?.headers["x-slack-signature"]);
  });

  it("delivers an envelope twice: Bolt's listener runs twice, and the person sees one acknowledgement", async (t) => {
    const w = await world(t);
    let heard = 0;
    await socketApp(w, (app) => {
      app.action("go", async ({ ack }) => {
        heard += 1;
        await ack();
      });
    });
    await w.control("faults", { operation: "deliver:block_actions", kind: "twice", times: 1 });
    assert.equal((await w.control("click", makeClick(await postButton(w)))).delivery.acked, true);
    await eventually(() => heard === 2);
    assert.deepEqual((await w.state()).notices, []);
  });

  it("loses it: the app gets nothing, and the person sees a warning", async (t) => {
    const w = await world(t);
    const { received } = await requestUrl(w);
    await w.control("faults", { operation: "deliver:block_actions", kind: "refuse", times: 1 });
    assert.equal((await w.control("click", makeClick(await postButton(w)))).delivery.acked, false);
    assert.deepEqual(received, []);
    assert.partialDeepStrictEqual(w.requests("deliver:block_actions"), [
      { executed: false, outcome: { fault: "refuse" } },
    ]);
  });

  it("loses the acknowledgement: the app gets the delivery, and the person still sees a warning", async (t) => {
    const w = await world(t);
    const { received } = await requestUrl(w);
    await w.control("faults", { operation: "deliver:block_actions", kind: "drop-reply", times: 1 });
    assert.equal((await w.control("click", makeClick(await postButton(w)))).delivery.acked, false);
    assert.equal(received.length, 1);
    assert.equal((await w.state()).notices.length, 1);
  });

  it("delays it: the person sees a warning after three seconds, and the delivery arrives later", async (t) => {
    const w = await world(t);
    const { received } = await requestUrl(w);
    await w.control("faults", { operation: "deliver:block_actions", kind: "delay", delayMs: 600_000, times: 1 });
    const at = await postButton(w);
    const click = w.control("click", makeClick(at));
    await eventually(
      async () => ((await (await fetch(`${w.slack.url}/_control/faults`)).json()) as Reply).faults.length === 0,
    );
    w.slack.clock.advance(3000);
    assert.equal((await click).delivery.acked, false);
    assert.deepEqual(received, []);
    w.slack.clock.advance(600_000);
    await eventually(() => received.length === 1);
  });
});
