import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { makeRequestMessages } from "../../src/app/deliver/message-kinds.ts";
import type { DeliveryRow, MessageRow } from "../../src/app/ports/delivery-store.ts";
import type { Store } from "../../src/app/ports/store.ts";
import { deliveryBucketKey } from "../../src/slack/rate-limits/limits.ts";
import { makeAcquireMethodSlot, makeAcquireSlot } from "../../src/slack/rate-limits/slots.ts";
import { PER_CHANNEL, startDeliveryWorker } from "../../src/workers/delivery.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { eventually } from "../support/eventually.ts";
import { fakeChat } from "../support/fake-slack.ts";
import { aliveUntil, QUICK, testClock, testLog } from "../support/fakes.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";
import { anEntry, aRequest, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

/** Returns the options of the delivery worker for the messages of requests. */
const messageOptions = ({ messages, rateLimits }: Pick<Store, "messages" | "rateLimits">) => ({
  name: "messages",
  topics: ["deliver" as const],
  store: messages,
  due: (now: number) => messages.due(now, PER_CHANNEL),
  aliveUntil,
  eager: true,
  rateLimits,
  bucketKey: deliveryBucketKey,
  wakeUps: makeWakeUps(NO_PRIORITY),
  about: ({ requestId }: MessageRow) => ({ requestId }),
});

async function withMessages(t: TestContext, channels: string[], each: number) {
  const store = await aStore(t, { now: Date.now });
  for (let index = 0; index < each; index++)
    await store.requests.open({
      request: aRequest({ id: `r${index}`, stepExecutionId: `s${index}`, openedAt: index }),
      channels,
      audit: anEntry(),
    });
  return store;
}

test("a channel that hangs, fails or is rate-limited does not delay other channels", async (t) => {
  const store = await withMessages(t, ["C0BROKEN", "C0GOOD", "C0HANGS", "C0LIMITED"], 8);
  const delivered: string[] = [];
  const stopping = Promise.withResolvers<number>();
  const deliver = async (row: MessageRow): Promise<number> => {
    delivered.push(row.channelId);
    if (row.channelId === "C0HANGS") return stopping.promise;
    if (row.channelId === "C0BROKEN") throw new Error("broken");
    if (row.channelId === "C0LIMITED") return 3_600_000;
    await store.messages.claim(row.id, row.id, Date.now(), Date.now() + 60_000);
    await store.messages.recordPosted(row.id, `1.${delivered.length}`, 1);
    return 0;
  };
  const log = testLog();
  const loop = startDeliveryWorker({
    ...messageOptions(store),
    deliver,
    // The `before` step fails in a channel and does not delay it.
    before: async (channelId) => {
      if (channelId === "C0GOOD") throw new Error("broken");
      return 0;
    },
    clock: QUICK,
    log,
  });
  t.after(async () => {
    stopping.resolve(0);
    await loop.stop();
  });
  const count = (channel: string) => delivered.filter((each) => each === channel).length;
  await eventually("all messages of the good channel are delivered", () => count("C0GOOD") === 8);
  await eventually("all messages of the broken channel were attempted", () => count("C0BROKEN") >= 8);
  assert.deepEqual([count("C0HANGS"), count("C0LIMITED")], [1, 1]);
});

test("one change of a request is shown in all of its 90 channels, and each rate-limit slot is used", async (t) => {
  const channels = Array.from({ length: 90 }, (_, index) => `C0N${index}`);
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  await store.requests.open({ request: aRequest(), channels, audit: anEntry() });
  for (const { id } of await store.messages.ofRequest(REQUEST_ID)) await store.messages.recordPosted(id, "1.1", 1);
  await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch: {}, audit: [] });

  const chat = fakeChat();
  const acquireSlot = makeAcquireSlot(makeAcquireMethodSlot(store.rateLimits, clock, testLog()));
  let slots = 0;
  chat.acquireSlot = async (...call) => {
    await acquireSlot(...call);
    slots++;
  };
  const { messages, requests } = store;
  const log = testLog();
  const loop = startDeliveryWorker({
    ...messageOptions(store),
    deliver: makeRequestMessages({
      notices: store.notices,
      recipientLookups: store.recipientLookups,
      messages,
      requests,
      routes: [],
      identities: {},
      chat,
      acquireSlot: (...call) => chat.acquireSlot(...call),
      aliveUntil,
      clock,
      newId: randomUUID,
      random: () => 0,
      log,
      countLost: () => {},
    }),
    clock,
    log,
  });
  const shown = async () => (await messages.ofRequest(REQUEST_ID)).filter((row) => row.shownVersion === 2).length;
  const began = clock.now();
  while ((await shown()) < channels.length && clock.now() - began < 300_000) {
    clock.advance(100);
    for (let times = 0; times < 20; times++) await setImmediate();
  }
  await Promise.all([loop.stop(), clock.advance(60_000)]);
  assert.equal(await shown(), channels.length);
  assert.equal(slots, channels.length);
});

test("channels with many updates do not delay the updates of other channels", async (t) => {
  const channels = Array.from({ length: 20 }, (_, index) => `C0N${String(index).padStart(2, "0")}`);
  const store = await withMessages(t, channels, 30);
  for (const requestId of Array.from({ length: 30 }, (_, index) => `r${index}`)) {
    for (const { id } of await store.messages.ofRequest(requestId)) await store.messages.recordPosted(id, "1.1", 1);
    await store.requests.advance({ requestId, expectedVersion: 1, patch: {}, audit: [] });
  }
  const updated: string[] = [];
  const loop = startDeliveryWorker({
    ...messageOptions(store),
    async deliver(row: MessageRow) {
      updated.push(row.channelId);
      await store.messages.claimUpdate(row.id, row.id, Date.now(), Date.now() + 60_000);
      await store.messages.recordUpdated(row.id, 2, row.id);
      return 0;
    },
    clock: QUICK,
    log: testLog(),
  });
  t.after(() => loop.stop());
  await eventually("all messages are updated", () => updated.length === 600);
  const first = channels.map((channel) => updated.indexOf(channel));
  // Each channel had its first update before any channel had a third batch.
  assert.ok(Math.max(...first) < 2 * channels.length * PER_CHANNEL, first.join());
});

test("a notice or a digest that waits for its channel does not delay other channels", async (t) => {
  const channels = Array.from({ length: 30 }, (_, index) => `C0N${index}`);
  const store = await withMessages(t, channels, 1);
  for (const kind of ["break-glass", "no-route"] as const)
    await store.recipientLookups.recordDone({ requestId: "r0", kind, subject: "", attempts: 0 }, channels, 0);
  await store.digests.begin(0, 0);
  const stopping = Promise.withResolvers<number>();
  const delivered: string[] = [];
  const start = <Row extends DeliveryRow>(
    name: "notices" | "digests",
    due: (now: number) => Promise<Row[]>,
    recordDelivered: (row: Row) => Promise<unknown>,
  ) =>
    startDeliveryWorker<Row>({
      name,
      topics: [],
      store: store[name],
      aliveUntil,
      due,
      eager: name === "notices",
      rateLimits: store.rateLimits,
      bucketKey: deliveryBucketKey,
      wakeUps: makeWakeUps(NO_PRIORITY),
      async deliver(row) {
        if (row.channelId !== "C0N29") return stopping.promise;
        await recordDelivered(row);
        delivered.push(name);
        return 0;
      },
      about: () => ({}),
      clock: QUICK,
      log: testLog(),
    });
  const { notices, digests } = store;
  const loops = [
    start(
      "notices",
      (now) => notices.due(now, PER_CHANNEL),
      (row) => notices.recordPosted(row.id, "1.1", 1),
    ),
    start("digests", digests.current, (row) => digests.end(row, 0)),
  ];
  t.after(async () => {
    stopping.resolve(0);
    for (const loop of loops) await loop.stop();
  });
  await eventually("both notices and the digest of the last channel are delivered", () => delivered.length === 3);
});
