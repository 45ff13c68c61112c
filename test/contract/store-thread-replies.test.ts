import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ApprovalRequest, RequestPatch } from "../../src/core/request.ts";
import { anEntry, aRequest, EXECUTION_ID, NOW } from "../support/samples.ts";
import { aStore, ENGINES, type OpenStore } from "../support/stores.ts";

const ENDED: RequestPatch = { state: "closed", closedAt: NOW, executionStatus: "Success", executionEndedAt: NOW };

for (const engine of ENGINES) {
  const setUp = async (t: TestContext) => {
    const store = await aStore(t, { engine, now: () => NOW });
    const open = (id: string, openedAt: number, channels: string[], more: Partial<ApprovalRequest> = {}) =>
      store.requests.open({
        request: aRequest({ id, stepExecutionId: id, openedAt, ...more }),
        channels,
        audit: anEntry({ requestId: id }),
      });
    const post = async (requestId: string, ts: string) => {
      for (const [index, row] of (await store.messages.ofRequest(requestId)).entries())
        await store.messages.recordPosted(row.id, `${ts}${index}`, 1);
    };
    const end = (requestId: string, expectedVersion = 1) =>
      store.requests.advance({ requestId, expectedVersion, patch: ENDED, audit: [] });
    return { store, open, post, end };
  };
  const due = (store: OpenStore) => store.notices.due(NOW, 10);

  test(`${engine.name}: the end of an execution with several gates is one reply in each channel, in the newest thread there`, async (t) => {
    const { store, open, post, end } = await setUp(t);
    await open("r-1", NOW, ["C0ONE", "C0TWO", "D0JANE"]);
    await open("r-2", NOW + 1, ["C0ONE"]);
    await open("r-3", NOW + 2, ["C0ONE"], { executionId: EXECUTION_ID.replace("1", "9") });
    for (const [id, ts] of [
      ["r-1", "1.00000"],
      ["r-2", "2.00000"],
      ["r-3", "3.00000"],
    ] as const)
      await post(id, ts);
    await end("r-1");
    assert.deepEqual(await due(store), [], "the other gate does not show the end yet");
    await end("r-2");
    const rows = await due(store);
    const found = [];
    for (const row of rows) found.push([row.kind, row.channelId, await store.notices.findThread(row)]);
    assert.deepEqual(found.sort(), [
      ["execution-ended", "C0ONE", "2.000000"],
      ["execution-ended", "C0TWO", "1.000001"],
    ]);
  });

  test(`${engine.name}: a message that was due before its request closed is not claimed after that, as no reply would follow it`, async (t) => {
    const { store, open, end } = await setUp(t);
    await open("r-1", NOW, ["C0ONE"]);
    const [message] = await store.messages.due(NOW, 1);
    assert(message !== undefined);
    await end("r-1");
    assert.equal(await store.messages.claim(message.id, "claim", NOW, NOW + 1), false);
    assert.deepEqual(await store.notices.ofRequest("r-1"), []);
  });

  test(`${engine.name}: a reply waits for its thread, and a request without a message gets none`, async (t) => {
    const { store, open, post, end } = await setUp(t);
    await open("r-1", NOW, ["C0ONE"]);
    const [message] = await store.messages.ofRequest("r-1");
    assert(message !== undefined);
    assert(await store.messages.claim(message.id, "claim", NOW, NOW + 1));
    await end("r-1");
    assert.deepEqual(await due(store), [], "the post of the message is not resolved");
    assert.equal((await store.effects.backlog()).effects.find(({ kind }) => kind === "notice")?.due, 0);
    await post("r-1", "1.00000");
    assert.equal((await due(store)).length, 1);
  });

  test(`${engine.name}: the reply to a message that was deleted after the end goes to the channel`, async (t) => {
    const { store, open, post, end } = await setUp(t);
    await open("r-1", NOW, ["C0ONE"]);
    await post("r-1", "1.00000");
    await end("r-1");
    await store.messages.recordDeleted("C0ONE", "1.000000");
    const [row] = await due(store);
    assert(row !== undefined);
    assert.equal(await store.notices.findThread(row), null);
  });

  test(`${engine.name}: a reminder about a message that was deleted twice goes to the channel`, async (t) => {
    const { store, open, post } = await setUp(t);
    await open("r-1", NOW, ["C0ONE"]);
    await store.notices.add("r-1", "reminder", "C0ONE", 1);
    await post("r-1", "1.00000");
    await store.messages.recordDeleted("C0ONE", "1.000000");
    assert.deepEqual(await due(store), [], "the message is posted again first");
    await post("r-1", "2.00000");
    await store.messages.recordDeleted("C0ONE", "2.000000");
    const [row] = await due(store);
    assert(row !== undefined);
    assert.equal(await store.notices.findThread(row), null);
  });

  test(`${engine.name}: no report of an end is stored for a message that is never posted`, async (t) => {
    const { store, open, end, post } = await setUp(t);
    await open("r-1", NOW, ["C0ONE", "C0TWO"]);
    const [, second] = await store.messages.ofRequest("r-1");
    assert(second !== undefined);
    await store.messages.recordPosted(second.id, "1.000001", 1);
    await end("r-1");
    assert.deepEqual(
      (await store.notices.ofRequest("r-1")).map(({ channelId }) => channelId),
      ["C0TWO"],
    );
    // The next gate of the same execution was posted.
    await open("r-2", NOW + 1, ["C0ONE"]);
    await post("r-2", "2.00000");
    await end("r-2");
    assert.deepEqual(
      (await store.notices.ofRequest("r-2")).map(({ channelId }) => channelId),
      ["C0ONE"],
    );
  });

  test(`${engine.name}: the end of a request removes its reminders, except one that an attempt may have posted`, async (t) => {
    const { store, open, post } = await setUp(t);
    await open("r-1", NOW, ["C0ONE"]);
    await open("r-2", NOW, ["C0ONE"]);
    await post("r-1", "1.00000");
    for (const [number, id] of ["r-1", "r-1", "r-1", "r-2"].entries())
      await store.notices.add(id, "reminder", "C0ONE", number);
    const [posted, claimed] = await store.notices.ofRequest("r-1");
    assert(posted !== undefined && claimed !== undefined);
    await store.notices.recordPosted(posted.id, "1.000002", 1);
    assert(await store.notices.claim(claimed.id, "claim", NOW, NOW + 1));
    await store.requests.advance({ requestId: "r-1", expectedVersion: 1, patch: { state: "closed" }, audit: [] });
    const left = (await store.notices.ofRequest("r-1")).map(({ id }) => id);
    assert.deepEqual(left.toSorted(), [posted.id, claimed.id].toSorted());
    assert.equal((await store.notices.ofRequest("r-2")).length, 1);
  });

  test(`${engine.name}: only the attempt that has the claim records its thread`, async (t) => {
    const { store, open, post, end } = await setUp(t);
    await open("r-1", NOW, ["C0ONE"]);
    await post("r-1", "1.00000");
    await end("r-1");
    const [row] = await due(store);
    assert(row !== undefined);
    assert(await store.notices.claim(row.id, "mine", NOW, NOW + 1));
    await store.notices.recordThread(row.id, "other", "9.000000");
    await store.notices.recordThread(row.id, "mine", "1.000000");
    assert.equal((await store.notices.ofRequest("r-1"))[0]?.threadTs, "1.000000");
  });

  test(`${engine.name}: the requester is not told of a decision before AWS has it`, async (t) => {
    const { store, open } = await setUp(t);
    await open("r-1", NOW, ["C0ONE"]);
    const advance = (expectedVersion: number, patch: RequestPatch) =>
      store.requests.advance({ requestId: "r-1", expectedVersion, patch, audit: [] });
    const kinds = async () => (await store.recipientLookups.due(NOW, 10)).map(({ kind }) => kind);
    await advance(1, { state: "decided", decision: "approve", signal: "due" });
    await advance(2, { signal: "sending" });
    assert.deepEqual(await kinds(), [], "AWS can still refuse it");
    await advance(3, { state: "closed" });
    assert.deepEqual(await kinds(), ["requester-decided"]);
  });

  test(`${engine.name}: the requester is told of each decision, and once of the end of the execution`, async (t) => {
    const { store, open, end } = await setUp(t);
    await open("r-1", NOW, ["C0ONE"]);
    await open("r-2", NOW + 1, ["C0ONE"]);
    await open("r-3", NOW + 2, [], { route: null });
    const decided: RequestPatch = { state: "decided", decision: "approve" };
    await store.requests.advance({ requestId: "r-1", expectedVersion: 1, patch: decided, audit: [] });
    await end("r-1", 2);
    await end("r-2");
    await end("r-3");
    const lookups = (await store.recipientLookups.due(NOW, 10)).map(({ requestId, kind }) => `${requestId} ${kind}`);
    assert.deepEqual(lookups.toSorted(), ["r-1 requester-decided", "r-1 requester-ended", "r-2 requester-decided"]);
  });
}
