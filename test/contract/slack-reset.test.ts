import assert from "node:assert/strict";
import { it } from "node:test";
import { WebSocket } from "ws";
import { APP_TOKEN } from "../../sandbox/slack/seed.ts";
import { eventually, makeClick, makeClient, postButton, type Reply, type World, world } from "./slack-support.ts";

/** A Socket Mode connection that acknowledges nothing, and what arrived over it. */
async function silentApp(w: World): Promise<Reply[]> {
  const { url } = await makeClient(w.slack, APP_TOKEN).apps.connections.open();
  const socket = new WebSocket(String(url));
  const frames: Reply[] = [];
  socket.on("message", (data) => frames.push(JSON.parse(String(data))));
  await eventually(() => frames.length > 0);
  return frames;
}
const waitForFrames = (frames: Reply[], count: number) => eventually(() => frames.length === count);
/** Whatever was sent before has arrived when this frame has. */
async function assertFrameCount(w: World, frames: Reply[], count: number) {
  await w.control("disconnect", { reason: "warning" });
  await eventually(() => frames.at(-1).reason === "warning");
  assert.equal(frames.length, count + 1);
}
const waitForFault = (w: World) =>
  eventually(async () => ((await (await fetch(`${w.slack.url}/_control/faults`)).json()) as Reply).faults.length === 0);

it("an event that waits for its acknowledgement is over with a reset, and comes not again", async (t) => {
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

it("an event that was to come again does not after a reset", async (t) => {
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

it("a click and a command that wait leave no notice in the workspace that a reset made", async (t) => {
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

it("a connection that was warned is not ended by the clock of before", async (t) => {
  const w = await world(t);
  const frames = await silentApp(w);
  await w.control("disconnect", { reason: "warning" });
  await waitForFrames(frames, 2);
  await w.control("reset");
  w.slack.clock.advance(10_000);
  await assertFrameCount(w, frames, 2);
  assert.equal((await w.state()).delivery.links.length, 1);
});

it("a call that was delayed is cut off, and posts nothing into the new workspace", async (t) => {
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

it("a delivery that was delayed never arrives", async (t) => {
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

it("timers of others on the same clock go on", async (t) => {
  const w = await world(t);
  let rang = false;
  w.slack.clock.at(w.slack.clock.now() + 1000, () => {
    rang = true;
  });
  await w.control("reset");
  w.slack.clock.advance(1000);
  assert(rang);
});
