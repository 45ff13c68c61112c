import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { MessageRow } from "../../src/app/ports/delivery-store.ts";
import type { WatchedExecution } from "../../src/app/ports/store.ts";
import { aClick, anEntry, aRequest, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES, type OpenStore } from "../support/stores.ts";

const TARGET = "default/us-east-1";

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

  test(`${engine.name}: of many who want to post a message one may`, async (t) => {
    const { store, message } = await withMessage(t);
    const won = await Promise.all(
      Array.from({ length: 8 }, (_, index) => store.messages.claim(message.id, `claim-${index}`, NOW, NOW + 60)),
    );
    assert.equal(won.filter(Boolean).length, 1);
    assert.deepEqual(await store.messages.due(NOW + 59, 10), []);
  });

  test(`${engine.name}: a lapsed claim is handed out to be settled, never to be posted again`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.claim(message.id, "mine", NOW, NOW + 60);
    const again = await store.reopen();
    const [lapsed] = await again.messages.due(NOW + 60, 10);
    assert.deepEqual([lapsed?.claimId, lapsed?.claimedAt], ["mine", NOW]);
    assert.equal(await again.messages.claim(message.id, "other", NOW + 60, NOW + 120), false);
  });

  test(`${engine.name}: a claim is given back by its holder only, and rests as long as was asked`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.claim(message.id, "mine", NOW, NOW + 60);
    await store.messages.release(message.id, "other", "x", NOW);
    assert.deepEqual(await store.messages.due(NOW, 10), []);
    await store.messages.release(message.id, "mine", "limited", NOW + 5);
    assert.deepEqual(await store.messages.due(NOW + 4, 10), []);
    const [free] = await store.messages.due(NOW + 5, 10);
    assert.deepEqual([free?.claimId, free?.lastError, free?.attempts], [null, "limited", 1]);
  });

  test(`${engine.name}: an unclear attempt keeps its claim and is looked at when asked`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.claim(message.id, "mine", NOW, NOW + 60);
    await store.messages.recordAmbiguous(message.id, "other", "x", NOW);
    await store.messages.recordAmbiguous(message.id, "mine", "timeout", NOW + 10);
    assert.deepEqual(await store.messages.due(NOW + 9, 10), []);
    const [unclear] = await store.messages.due(NOW + 10, 10);
    assert.deepEqual([unclear?.claimId, unclear?.lastError], ["mine", "timeout"]);
  });

  test(`${engine.name}: a posted message keeps its first ts, whatever is reported later`, async (t) => {
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

  test(`${engine.name}: a message is due again when its request has moved on, once for many changes`, async (t) => {
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

  test(`${engine.name}: of many who want to update a message one may, until the claim lapses`, async (t) => {
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

  test(`${engine.name}: an update that comes after its claim has lapsed makes the message be written again`, async (t) => {
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

    // The same while the other is still on its way: neither knows whose words came last.
    await store.messages.claimUpdate(message.id, "third", NOW + 60, NOW + 120);
    await store.messages.recordUpdated(message.id, 2, "slow");
    await store.messages.recordUpdated(message.id, 3, "third");
    assert.equal((await store.messages.due(NOW + 60, 10)).length, 1);
  });

  test(`${engine.name}: of many who want to find out about a lapsed claim one may`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.claim(message.id, "dead", NOW, NOW + 60);
    assert.equal(await store.messages.claimUnresolved(message.id, "dead", NOW + 59, NOW + 200), false);
    const won = await Promise.all(
      Array.from({ length: 8 }, () => store.messages.claimUnresolved(message.id, "dead", NOW + 60, NOW + 120)),
    );
    assert.equal(won.filter(Boolean).length, 1);
    assert.deepEqual(await store.messages.due(NOW + 119, 10), []);
  });

  test(`${engine.name}: a flood in one channel hides no other, and what is over soonest comes first`, async (t) => {
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

  test(`${engine.name}: a failed update rests, counts, and starts anew after success`, async (t) => {
    const { store, message } = await withMessage(t);
    await store.messages.recordPosted(message.id, "1.1", 0);
    await store.messages.recordFailed(message.id, "unreachable", NOW + 10);
    assert.deepEqual(await store.messages.due(NOW + 9, 10), []);
    assert.equal((await store.messages.due(NOW + 10, 10))[0]?.attempts, 0, "an attempt is what is claimed");
    await store.messages.claimUpdate(message.id, "not-found", NOW, NOW + 60);
    await store.messages.claimUpdate(message.id, "mine", NOW + 60, NOW + 120);
    assert.equal((await store.messages.ofRequest(REQUEST_ID))[0]?.attempts, 2);
    await store.messages.recordUpdated(message.id, 1, "mine");
    const [row] = await store.messages.ofRequest(REQUEST_ID);
    assert.deepEqual([row?.attempts, row?.nextAttemptAt, row?.lastError], [0, 0, null]);
  });

  test(`${engine.name}: what ended unseen is not posted; what may stand in Slack is settled all the same`, async (t) => {
    const { store, message } = await withMessage(t);
    await change(store, 1, { state: "closed" });
    assert.deepEqual(await store.messages.due(NOW, 10), []);
    await store.messages.claim(message.id, "mine", NOW, NOW + 60);
    assert.equal((await store.messages.due(NOW + 60, 10)).length, 1);
  });

  test(`${engine.name}: the same click twice is one click; the first stays`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, (_, index) => store.clicks.record(aClick("U0JANE", { id: `c${index}` }))),
    );
    assert.deepEqual(outcomes.toSorted(), ["duplicate", "duplicate", "duplicate", "duplicate", "recorded"]);
    assert.equal(await store.clicks.record(aClick("U0JANE", { id: "other", key: "press:U0JANE:2" })), "recorded");
    const again = await store.reopen();
    assert.equal((await again.clicks.unevaluated(NOW, 10)).length, 2);
    assert.equal(await again.clicks.record(aClick("U0JANE", { id: "after" })), "duplicate");
  });

  test(`${engine.name}: a click waits for its judgement, then for its answer, each in its own time`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.clicks.record(aClick("U0OMAR", { receivedAt: NOW + 1 }));
    await store.clicks.record(aClick("U0JANE"));
    const unhandled = async (now: number, limit = 10) =>
      (await store.clicks.unevaluated(now, limit)).map(({ userId }) => userId);
    assert.deepEqual(await unhandled(NOW), ["U0JANE", "U0OMAR"]);
    assert.deepEqual(await unhandled(NOW, 1), ["U0JANE"]);
    await store.clicks.postpone("click-U0JANE", NOW + 5, "Slack asks to wait");
    assert.deepEqual(await unhandled(NOW), ["U0OMAR"]);
    assert.deepEqual(await unhandled(NOW + 5), ["U0JANE", "U0OMAR"]);

    await store.clicks.recordEvaluated("click-U0JANE", "No.", anEntry({ kind: "denied" }));
    await store.clicks.recordEvaluated("click-U0JANE", "Another word.", anEntry({ kind: "denied" }));
    await store.clicks.recordEvaluated("click-U0OMAR", null, null);
    assert.deepEqual(await unhandled(NOW + 99), []);
    const [told, ...more] = await store.clicks.unreplied(NOW, 10);
    assert.deepEqual(more, []);
    assert.deepEqual([told?.userId, told?.reply, told?.attempts], ["U0JANE", "No.", 0]);
    assert.equal((await store.requests.history(REQUEST_ID)).length, 1);

    await store.clicks.postpone("click-U0JANE", NOW + 5, "Slack asks to wait");
    assert.deepEqual(await store.clicks.unreplied(NOW + 4, 10), []);
    const again = await store.reopen();
    assert.equal((await again.clicks.unreplied(NOW + 5, 10)).length, 1);
    await again.clicks.recordReplied("click-U0JANE");
    assert.deepEqual(await again.clicks.unreplied(NOW + 99, 10), []);
  });

  test(`${engine.name}: a lease has one holder until it ends; the holder renews it, and nobody else gives it back`, async (t) => {
    const store = await aStore(t, { engine });
    const { leases } = store;
    const won = await Promise.all(["a", "b", "c", "d"].map((owner) => leases.acquire("one", owner, NOW, NOW + 10)));
    const [winner = ""] = ["a", "b", "c", "d"].filter((_, index) => won[index] !== null);
    assert.equal(won.filter((each) => each !== null).length, 1);
    const holds = async (...[name, owner, now, until]: Parameters<typeof leases.acquire>) =>
      (await leases.acquire(name, owner, now, until)) !== null;
    assert.equal(await holds("two", "other", NOW, NOW + 10), true);
    assert.equal(await holds("one", winner, NOW + 9, NOW + 20), true);
    assert.equal(await holds("one", "other", NOW + 19, NOW + 30), false);
    await leases.release("one", "other");
    assert.equal(await holds("one", "other", NOW + 19, NOW + 30), false);
    assert.equal(await holds("one", "other", NOW + 20, NOW + 30), true);
    await leases.release("one", winner);
    const again = await store.reopen();
    assert.equal(await again.leases.acquire("one", "third", NOW + 29, NOW + 40), null);
    await again.leases.release("one", "other");
    assert.notEqual(await again.leases.acquire("one", "third", NOW + 21, NOW + 40), null);
  });

  const watched = (more: Partial<WatchedExecution> = {}): WatchedExecution => ({
    target: TARGET,
    executionId: "e1",
    fingerprint: "one",
    nextReadAt: NOW,
    unchangedReads: 3,
    ...more,
  });

  test(`${engine.name}: executions are read in the order of their time, each target its own`, async (t) => {
    const { owned, executions } = await aStore(t, { engine });
    await owned.executions.watch(watched());
    await owned.executions.watch(watched({ executionId: "e2", nextReadAt: NOW - 5 }));
    await owned.executions.watch(watched({ executionId: "e3", nextReadAt: NOW + 5 }));
    await owned.executions.watch(watched({ target: "other" }));
    const due = async (now: number, limit = 10) =>
      (await executions.due(TARGET, now, limit)).map(({ executionId }) => executionId);
    assert.deepEqual(await due(NOW), ["e2", "e1"]);
    assert.deepEqual(await due(NOW + 5, 2), ["e2", "e1"]);
    assert.equal((await executions.watched(TARGET)).length, 3);
    await owned.executions.forget(TARGET, "e1");
    assert.deepEqual(await due(NOW + 5), ["e2", "e3"]);
    assert.equal((await executions.watched("other")).length, 1);
  });

  test(`${engine.name}: a reading that is done sets the next one, unless the list has changed in the meantime`, async (t) => {
    const { owned, executions } = await aStore(t, { engine });
    await owned.executions.watch(watched());
    await owned.executions.recordRead(watched(), NOW + 100, 4);
    assert.deepEqual(await executions.watched(TARGET), [watched({ nextReadAt: NOW + 100, unchangedReads: 4 })]);
    await owned.executions.watch(watched({ fingerprint: "two", nextReadAt: NOW + 1, unchangedReads: 0 }));
    await owned.executions.recordRead(watched({ nextReadAt: NOW + 100 }), NOW + 200, 5);
    assert.deepEqual(await executions.watched(TARGET), [
      watched({ fingerprint: "two", nextReadAt: NOW + 1, unchangedReads: 0 }),
    ]);
  });

  test(`${engine.name}: an execution that is woken is read now, also when it was woken while it was being read`, async (t) => {
    const { owned, executions } = await aStore(t, { engine });
    await owned.executions.watch(watched({ nextReadAt: NOW + 300_000 }));
    await executions.wake(TARGET, "e1", NOW + 1);
    assert.deepEqual(await executions.due(TARGET, NOW + 1, 10), [watched({ nextReadAt: NOW + 1, unchangedReads: 0 })]);
    const seen = watched({ nextReadAt: NOW + 1, unchangedReads: 0 });
    await executions.wake(TARGET, "e1", NOW + 2);
    await owned.executions.recordRead(seen, NOW + 300_000, 1);
    assert.equal((await executions.due(TARGET, NOW + 2, 10)).length, 1);
  });
}
