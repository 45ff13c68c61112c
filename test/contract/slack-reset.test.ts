import assert from "node:assert/strict";
import { it } from "node:test";
import { WebSocket } from "ws";
import { APP_TOKEN } from "../../sandbox/slack/seed.ts";
import { eventually, makeClick, makeClient, postButton, type Reply, type World, world } from "./slack-support.ts";

/** Opens a Socket Mode connection that acknowledges nothing. Returns the frames that arrive over it. */
async function silentApp(w: World): Promise<Reply[]> {
  const { url } = await makeClient(w.slack, APP_TOKEN).apps.connections.open();
  const socket = new WebSocket(String(url));
  const frames: Reply[] = [];
  socket.on("message", (data) => frames.push(JSON.parse(String(data))));
  await eventually(() => frames.length > 0);
  return frames;
}
const waitForFrames = (frames: Reply[], count: number) => eventually(() => frames.length === count);
/** Sends one more frame, after which all earlier ones have arrived, and checks their number. */
async function assertFrameCount(w: World, frames: Reply[], count: number) {
  await w.control("disconnect", { reason: "warning" });
  await eventually(() => frames.at(-1).reason === "warning");
  assert.equal(frames.length, count + 1);
}
const waitForFault = (w: World) =>
  eventually(async () => ((await (await fetch(`${w.slack.url}/_control/faults`)).json()) as Reply).faults.length === 0);

it("a reset ends an unacknowledged event, which is not retried", async (t) => {
  const w = await world(t);
  const frames = await silentApp(w);
  const opened = w.control("home", { user: "U0JANE" });
  await waitForFrames(frames, 2);
  await w.control("reset");
  assert.partialDeepStrictEqual(await opened, { status: 409, error: "reset" });
  w.slack.clock.advance(3_600_000);
  await assertFrameCount(w, frames, 2);
  assert.deepEqual(w.requests("deliver:events_api"), []);
});

it("a reset cancels the scheduled retry of an event", async (t) => {
  const w = await world(t);
  const frames = await silentApp(w);
  const opened = w.control("home", { user: "U0JANE" });
  await waitForFrames(frames, 2);
  w.slack.clock.advance(3000);
  assert.equal((await opened).delivery.problem, "timeout");
  await w.control("reset");
  w.slack.clock.advance(1100);
  await assertFrameCount(w, frames, 2);
});

it("a pending click and command leave no notice in the workspace after a reset", async (t) => {
  const w = await world(t);
  const frames = await silentApp(w);
  const at = await postButton(w);
  const click = w.control("click", makeClick(at));
  const command = w.control("command", { user: "U0JANE", channel: "C0APPROVALS", text: "/approvals" });
  await waitForFrames(frames, 3);
  await w.control("reset");
  assert.deepEqual([(await click).error, (await command).error], ["reset", "reset"]);
  assert.deepEqual((await w.state()).notices, []);
  assert.deepEqual(w.slack.journal.list(), []);
});

it("a reset cancels the announced end of a connection", async (t) => {
  const w = await world(t);
  const frames = await silentApp(w);
  await w.control("disconnect", { reason: "warning" });
  await waitForFrames(frames, 2);
  await w.control("reset");
  w.slack.clock.advance(10_000);
  await assertFrameCount(w, frames, 2);
  assert.equal((await w.state()).delivery.links.length, 1);
});

it("a reset ends a delayed call, which posts nothing into the new workspace", async (t) => {
  const w = await world(t);
  await w.control("faults", { operation: "chat.postMessage", kind: "delay", delayMs: 60_000, times: 1 });
  const posted = w.client.chat.postMessage({ channel: "C0APPROVALS", text: "late" });
  const failed = assert.rejects(posted, { code: "slack_webapi_request_error" });
  await waitForFault(w);
  await w.control("reset");
  await failed;
  w.slack.clock.advance(60_000);
  const { messages } = await w.client.conversations.history({ channel: "C0APPROVALS" });
  assert.deepEqual(messages, []);
});

it("a delayed delivery does not arrive after a reset", async (t) => {
  const w = await world(t);
  const frames = await silentApp(w);
  await w.control("faults", { operation: "deliver:block_actions", kind: "delay", delayMs: 60_000, times: 1 });
  const click = w.control("click", makeClick(await postButton(w)));
  await waitForFault(w);
  await w.control("reset");
  assert.equal((await click).error, "reset");
  w.slack.clock.advance(60_000);
  await assertFrameCount(w, frames, 1);
});

it("a reset does not affect other timers on the same clock", async (t) => {
  const w = await world(t);
  let rang = false;
  w.slack.clock.at(w.slack.clock.now() + 1000, () => {
    rang = true;
  });
  await w.control("reset");
  w.slack.clock.advance(1000);
  assert(rang);
});
