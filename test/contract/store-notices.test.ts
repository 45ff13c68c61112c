import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { RecipientLookupKind } from "../../src/app/ports/delivery-store.ts";
import { anEntry, aRequest, aVote, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES, type OpenStore } from "../support/stores.ts";

const step = (expectedVersion: number) => ({ requestId: REQUEST_ID, expectedVersion, patch: {}, audit: [] });
const FOREVER = Number.MAX_SAFE_INTEGER;

for (const engine of ENGINES) {
  const withLookup = async (t: TestContext, lookup: RecipientLookupKind) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry(), recipientLookup: lookup });
    const [due] = await store.recipientLookups.due(NOW, 10);
    assert(due !== undefined);
    return { store, lookup: due };
  };
  const destinations = async (store: OpenStore) =>
    (await store.notices.ofRequest(REQUEST_ID)).map(({ kind, channelId }) => `${kind} ${channelId}`);
  const withNotice = async (t: TestContext) => {
    const { store, lookup } = await withLookup(t, "break-glass");
    await store.recipientLookups.recordDone(lookup, ["C0DBA"], NOW);
    const [notice] = await store.notices.due(NOW, 10);
    assert(notice !== undefined);
    return { store, notice };
  };

  test(`${engine.name}: a recipient lookup is stored with the change that needs it, once for each request and kind`, async (t) => {
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

  test(`${engine.name}: a failed lookup waits and counts its attempts; recipients found so far have their notices`, async (t) => {
    const { store, lookup } = await withLookup(t, "break-glass");
    await store.recipientLookups.recordFailed(lookup, "ratelimited", NOW + 5_000, ["C0DBA", "D0ONE"]);
    assert.deepEqual(await store.recipientLookups.due(NOW + 4_999, 10), []);
    const [later] = await store.recipientLookups.due(NOW + 5_000, 10);
    assert.deepEqual(later, { requestId: REQUEST_ID, kind: "break-glass", subject: "", attempts: 1 });
    assert.deepEqual(await destinations(store), ["break-glass C0DBA", "break-glass D0ONE"]);
    await store.recipientLookups.recordDone(lookup, ["C0DBA", "D0ONE", "D0TWO"], NOW);
    assert.deepEqual(await destinations(store), ["break-glass C0DBA", "break-glass D0ONE", "break-glass D0TWO"]);
    assert.deepEqual(await store.recipientLookups.due(FOREVER, 10), []);
  });

  test(`${engine.name}: a request has a lookup and a notice of one kind for each subject`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
    for (const [once, subject] of [
      ["1", "C0ONE"],
      ["2", "C0TWO"],
      ["1", "C0THREE"],
      ["3", "C0TWO"],
    ] as const)
      await store.recipientLookups.add(REQUEST_ID, "escalation-unavailable", once, subject);
    const [one, two, none] = (await store.recipientLookups.due(NOW, 10)).toSorted((a, b) =>
      a.subject < b.subject ? -1 : 1,
    );
    assert.deepEqual([one?.subject, two?.subject, none], ["C0ONE", "C0TWO", undefined]);
    assert(one !== undefined && two !== undefined);
    await store.recipientLookups.recordFailed(one, "ratelimited", NOW + 1, ["D0ONE"]);
    await store.recipientLookups.recordDone(two, ["D0ONE", "D0ONE"], NOW);
    const notices = (await store.notices.ofRequest(REQUEST_ID)).map(({ subject, channelId }) =>
      [subject, channelId].join(" "),
    );
    assert.deepEqual(notices.toSorted(), ["C0ONE D0ONE", "C0TWO D0ONE"]);
    const due = await store.recipientLookups.due(FOREVER, 10);
    assert.deepEqual(due, [{ ...one, attempts: 1 }]);
  });

  test(`${engine.name}: a lookup done twice, after a crash or by two processes, adds one notice for each recipient`, async (t) => {
    const { store, lookup } = await withLookup(t, "no-route");
    await Promise.all([1, 2, 3].map(() => store.recipientLookups.recordDone(lookup, ["D0ONE", "D0TWO", "D0ONE"], NOW)));
    assert.deepEqual(await destinations(store), ["no-route D0ONE", "no-route D0TWO"]);
    assert.deepEqual(await store.recipientLookups.due(FOREVER, 10), []);
  });

  test(`${engine.name}: a step without an id gets one notice for each execution and step, also after a restart`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    const step = {
      target: "production/us-east-1",
      account: "111122223333",
      region: "us-east-1",
      executionId: "e1",
      documentName: "Prod-DB-Restart",
      stepName: "approve",
      consoleUrl: "https://console.example.com/e1",
    };
    const others = [{ stepName: "approveAgain" }, { executionId: "e2" }, { region: "eu-west-1" }];
    await store.owned.executions.recordWithoutId(step);
    await Promise.all([step, step].map((each) => store.owned.executions.recordWithoutId(each)));
    for (const other of others) await store.owned.executions.recordWithoutId({ ...step, ...other });
    const again = await store.reopen();
    await again.owned.executions.recordWithoutId({ ...step, target: "renamed/us-east-1" });
    const lookups = await again.recipientLookups.due(NOW, 10);
    assert.deepEqual(
      lookups.map(({ kind }) => kind),
      ["step-without-id", "step-without-id", "step-without-id", "step-without-id"],
    );
    const stored = await Promise.all(lookups.map(({ requestId }) => again.notices.stepWithoutId(requestId)));
    const bySteps = (steps: object[]) => steps.map((each) => JSON.stringify(each)).toSorted();
    assert.deepEqual(bySteps(stored), bySteps([step, ...others.map((other) => ({ ...step, ...other }))]));
    const [lookup] = lookups;
    assert(lookup !== undefined);
    await again.recipientLookups.recordDone(lookup, ["D0ADMIN"], NOW);
    assert.deepEqual(
      (await again.notices.due(NOW, 10)).map(({ kind, channelId }) => `${kind} ${channelId}`),
      ["step-without-id D0ADMIN"],
    );
  });

  test(`${engine.name}: a notice that is sent once gets recipients for the first request only`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    for (const [id, once] of [
      ["r-1", "Prod-DB"],
      ["r-2", "Prod-DB"],
      ["r-3", "Web"],
    ] as const)
      await store.requests.open({
        request: aRequest({ id, stepExecutionId: id }),
        channels: [],
        recipientLookup: "direct-messages",
        notice: { kind: "not-listed", once },
        audit: anEntry({ requestId: id }),
      });
    const due = await store.recipientLookups.due(FOREVER, 10);
    assert.deepEqual(due.map(({ requestId, kind }) => `${requestId} ${kind}`).toSorted(), [
      "r-1 direct-messages",
      "r-1 not-listed",
      "r-2 direct-messages",
      "r-3 direct-messages",
      "r-3 not-listed",
    ]);
  });

  test(`${engine.name}: direct messages are messages of the request, one for each channel`, async (t) => {
    const { store, lookup } = await withLookup(t, "direct-messages");
    await store.recipientLookups.recordDone(lookup, ["D0ONE", "C0DBA", "D0ONE"], NOW);
    assert.deepEqual(
      (await store.messages.ofRequest(REQUEST_ID)).map(({ channelId }) => channelId),
      ["C0DBA", "D0ONE"],
    );
    assert.deepEqual(await destinations(store), []);
  });

  test(`${engine.name}: only one of many claims on a notice succeeds; a posted notice keeps its ts and is not due again`, async (t) => {
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

  test(`${engine.name}: a notice with an expired claim is due to be resolved, and cannot be claimed for a second post`, async (t) => {
    const { store, notice } = await withNotice(t);
    await store.notices.claim(notice.id, "mine", NOW, NOW + 60);
    const again = await store.reopen();
    const [expired] = await again.notices.due(NOW + 60, 10);
    assert.deepEqual([expired?.claimId, expired?.claimedAt], ["mine", NOW]);
    assert.equal(await again.notices.claim(notice.id, "other", NOW + 60, NOW + 120), false);
    await again.notices.recordAmbiguous(notice.id, "mine", "timeout", NOW + 90);
    assert.deepEqual(await again.notices.due(NOW + 89, 10), []);
    assert.equal((await again.notices.due(NOW + 90, 10))[0]?.lastError, "timeout");
  });

  test(`${engine.name}: only the holder of a claim releases a notice, which is due again after the given time`, async (t) => {
    const { store, notice } = await withNotice(t);
    await store.notices.claim(notice.id, "mine", NOW, NOW + 60);
    await store.notices.release(notice.id, "other", "x", NOW);
    assert.deepEqual(await store.notices.due(NOW, 10), []);
    await store.notices.release(notice.id, "mine", "is_archived", NOW + 5);
    assert.deepEqual(await store.notices.due(NOW + 4, 10), []);
    const [free] = await store.notices.due(NOW + 5, 10);
    assert.deepEqual([free?.claimId, free?.lastError, free?.attempts], [null, "is_archived", 1]);
  });

  test(`${engine.name}: many notices in one channel hide no notice of another channel`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    for (let index = 0; index < 30; index++) {
      const id = `r${index}`;
      await store.requests.open({ request: aRequest({ id, stepExecutionId: id }), channels: [], audit: anEntry() });
      await store.recipientLookups.recordDone(
        { requestId: id, kind: "no-route", subject: "", attempts: 0 },
        ["D0MANY"],
        NOW,
      );
    }
    await store.recipientLookups.recordDone(
      { requestId: "r0", kind: "break-glass", subject: "", attempts: 0 },
      ["D0ONE"],
      NOW,
    );
    const due = await store.notices.due(NOW, 5);
    assert.deepEqual(
      [due.length, due.filter(({ channelId }) => channelId === "D0ONE").map(({ requestId }) => requestId)],
      [6, ["r0"]],
    );
  });

  test(`${engine.name}: a message added to a request later is due until it shows the latest version of the request`, async (t) => {
    const { store, lookup } = await withLookup(t, "direct-messages");
    const change = (expectedVersion: number) =>
      store.requests.advance({ requestId: REQUEST_ID, expectedVersion, patch: {}, audit: [] });
    await change(1);
    await Promise.all([change(2), store.recipientLookups.recordDone(lookup, ["D0ONE"], NOW)]);
    const [message] = (await store.messages.ofRequest(REQUEST_ID)).filter(({ channelId }) => channelId === "D0ONE");
    assert(message !== undefined);
    const isDue = async () => (await store.messages.due(NOW, 5)).some(({ id }) => id === message.id);
    // The posted content was read just before the change.
    await store.messages.recordPosted(message.id, "1.1", 2);
    assert.equal(await isDue(), true);
    await store.messages.claimUpdate(message.id, "update", NOW, NOW + 60);
    await store.messages.recordUpdated(message.id, 3, "update");
    assert.equal(await isDue(), false);
  });
}
