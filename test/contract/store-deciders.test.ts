import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { RecipientLookupKind } from "../../src/app/ports/delivery-store.ts";
import type { SignalAttempt } from "../../src/core/signal-attempt.ts";
import { anAttempt, anEntry, aRequest, aVote, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES, type OpenStore } from "../support/stores.ts";

const aSignal = (signerId: string, more: Partial<SignalAttempt> = {}) =>
  anAttempt({ signerId, session: `${signerId}@example.com`, ...more });

const step = (expectedVersion: number) => ({ requestId: REQUEST_ID, expectedVersion, patch: {}, audit: [] });
const FOREVER = Number.MAX_SAFE_INTEGER;

for (const engine of ENGINES) {
  const withErrand = async (t: TestContext, lookup: RecipientLookupKind) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry(), recipientLookup: lookup });
    const [due] = await store.recipientLookups.due(NOW, 10);
    assert(due !== undefined);
    return { store, lookup: due };
  };
  const places = async (store: OpenStore) =>
    (await store.notices.ofRequest(REQUEST_ID)).map(({ kind, channelId }) => `${kind} ${channelId}`);
  const withNotice = async (t: TestContext) => {
    const { store, lookup } = await withErrand(t, "break-glass");
    await store.recipientLookups.recordDone(lookup, ["C0DBA"], NOW);
    const [notice] = await store.notices.due(NOW, 10);
    assert(notice !== undefined);
    return { store, notice };
  };

  test(`${engine.name}: each attempt to signal comes back as it went in, oldest first, in its newest state`, async (t) => {
    const store = await aStore(t, { engine });
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
    const ben = aSignal("U0BEN", { attempt: 2, at: NOW - 1, state: "ambiguous", error: "no reply", shownBefore: 1 });
    await store.requests.advance({ ...step(1), attempt: ben });
    await store.requests.advance({ ...step(2), attempt: aSignal("U0ANN") });
    const accepted = aSignal("U0ANN", { state: "accepted" });
    await store.requests.advance({ ...step(3), attempt: accepted });
    const bot = anAttempt({ attempt: 3, state: "refused", error: "no" });
    await store.requests.advance({ ...step(4), attempt: bot });
    assert.deepEqual(await store.requests.signals(REQUEST_ID), [accepted, ben, bot]);
    assert.deepEqual(await store.requests.signals("another"), []);
    assert.deepEqual(await (await store.reopen()).requests.signals(REQUEST_ID), [accepted, ben, bot]);
  });

  test(`${engine.name}: a signal is on record with the change it belongs to, or not at all`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
    assert.equal(await store.requests.advance({ ...step(7), attempt: aSignal("U0ANN") }), false);
    const old = await store.leases.acquire("execution", "one", NOW, NOW + 1);
    await store.leases.acquire("execution", "two", NOW + 2, NOW + 60_000);
    assert(old !== null);
    assert.equal(await store.guardedBy(old).requests.advance({ ...step(1), attempt: aSignal("U0ANN") }), false);
    assert.deepEqual(await store.requests.signals(REQUEST_ID), []);
    const won = await Promise.all(
      ["U0ANN", "U0BEN", "U0CAT"].map((userId) => store.requests.advance({ ...step(1), attempt: aSignal(userId) })),
    );
    assert.equal(won.filter(Boolean).length, 1);
    assert.equal((await store.requests.signals(REQUEST_ID)).length, 1);
  });

  test(`${engine.name}: an lookup is on record with what asks for it, once for a request, whoever asks`, async (t) => {
    const store = await aStore(t, { engine });
    await store.requests.open({
      request: aRequest(),
      channels: ["C0DBA"],
      audit: anEntry(),
      recipientLookup: "direct-messages",
    });
    const vote = aVote("U0ADMIN", { authority: "break-glass" });
    assert.equal(await store.requests.advance({ ...step(9), vote, recipientLookup: "break-glass" }), false);
    assert.deepEqual(
      (await store.recipientLookups.due(NOW, 10)).map(({ kind }) => kind),
      ["direct-messages"],
    );
    await store.requests.advance({ ...step(1), vote, recipientLookup: "break-glass" });
    await store.requests.advance({ ...step(2), recipientLookup: "break-glass" });
    const again = await store.reopen();
    assert.deepEqual((await again.recipientLookups.due(NOW, 10)).map(({ kind }) => kind).toSorted(), [
      "break-glass",
      "direct-messages",
    ]);
    assert.equal((await again.recipientLookups.due(NOW, 1)).length, 1);
  });

  test(`${engine.name}: an lookup that failed rests and counts; those who were found have theirs already`, async (t) => {
    const { store, lookup } = await withErrand(t, "break-glass");
    await store.recipientLookups.recordFailed(lookup, "ratelimited", NOW + 5_000, ["C0DBA", "D0ONE"]);
    assert.deepEqual(await store.recipientLookups.due(NOW + 4_999, 10), []);
    const [later] = await store.recipientLookups.due(NOW + 5_000, 10);
    assert.deepEqual(later, { requestId: REQUEST_ID, kind: "break-glass", attempts: 1 });
    assert.deepEqual(await places(store), ["break-glass C0DBA", "break-glass D0ONE"]);
    await store.recipientLookups.recordDone(lookup, ["C0DBA", "D0ONE", "D0TWO"], NOW);
    assert.deepEqual(await places(store), ["break-glass C0DBA", "break-glass D0ONE", "break-glass D0TWO"]);
    assert.deepEqual(await store.recipientLookups.due(FOREVER, 10), []);
  });

  test(`${engine.name}: an lookup done twice, as after a crash or by two processes, leaves each place one notice`, async (t) => {
    const { store, lookup } = await withErrand(t, "no-route");
    await Promise.all([1, 2, 3].map(() => store.recipientLookups.recordDone(lookup, ["D0ONE", "D0TWO", "D0ONE"], NOW)));
    assert.deepEqual(await places(store), ["no-route D0ONE", "no-route D0TWO"]);
    assert.deepEqual(await store.recipientLookups.due(FOREVER, 10), []);
  });

  test(`${engine.name}: direct messages are messages of the request, and none stands twice in one place`, async (t) => {
    const { store, lookup } = await withErrand(t, "direct-messages");
    await store.recipientLookups.recordDone(lookup, ["D0ONE", "C0DBA", "D0ONE"], NOW);
    assert.deepEqual(
      (await store.messages.ofRequest(REQUEST_ID)).map(({ channelId }) => channelId),
      ["C0DBA", "D0ONE"],
    );
    assert.deepEqual(await places(store), []);
  });

  test(`${engine.name}: of many who want to post a notice one may; a posted one keeps its ts and is due no more`, async (t) => {
    const { store, notice } = await withNotice(t);
    const won = await Promise.all(
      Array.from({ length: 8 }, (_, index) => store.notices.claim(notice.id, `claim-${index}`, NOW, NOW + 60)),
    );
    assert.equal(won.filter(Boolean).length, 1);
    assert.deepEqual(await store.notices.due(NOW + 59, 10), []);
    await store.notices.recordPosted(notice.id, "1.1", 1);
    await store.notices.recordPosted(notice.id, "2.2", 1);
    const [row] = await store.notices.ofRequest(REQUEST_ID);
    assert.deepEqual([row?.ts, row?.claimId, row?.lastError], ["1.1", null, null]);
    assert.deepEqual(await store.notices.due(FOREVER, 10), []);
  });

  test(`${engine.name}: a lapsed claim on a notice is handed out to be settled, never to be posted again`, async (t) => {
    const { store, notice } = await withNotice(t);
    await store.notices.claim(notice.id, "mine", NOW, NOW + 60);
    const again = await store.reopen();
    const [lapsed] = await again.notices.due(NOW + 60, 10);
    assert.deepEqual([lapsed?.claimId, lapsed?.claimedAt], ["mine", NOW]);
    assert.equal(await again.notices.claim(notice.id, "other", NOW + 60, NOW + 120), false);
    await again.notices.recordAmbiguous(notice.id, "mine", "timeout", NOW + 90);
    assert.deepEqual(await again.notices.due(NOW + 89, 10), []);
    assert.equal((await again.notices.due(NOW + 90, 10))[0]?.lastError, "timeout");
  });

  test(`${engine.name}: a claim on a notice is given back by its holder only, and rests as long as was asked`, async (t) => {
    const { store, notice } = await withNotice(t);
    await store.notices.claim(notice.id, "mine", NOW, NOW + 60);
    await store.notices.release(notice.id, "other", "x", NOW);
    assert.deepEqual(await store.notices.due(NOW, 10), []);
    await store.notices.release(notice.id, "mine", "is_archived", NOW + 5);
    assert.deepEqual(await store.notices.due(NOW + 4, 10), []);
    const [free] = await store.notices.due(NOW + 5, 10);
    assert.deepEqual([free?.claimId, free?.lastError, free?.attempts], [null, "is_archived", 1]);
  });

  test(`${engine.name}: many notices in one channel hide none of another`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    for (let index = 0; index < 30; index++) {
      const id = `r${index}`;
      await store.requests.open({ request: aRequest({ id, stepExecutionId: id }), channels: [], audit: anEntry() });
      await store.recipientLookups.recordDone({ requestId: id, kind: "no-route", attempts: 0 }, ["D0MANY"], NOW);
    }
    await store.recipientLookups.recordDone({ requestId: "r0", kind: "break-glass", attempts: 0 }, ["D0ONE"], NOW);
    const due = await store.notices.due(NOW, 5);
    assert.deepEqual(
      [due.length, due.filter(({ channelId }) => channelId === "D0ONE").map(({ requestId }) => requestId)],
      [6, ["r0"]],
    );
  });

  test(`${engine.name}: a message that comes to a request later is due until it shows what has happened by then`, async (t) => {
    const { store, lookup } = await withErrand(t, "direct-messages");
    const change = (expectedVersion: number) =>
      store.requests.advance({ requestId: REQUEST_ID, expectedVersion, patch: {}, audit: [] });
    await change(1);
    await Promise.all([change(2), store.recipientLookups.recordDone(lookup, ["D0ONE"], NOW)]);
    const [message] = (await store.messages.ofRequest(REQUEST_ID)).filter(({ channelId }) => channelId === "D0ONE");
    assert(message !== undefined);
    const isDue = async () => (await store.messages.due(NOW, 5)).some(({ id }) => id === message.id);
    // Its words were read in the moment before the change was there to be seen.
    await store.messages.recordPosted(message.id, "1.1", 2);
    assert.equal(await isDue(), true);
    await store.messages.claimUpdate(message.id, "update", NOW, NOW + 60);
    await store.messages.recordUpdated(message.id, 3, "update");
    assert.equal(await isDue(), false);
  });
}
