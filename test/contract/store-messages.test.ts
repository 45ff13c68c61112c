import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { MessagePlace, MessageRow } from "../../src/app/ports/delivery-store.ts";
import { anEntry, aRequest, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES, type OpenStore } from "../support/stores.ts";

for (const engine of ENGINES) {
  const withMessage = async (t: TestContext): Promise<{ store: OpenStore; message: MessageRow }> => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry() });
    const [message] = await store.messages.due(NOW, 10);
    assert(message !== undefined);
    return { store, message };
  };
  const change = (store: OpenStore, expectedVersion: number, patch = {}) =>
    store.requests.advance({ requestId: REQUEST_ID, expectedVersion, patch, audit: [] });

  test(`${engine.name}: only one of many claims on a message succeeds`, async (t) => {
    const { store, message } = await withMessage(t);
    const won = await Promise.all(
      Array.from({ length: 8 }, (_, index) => store.messages.claim(message.id, `claim-${index}`, NOW, NOW + 60)),
    );
    assert.equal(won.filter(Boolean).length, 1);
    assert.deepEqual(await store.messages.due(NOW + 59, 10), []);
  });

  test(`${engine.name}: a message with an expired claim is due to be resolved, and cannot be claimed for a second post`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.claim(message.id, "mine", NOW, NOW + 60);
    const again = await store.reopen();
    const [expired] = await again.messages.due(NOW + 60, 10);
    assert.deepEqual([expired?.claimId, expired?.claimedAt], ["mine", NOW]);
    assert.equal(await again.messages.claim(message.id, "other", NOW + 60, NOW + 120), false);
  });

  test(`${engine.name}: only the holder of a claim releases a message, which is due again after the given time`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.claim(message.id, "mine", NOW, NOW + 60);
    await store.messages.release(message.id, "other", "x", NOW);
    assert.deepEqual(await store.messages.due(NOW, 10), []);
    await store.messages.release(message.id, "mine", "limited", NOW + 5);
    assert.deepEqual(await store.messages.due(NOW + 4, 10), []);
    const [free] = await store.messages.due(NOW + 5, 10);
    assert.deepEqual([free?.claimId, free?.lastError, free?.attempts], [null, "limited", 1]);
  });

  test(`${engine.name}: an ambiguous attempt keeps its claim and is due to be resolved at the given time`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.claim(message.id, "mine", NOW, NOW + 60);
    await store.messages.recordAmbiguous(message.id, "other", "x", NOW);
    await store.messages.recordAmbiguous(message.id, "mine", "timeout", NOW + 10);
    assert.deepEqual(await store.messages.due(NOW + 9, 10), []);
    const [ambiguous] = await store.messages.due(NOW + 10, 10);
    assert.deepEqual([ambiguous?.claimId, ambiguous?.lastError], ["mine", "timeout"]);
  });

  test(`${engine.name}: the posted messages of open requests follow each other in the order in which requests opened`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    const add = async (id: string, ts: Record<string, string>, openedAt = NOW) => {
      const request = aRequest({ id, stepExecutionId: id, openedAt });
      await store.requests.open({ request, channels: ["C1", "C2"], audit: anEntry({ requestId: id }) });
      for (const row of await store.messages.ofRequest(id))
        if (ts[row.channelId] !== undefined) await store.messages.recordPosted(row.id, ts[row.channelId] ?? "", 1);
    };
    const old = (NOW / 1000 - 60).toFixed(6);
    await add("b", { C2: old });
    await add("z", { C2: old }, NOW - 1);
    await add("a", { C1: old, C2: old });
    await add("c", { C1: (NOW / 1000 - 1).toFixed(6) });
    await add("d", { C1: `${Number(old) - 1}` });
    await store.requests.advance({ requestId: "d", expectedVersion: 1, patch: { state: "closed" }, audit: [] });
    await add("e", { C1: `${Number(old) - 2}` });
    for (let time = 0; time < 2; time++) {
      const [row] = await store.messages.ofRequest("e");
      await store.messages.recordPosted(row?.id ?? "", `${Number(old) - 2 - time}`, 1);
      const recordDeleted = () => store.messages.recordDeleted("C1", `${Number(old) - 2 - time}`);
      assert.deepEqual([await recordDeleted(), await recordDeleted()], [true, false]);
    }
    const found: string[] = [];
    let last: MessagePlace = { openedAt: 0, requestId: "", channelId: "" };
    for (;;) {
      const next = await store.messages.nextPosted(last, NOW - 30_000);
      if (next === null) break;
      found.push(`${next.requestId} ${next.channelId}`);
      last = next;
    }
    assert.deepEqual(found, ["z C2", "a C1", "a C2", "b C2"]);
  });

  test(`${engine.name}: a posted message keeps its first ts`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.claim(message.id, "mine", NOW, NOW + 60);
    await store.messages.recordPosted(message.id, "1.1", 1);
    await store.messages.recordPosted(message.id, "2.2", 1);
    await store.messages.release(message.id, "mine", "late", NOW);
    await store.messages.recordAmbiguous(message.id, "mine", "late", NOW);
    const [row] = await store.messages.ofRequest(REQUEST_ID);
    assert.deepEqual([row?.ts, row?.shownVersion, row?.claimId, row?.lastError], ["1.1", 1, null, null]);
    assert.equal(await store.messages.claim(message.id, "again", NOW, NOW + 60), false);
    assert.deepEqual(await store.messages.due(NOW, 10), []);
  });

  test(`${engine.name}: a message is due again when its request has changed, once for many changes`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.recordPosted(message.id, "1.1", 1);
    await change(store, 1);
    await change(store, 2);
    assert.equal((await store.messages.due(NOW, 10)).length, 1);
    assert.equal(await store.messages.claimUpdate(message.id, "mine", NOW, NOW + 60), true);
    await store.messages.recordUpdated(message.id, 3, "mine");
    assert.deepEqual(await store.messages.due(NOW, 10), []);
    assert.equal((await store.messages.ofRequest(REQUEST_ID))[0]?.shownVersion, 3);
  });

  test(`${engine.name}: only one of many claims on an update succeeds, until that claim expires`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.recordPosted(message.id, "1.1", 0);
    const won = await Promise.all(
      Array.from({ length: 8 }, (_, index) => store.messages.claimUpdate(message.id, `claim-${index}`, NOW, NOW + 60)),
    );
    assert.equal(won.filter(Boolean).length, 1);
    assert.deepEqual(await store.messages.due(NOW + 59, 10), []);
    assert.equal((await store.messages.due(NOW + 60, 10)).length, 1);
    assert.equal(await store.messages.claimUpdate(message.id, "next", NOW + 60, NOW + 120), true);
  });

  test(`${engine.name}: an update that ends after its claim has expired makes the message due again`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.recordPosted(message.id, "1.1", 1);
    await change(store, 1);
    await store.messages.claimUpdate(message.id, "slow", NOW, NOW + 60);
    await change(store, 2);
    await store.messages.claimUpdate(message.id, "quick", NOW + 60, NOW + 120);
    await store.messages.recordUpdated(message.id, 3, "quick");
    assert.deepEqual(await store.messages.due(NOW + 60, 10), []);
    await store.messages.recordUpdated(message.id, 2, "slow");
    assert.equal((await store.messages.due(NOW + 60, 10)).length, 1);

    // The same while the other update is in progress: which of the two Slack applied last is unknown.
    await store.messages.claimUpdate(message.id, "third", NOW + 60, NOW + 120);
    await store.messages.recordUpdated(message.id, 2, "slow");
    await store.messages.recordUpdated(message.id, 3, "third");
    assert.equal((await store.messages.due(NOW + 60, 10)).length, 1);
  });

  test(`${engine.name}: only one of many processes resolves an expired claim`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.claim(message.id, "dead", NOW, NOW + 60);
    assert.equal(await store.messages.claimUnresolved(message.id, "dead", "early", NOW + 59, NOW + 200), false);
    const won = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        store.messages.claimUnresolved(message.id, "dead", `claim-${index}`, NOW + 60, NOW + 120),
      ),
    );
    assert.equal(won.filter(Boolean).length, 1);
    assert.deepEqual(await store.messages.due(NOW + 119, 10), []);
  });

  test(`${engine.name}: a flood in one channel hides no other channel, and the earliest deadline comes first`, async (t) => {
    const { store } = await withMessage(t);
    const due = (id: string, channel: string, timeoutSeconds: number | null) =>
      store.requests.open({
        request: aRequest({
          id,
          stepExecutionId: id,
          facts: { ...aRequest().facts, waitingSince: NOW, timeoutSeconds },
        }),
        channels: [channel],
        audit: anEntry(),
      });
    for (let index = 0; index < 20; index++) await due(`flood-${index}`, "C0FLOOD", 10_000 - index);
    await due("quiet", "C0QUIET", null);
    const found = await store.messages.due(NOW, 2);
    assert.deepEqual(
      found.filter(({ channelId }) => channelId === "C0FLOOD").map(({ requestId }) => requestId),
      ["flood-19", "flood-18"],
    );
    assert.ok(found.some(({ channelId }) => channelId === "C0QUIET"));
  });

  test(`${engine.name}: a failed update waits and counts its attempts, and success resets both`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.recordPosted(message.id, "1.1", 0);
    await store.messages.recordFailed(message.id, "unreachable", NOW + 10);
    assert.deepEqual(await store.messages.due(NOW + 9, 10), []);
    assert.equal((await store.messages.due(NOW + 10, 10))[0]?.attempts, 0, "only a claim counts as an attempt");
    await store.messages.claimUpdate(message.id, "not-found", NOW, NOW + 60);
    await store.messages.claimUpdate(message.id, "mine", NOW + 60, NOW + 120);
    assert.equal((await store.messages.ofRequest(REQUEST_ID))[0]?.attempts, 2);
    await store.messages.recordUpdated(message.id, 1, "mine");
    const [row] = await store.messages.ofRequest(REQUEST_ID);
    assert.deepEqual([row?.attempts, row?.nextAttemptAt, row?.lastError], [0, 0, null]);
  });

  test(`${engine.name}: a message whose request closed before the post is not posted`, async (t) => {
    const { store, message } = await withMessage(t);
    assert(await store.messages.claim(message.id, "mine", NOW, NOW + 60));
    await change(store, 1, { state: "closed" });
    assert.deepEqual(await store.messages.due(NOW, 10), []);
    await store.messages.release(message.id, "mine", "failed", NOW);
    assert.deepEqual(await store.messages.due(NOW, 10), []);
    assert.equal(await store.messages.claim(message.id, "mine", NOW, NOW + 60), false);
  });

  test(`${engine.name}: an attempt that may have posted a message is resolved, also after its request closed`, async (t) => {
    const { store, message } = await withMessage(t);
    assert(await store.messages.claim(message.id, "mine", NOW, NOW + 60));
    await change(store, 1, { state: "closed" });
    assert.equal((await store.messages.due(NOW + 60, 10)).length, 1);
  });
}

for (const engine of ENGINES)
  test(`${engine.name}: a version with the same content is recorded without an update, unless one has begun since`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry() });
    const row = async () => (await store.messages.ofRequest(REQUEST_ID))[0] ?? assert.fail("no message");
    const { id } = await row();
    await store.messages.recordPosted(id, "1.1", 1, "a");
    await store.messages.recordUnchanged(id, 2, "b");
    assert.deepEqual([(await row()).shownVersion, (await row()).shownContent], [1, "a"]);
    await store.messages.recordUnchanged(id, 3, "a");
    await store.messages.recordUnchanged(id, 2, "a");
    assert.equal((await row()).shownVersion, 3);
    assert(await store.messages.claimUpdate(id, "claim", NOW, NOW + 60));
    assert.equal((await row()).shownContent, null);
    await store.messages.recordUnchanged(id, 4, "a");
    assert.equal((await row()).shownVersion, 0, "unknown until the update is recorded");
    await store.messages.recordUpdated(id, 4, "claim", "b");
    assert.deepEqual([(await row()).shownVersion, (await row()).shownContent], [4, "b"]);
    await store.messages.recordUpdated(id, 4, "another claim", "a");
    assert.deepEqual([(await row()).shownVersion, (await row()).shownContent], [0, null]);
  });
