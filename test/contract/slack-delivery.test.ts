import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WebSocket } from "ws";
import { APP_TOKEN } from "../../sandbox/slack/seed.ts";
import {
  eventually,
  makeClick,
  makeClient,
  postButton,
  type Reply,
  socketApp,
  type World,
  world,
} from "./slack-support.ts";

/** Opens a plain Socket Mode connection. The test reads its frames and sends acknowledgements itself. */
async function connect(w: World): Promise<{ socket: WebSocket; frames: Reply[]; ended: () => boolean }> {
  const { url } = await makeClient(w.slack, APP_TOKEN).apps.connections.open();
  const socket = new WebSocket(String(url));
  const frames: Reply[] = [];
  let ended = false;
  socket.on("message", (data) => frames.push(JSON.parse(String(data))));
  socket.on("close", () => {
    ended = true;
  });
  socket.on("error", () => {
    ended = true;
  });
  await eventually(() => frames.length > 0 || ended);
  return { socket, frames, ended: () => ended };
}

const envelopes = (frames: Reply[]) => frames.filter((each) => each.envelope_id !== undefined);

describe("Socket Mode", () => {
  it("sends each connection a hello with the app id and the number of connections", async (t) => {
    const w = await world(t);
    const first = await connect(w);
    const second = await connect(w);
    assert.partialDeepStrictEqual(first.frames[0], {
      type: "hello",
      num_connections: 1,
      connection_info: { app_id: "A0COUNTERSN" },
    });
    assert.equal(second.frames[0].num_connections, 2);
  });

  it("sends each envelope over one open connection, round robin", async (t) => {
    const w = await world(t, { rateLimits: false });
    const links = await Promise.all([connect(w), connect(w), connect(w)]);
    for (const { socket, frames } of links) {
      socket.on("message", () => socket.send(JSON.stringify({ envelope_id: frames.at(-1).envelope_id })));
    }
    const at = await postButton(w);
    for (let click = 0; click < 6; click += 1)
      assert.equal((await w.control("click", makeClick(at))).delivery.acked, true);
    assert.deepEqual(
      links.map(({ frames }) => envelopes(frames).length),
      [2, 2, 2],
    );
    links[0]?.socket.close();
    await eventually(async () => (await w.state()).delivery.links.length === 2);
    for (let click = 0; click < 4; click += 1)
      assert.equal((await w.control("click", makeClick(at))).delivery.acked, true);
    assert.deepEqual(
      links.map(({ frames }) => envelopes(frames).length),
      [2, 4, 4],
    );
  });

  it("rejects the eleventh connection", async (t) => {
    const w = await world(t, { rateLimits: false });
    await Promise.all(Array.from({ length: 10 }, () => connect(w)));
    const eleventh = await connect(w);
    assert.partialDeepStrictEqual(eleventh.frames[0], { type: "disconnect", reason: "too_many_websockets" });
    await eventually(eleventh.ended);
    assert.equal((await w.state()).delivery.links.length, 10);
  });

  it("accepts each address once, within 30 seconds", async (t) => {
    const w = await world(t);
    const client = makeClient(w.slack, APP_TOKEN);
    const connectionStatus = (url: string) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(url);
        socket.on("error", () => {});
        socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
        socket.on("open", () => resolve(101));
      });
    const { url } = await client.apps.connections.open();
    assert.match(String(url), /^ws:\/\/127\.0\.0\.1:\d+\/link\/\?ticket=/);
    assert.equal(await connectionStatus(String(url)), 101);
    assert.equal(await connectionStatus(String(url)), 403);
    const late = String((await client.apps.connections.open()).url);
    w.slack.clock.advance(31_000);
    assert.equal(await connectionStatus(late), 403);
    assert.equal(await connectionStatus(`${w.slack.url.replace("http", "ws")}/link/?ticket=guessed`), 403);
  });

  it("accepts an acknowledgement only on the connection of the envelope, within three seconds", async (t) => {
    const w = await world(t);
    const [carrier, other] = [await connect(w), await connect(w)];
    const at = await postButton(w);
    const click = w.control("click", makeClick(at));
    const envelope = await eventually(() => envelopes([...carrier.frames, ...other.frames])[0]);
    assert.partialDeepStrictEqual(envelope, { type: "interactive", accepts_response_payload: false });
    const wrongLink = carrier.frames.includes(envelope) ? other : carrier;
    wrongLink.socket.send(JSON.stringify({ envelope_id: envelope.envelope_id }));
    wrongLink.socket.send("not JSON");
    wrongLink.socket.ping();
    await new Promise((resolve) => wrongLink.socket.once("pong", resolve));
    w.slack.clock.advance(1000);
    assert.equal((await w.state()).notices.length, 0);
    w.slack.clock.advance(2000);
    assert.partialDeepStrictEqual((await click).delivery, {
      acked: false,
      via: "socket",
      problem: "timeout",
      ms: 3000,
    });
  });

  it("asks for a reconnect and closes; Bolt reconnects and gets the next click", async (t) => {
    const w = await world(t);
    let heard = 0;
    await socketApp(w, (app) => {
      app.action("go", async ({ ack }) => {
        heard += 1;
        await ack();
      });
    });
    const at = await postButton(w);
    const [before] = (await w.state()).delivery.links;
    await w.control("disconnect", { reason: "refresh_requested" });
    const [after] = await eventually(async () => {
      const { links } = (await w.state()).delivery;
      return links.length === 1 && links[0].id !== before.id ? links : undefined;
    });
    assert.notEqual(after.id, before.id);
    assert.equal((await w.control("click", makeClick(at))).delivery.acked, true);
    assert.equal(heard, 1);
  });

  it("sends a warning ten seconds before it closes, and can break without one", async (t) => {
    const w = await world(t);
    const [warned, broken] = [await connect(w), await connect(w)];
    const [first, second] = (await w.state()).delivery.links;
    await w.control("disconnect", { reason: "warning", link: first.id });
    await eventually(() => warned.frames.at(-1).reason === "warning");
    assert.equal(warned.ended(), false);
    w.slack.clock.advance(10_000);
    await eventually(warned.ended);
    assert.equal(warned.frames.at(-1).reason, "refresh_requested");
    await w.control("disconnect", { reason: "none", link: second.id });
    await eventually(broken.ended);
    assert.equal(broken.frames.length, 1);
    assert.equal((await w.control("disconnect")).error, "no_connection");
  });

  it("without a connection shows a warning for a click, and dispatch_failed for a command", async (t) => {
    const w = await world(t);
    const at = await postButton(w);
    assert.partialDeepStrictEqual((await w.control("click", makeClick(at))).delivery, {
      acked: false,
      problem: "no_connection",
    });
    const ran = await w.control("command", { user: "U0JANE", channel: "C0APPROVALS", text: "/approvals" });
    assert.equal(ran.shown, "dispatch_failed");
  });

  it("shows operation_timeout for a command that is not acknowledged within three seconds", async (t) => {
    const w = await world(t);
    const link = await connect(w);
    const ran = w.control("command", { user: "U0JANE", channel: "C0APPROVALS", text: "/approvals" });
    const [envelope] = await eventually(() => (envelopes(link.frames).length > 0 ? envelopes(link.frames) : undefined));
    assert.partialDeepStrictEqual(envelope, { type: "slash_commands", accepts_response_payload: true });
    w.slack.clock.advance(3000);
    assert.equal((await ran).shown, "operation_timeout");
  });

  it("retries an unacknowledged event after one second, one minute and five minutes", async (t) => {
    const w = await world(t);
    const link = await connect(w);
    const opened = w.control("home", { user: "U0JANE" });
    const sent = (count: number) => eventually(() => envelopes(link.frames).length === count && envelopes(link.frames));
    for (const [count, wait] of [
      [1, 1000],
      [2, 60_000],
      [3, 300_000],
    ] as const) {
      const frames = await sent(count);
      assert.equal(frames.at(-1).retry_attempt, count - 1);
      w.slack.clock.advance(3000);
      await eventually(() => w.requests("deliver:events_api").length === count);
      w.slack.clock.advance(wait);
    }
    const last = (await sent(4)).at(-1);
    assert.partialDeepStrictEqual(last, { type: "events_api", retry_attempt: 3, retry_reason: "http_timeout" });
    assert.partialDeepStrictEqual(last.payload, {
      type: "event_callback",
      api_app_id: "A0COUNTERSN",
      team_id: "T0SANDBOX01",
      event: { type: "app_home_opened", user: "U0JANE", tab: "home" },
    });
    link.socket.send(JSON.stringify({ envelope_id: last.envelope_id }));
    await eventually(() => w.requests("deliver:events_api").length === 4);
    w.slack.clock.advance(3_600_000);
    assert.equal(envelopes(link.frames).length, 4);
    assert.equal((await opened).delivery.acked, false);
  });
});
