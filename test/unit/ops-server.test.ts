import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../src/ops/clock.ts";
import { LIMITS, sendJson, serveHttp } from "../../src/ops/server.ts";
import { runEventLoop } from "../support/run-event-loop.ts";

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
    // The server may reset a connection that it closes.
    const closed = new Promise((resolve) => socket.on("error", () => {}).on("close", resolve));
    socket.write(text);
    let received = "";
    socket.on("data", (part: string) => {
      received += part;
    });
    await closed;
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

test("the shipped limits allow 200 connections, 5 seconds for headers and 10 for a request, and are checked each second", () => {
  assert.deepEqual(LIMITS, {
    connections: 200,
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 1_000,
  });
});

test("an idle connection outlives the time for headers, and a load balancer's 60 s", async (t) => {
  assert.ok(LIMITS.keepAliveTimeout > 60_000);
  const limits = { ...LIMITS, headersTimeout: 40, requestTimeout: 50, connectionsCheckingInterval: 10 };
  const routes = { "/ok": { GET: (_: IncomingMessage, response: ServerResponse) => sendJson(response, 200, {}) } };
  const server = await serveHttp(0, routes, "PORT", limits);
  t.after(server.close);
  const socket = connect(server.port, "127.0.0.1").setEncoding("utf8");
  t.after(() => socket.destroy());
  const get = async () => {
    socket.write("GET /ok HTTP/1.1\r\nhost: x\r\n\r\n");
    const [reply] = await once(socket, "data");
    return String(reply);
  };
  assert.match(await get(), /^HTTP\/1.1 200 OK\r\n.*Keep-Alive: timeout=65\r\n/is);
  await systemClock.sleep(150);
  assert.match(await get(), /^HTTP\/1.1 200 OK\r\n/);
});

test("no connection is kept idle while more than half of the connections are open", async (t) => {
  const routes = { "/ok": { GET: (_: IncomingMessage, response: ServerResponse) => sendJson(response, 200, {}) } };
  const server = await serveHttp(0, routes, "PORT", { ...LIMITS, connections: 4 });
  t.after(server.close);
  const open = async () => {
    const socket = connect(server.port, "127.0.0.1").setEncoding("utf8");
    t.after(() => socket.destroy());
    socket.write("GET /ok HTTP/1.1\r\nhost: x\r\n\r\n");
    const [reply] = await once(socket, "data");
    return /connection: close/i.test(String(reply)) ? "closed" : "kept";
  };
  const replies = [];
  for (let connection = 0; connection < 6; connection++) replies.push(await open());
  assert.deepEqual(replies, ["kept", "kept", "closed", "closed", "closed", "closed"]);
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
