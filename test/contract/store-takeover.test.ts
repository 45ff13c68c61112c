import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { beginAttempt, IN_FLIGHT_MS, startSending } from "../../src/core/signal-attempt.ts";
import { BOT } from "../../src/core/signers.ts";
import { anEntry, aRequest, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES, type OpenStore } from "../support/stores.ts";

const EXECUTION = "execution:111122223333/us-east-1:e1";
/** How long a post of a process that has ended may still appear. */
const POST_MS = 20_000;

for (const engine of ENGINES) {
  /** A store in which the replica `dead` is alive until NOW + 15 s and `live` for longer. */
  const setUp = async (t: TestContext, now = () => NOW + 15_000) => {
    const store = await aStore(t, { engine, now });
    await store.replicas.heartbeat("dead", NOW, NOW + 15_000);
    await store.replicas.heartbeat("live", NOW, NOW + 60_000);
    // A signal needs a recorded decision.
    const [request, audit] = [aRequest({ decision: "approve" }), anEntry({ kind: "decided" })];
    await store.requests.open({ request, channels: ["C0DBA"], audit });
    const [message] = await store.messages.ofRequest(REQUEST_ID);
    return { store, message: message ?? assert.fail("no message") };
  };
  const storeSending = (store: OpenStore) =>
    store.requests.advance({
      requestId: REQUEST_ID,
      expectedVersion: 1,
      patch: {},
      attempt: startSending(beginAttempt([], REQUEST_ID, BOT, NOW + 14_000), 0, { principal: null, policyHash: null }),
      audit: [],
    });

  test(`${engine.name}: only a replica whose heartbeat has expired loses its claims, once`, async (t) => {
    const { store, message } = await setUp(t);
    await store.messages.claim(message.id, "dead:one", NOW, NOW + 60_000);
    assert.deepEqual(await store.replicas.releaseDead(NOW + 14_999), []);
    assert.deepEqual(await store.messages.due(NOW + 14_999, 10), []);
    assert.deepEqual(await store.replicas.releaseDead(NOW + 15_000), ["dead"]);
    assert.deepEqual(await store.replicas.releaseDead(NOW + 15_000), []);
    assert.equal((await store.messages.due(NOW + 15_000, 10)).length, 1);
    await store.replicas.heartbeat("dead", NOW + 15_001, NOW + 30_000);
    assert.deepEqual(await store.replicas.releaseDead(NOW + 29_999), []);
  });

  test(`${engine.name}: a live replica keeps its claims and leases when another one expires`, async (t) => {
    const { store, message } = await setUp(t);
    await store.messages.claim(message.id, "live:one", NOW, NOW + 60_000);
    const lease = await store.leases.acquire(EXECUTION, "live:r1", NOW, NOW + 60_000);
    await store.replicas.releaseDead(NOW + 15_000);
    assert.deepEqual(await store.messages.due(NOW + 15_000, 10), []);
    assert.equal(await store.leases.acquire(EXECUTION, "other:r1", NOW + 15_000, NOW + 75_000), null);
    assert.deepEqual(await store.leases.acquire(EXECUTION, "live:r1", NOW + 15_000, NOW + 60_000), lease);
  });

  test(`${engine.name}: a lease is released with the heartbeat of its owner, whose writes under it then change nothing`, async (t) => {
    const { store } = await setUp(t);
    const lease = await store.leases.acquire(EXECUTION, `dead:${REQUEST_ID}`, NOW, NOW + 60_000);
    assert(lease !== null);
    await store.replicas.releaseDead(NOW + 15_000);
    const change = { requestId: REQUEST_ID, expectedVersion: 1, patch: {}, audit: [] };
    assert.equal(await store.guardedBy(lease).requests.advance(change), false, "also before another owner has it");
    const next = await store.leases.acquire(EXECUTION, `live:${REQUEST_ID}`, NOW + 15_000, NOW + 75_000);
    assert.ok((next?.token ?? 0) > lease.token);
    assert.equal(await store.guardedBy(next ?? assert.fail("not free")).requests.advance(change), true);
  });

  test(`${engine.name}: the lease of an execution whose signal may be in flight is free only when that has ended`, async (t) => {
    const { store } = await setUp(t);
    const lease = await store.leases.acquire(EXECUTION, `dead:${REQUEST_ID}`, NOW, NOW + 60_000);
    assert(lease !== null);
    assert.equal(await storeSending(store), true);
    await store.replicas.releaseDead(NOW + 15_000);
    const result = { requestId: REQUEST_ID, expectedVersion: 2, patch: {}, audit: [] };
    assert.equal(await store.guardedBy(lease).requests.advance(result), true, "its owner may record the result");
    const end = NOW + 14_000 + IN_FLIGHT_MS;
    assert.equal(await store.leases.acquire(EXECUTION, "live:another-request", end - 1, end + 60_000), null);
    assert.notEqual(await store.leases.acquire(EXECUTION, "live:another-request", end, end + 60_000), null);
  });

  test(`${engine.name}: an interrupted post is searched for at once and under another claim, never claimed for a post`, async (t) => {
    const { store, message } = await setUp(t);
    await store.messages.claim(message.id, "dead:one", NOW, NOW + 60_000);
    await store.replicas.releaseDead(NOW + 15_000);
    const [released] = await store.messages.due(NOW + 15_000, 10);
    assert.equal(released?.claimUntil, NOW + 15_000 + POST_MS, "absent only after that");
    assert.equal(await store.messages.claim(message.id, "live:one", NOW + 15_000, NOW + 75_000), false);
    const from = released?.claimId ?? "";
    const taken = await Promise.all(
      ["live:two", "live:three"].map((claim) =>
        store.messages.claimUnresolved(message.id, from, claim, NOW + 15_000, NOW + 75_000),
      ),
    );
    assert.equal(taken.filter(Boolean).length, 1);
    assert.deepEqual(await store.messages.due(NOW + 74_999, 10), []);
  });

  test(`${engine.name}: the paused owner of a released claim cannot release it; a post that it has made counts`, async (t) => {
    const { store, message } = await setUp(t);
    await store.messages.claim(message.id, "dead:one", NOW, NOW + 60_000);
    await store.replicas.releaseDead(NOW + 15_000);
    await store.messages.release(message.id, "dead:one", "not sent", NOW);
    await store.messages.recordAmbiguous(message.id, "dead:one", "timeout", NOW);
    const [row] = await store.messages.due(NOW + 15_000, 10);
    assert.deepEqual([row?.claimId !== null, row?.lastError], [true, null]);
    await store.messages.recordPosted(message.id, "1.1", 1);
    assert.deepEqual(await store.messages.due(NOW + 15_000, 10), []);
  });

  test(`${engine.name}: an interrupted update is repeated at once`, async (t) => {
    const { store, message } = await setUp(t);
    await store.messages.recordPosted(message.id, "1.1", 0);
    await store.messages.claimUpdate(message.id, "dead:one", NOW, NOW + 60_000);
    assert.deepEqual(await store.messages.due(NOW + 15_000, 10), []);
    await store.replicas.releaseDead(NOW + 15_000);
    assert.equal((await store.messages.due(NOW + 15_000, 10)).length, 1);
    assert.equal(await store.messages.claimUpdate(message.id, "live:one", NOW + 15_000, NOW + 75_000), true);
  });

  test(`${engine.name}: notices and digests of an expired replica are released too`, async (t) => {
    const { store } = await setUp(t);
    await store.recipientLookups.recordDone(
      { requestId: REQUEST_ID, kind: "no-route", subject: "", attempts: 0 },
      ["D0ADMIN"],
      0,
    );
    await store.digests.begin(0, NOW);
    const [notice] = await store.notices.ofRequest(REQUEST_ID);
    const [digest] = await store.digests.current();
    await store.notices.claim(notice?.id ?? "", "dead:one", NOW, NOW + 60_000);
    await store.digests.claim(digest?.id ?? "", "dead:two", NOW, NOW + 60_000);
    await store.replicas.releaseDead(NOW + 15_000);
    assert.equal((await store.notices.due(NOW + 15_000, 10)).length, 1);
    assert.equal((await store.digests.current())[0]?.claimUntil, NOW + 15_000 + POST_MS);
  });

  test(`${engine.name}: a process with the database to itself releases every claim of earlier processes at its start`, async (t) => {
    const { store, message } = await setUp(t);
    await store.messages.claim(message.id, "earlier:one", NOW, NOW + 60_000);
    const free = await store.leases.acquire("execution:of/another:e2", "earlier:r2", NOW, NOW + 60_000);
    await store.leases.acquire(EXECUTION, `earlier:${REQUEST_ID}`, NOW, NOW + 60_000);
    await storeSending(store);
    await store.releaseStaleClaims();
    await store.releaseStaleClaims();
    const [released] = await store.messages.due(NOW + 15_000, 10);
    assert.equal(released?.claimUntil, NOW + 15_000 + POST_MS);
    assert.equal(await store.messages.claim(message.id, "new:one", NOW + 15_000, NOW + 75_000), false);
    const taken = await store.leases.acquire("execution:of/another:e2", "new:r2", NOW + 15_000, NOW + 75_000);
    assert.ok((taken?.token ?? 0) > (free?.token ?? Number.POSITIVE_INFINITY));
    assert.equal(await store.leases.acquire(EXECUTION, `new:${REQUEST_ID}`, NOW + 15_000, NOW + 75_000), null);
  });
}
