import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { CLAIM_MS, RESOLVE_AFTER_MS, setUp } from "./deliver-message-setup.ts";

test("three workers with the same row post once", async (t) => {
  const { chat, deliver, due } = await setUp(t);
  const [row] = await due();
  assert(row !== undefined);
  const { signal } = new AbortController();
  await Promise.all([deliver(row, signal), deliver(row, signal), deliver(row, signal)]);
  assert.equal(chat.messages.size, 1);
});

test("an ambiguous post is looked for first; a message that is found is kept and updated", async (t) => {
  const { clock, chat, round, row, due } = await setUp(t);
  chat.nextPost.push({ answer: { kind: "ambiguous", error: "ETIMEDOUT" }, posts: true });
  await round();
  assert.deepEqual(await due(), []);
  clock.advance(RESOLVE_AFTER_MS);
  await round();
  assert.deepEqual([(await row()).ts, chat.messages.size], ["1700000000.000001", 1]);
  assert.equal((await due()).length, 1, "the version that it shows is not known");
  await round();
  assert.deepEqual([(await row()).shownVersion, chat.messages.size], [1, 1]);
});

test("an ambiguous post that is not in the history is posted again", async (t) => {
  const { clock, chat, round, row } = await setUp(t);
  chat.nextPost.push({ answer: { kind: "ambiguous", error: "ECONNRESET" } });
  await round();
  const claimedAt = clock.now();
  clock.advance(RESOLVE_AFTER_MS);
  await round();
  assert.equal(chat.messages.size, 0);
  assert.equal(chat.searches.length, 1);
  assert.ok((chat.searches[0]?.since ?? 0) < claimedAt, "the search starts before the attempt, because clocks differ");
  await round();
  assert.deepEqual([chat.messages.size, (await row()).ts !== null], [1, true]);
});

test("a post that a crash interrupted is resolved once its claim has expired, not before", async (t) => {
  const { clock, store, chat, round, row, due } = await setUp(t);
  const { id } = await row();
  await store.messages.claim(id, "of-before", clock.now(), clock.now() + CLAIM_MS);
  clock.advance(CLAIM_MS - 1);
  assert.deepEqual(await due(), []);
  clock.advance(1);
  await round();
  assert.deepEqual([chat.searches.length, chat.messages.size], [1, 0]);
  await round();
  assert.equal(chat.messages.size, 1);
});

test("a clock that is set back makes no claim younger: after the claim, another replica may have the message", async (t) => {
  const { clock, chat, store, round, row } = await setUp(t);
  chat.acquireSlot = async () => {
    const { id, claimId } = await row();
    clock.advance(CLAIM_MS);
    await store.messages.release(id, claimId ?? "", "expired", 0);
    assert.ok(await store.messages.claim(id, "another", clock.now(), clock.now() + CLAIM_MS));
    clock.advance(-3_600_000);
  };
  await round();
  assert.deepEqual([chat.messages.size, (await row()).claimId], [0, "another"]);
});

test("if the history may not be read, a second message is preferred to a lost request", async (t) => {
  const { clock, chat, log, round } = await setUp(t);
  chat.nextPost.push({ answer: { kind: "ambiguous", error: "ETIMEDOUT" } });
  chat.nextFind.push({
    kind: "refused",
    code: "missing_scope",
    error: "missing_scope (needs channels:history)",
    advice: "Add the scope.",
  });
  await round();
  clock.advance(RESOLVE_AFTER_MS);
  await round();
  assert.match(
    String(log.lines.find(({ level }) => level === "error")?.fields.error),
    /channels:history.*Add the scope/,
  );
  await round();
  assert.equal(chat.messages.size, 1);
});

test("if the history may not be read, nothing is posted while the call of an ended process may still be under way", async (t) => {
  const { clock, store, chat, round, row } = await setUp(t);
  const { id } = await row();
  await store.replicas.heartbeat("ended", clock.now() - 15_000, clock.now());
  await store.messages.claim(id, "ended:one", clock.now(), clock.now() + CLAIM_MS);
  await store.replicas.releaseDead(clock.now());
  const until = (await row()).claimUntil ?? 0;
  assert.equal(until - clock.now(), 20_000);
  const refused = { kind: "refused", code: "missing_scope", error: "missing_scope", advice: "x" } as const;
  for (; clock.now() < until; clock.advance(1_000)) {
    chat.nextFind = [refused];
    await round();
    assert.equal(chat.messages.size, 0, `${until - clock.now()} ms before its end`);
  }
  chat.nextFind = [refused];
  await round();
  await round();
  assert.equal(chat.messages.size, 1);
});

test("if the history cannot be read for now, it is read again later, and nothing is posted before", async (t) => {
  const { clock, chat, round, due } = await setUp(t);
  chat.nextPost.push({ answer: { kind: "ambiguous", error: "ETIMEDOUT" }, posts: true });
  chat.nextFind.push({ kind: "limited", retryAfterMs: 7_000 }, { kind: "unavailable", error: "ECONNREFUSED" });
  await round();
  clock.advance(RESOLVE_AFTER_MS);
  assert.deepEqual(await round(), [0], "only the reads of histories are limited, not the channel's posts");
  clock.advance(6_999);
  assert.deepEqual(await due(), []);
  clock.advance(1);
  assert.deepEqual(await round(), [0], "the message backs off, not its channel");
  assert.deepEqual(await due(), []);
  clock.advance(30_000);
  await round();
  await round();
  assert.equal(chat.messages.size, 1);
});

test("a history from before an interrupted attempt has surely ended does not say that it posted nothing", async (t) => {
  const { clock, store, chat, round, row } = await setUp(t);
  const { id } = await row();
  await store.messages.claim(id, "of-before", clock.now(), clock.now() + CLAIM_MS);
  const until = clock.now() + CLAIM_MS;
  chat.nextFind.push({ kind: "limited", retryAfterMs: 60_000 }, { kind: "absent", asOf: until - 1 });
  clock.advance(CLAIM_MS);
  await round();
  clock.advance(60_000);
  await round();
  await round();
  assert.deepEqual([chat.searches.length, chat.messages.size], [3, 0], "it is searched again");
  await round();
  assert.equal(chat.messages.size, 1);
});

test("if the bot stops while it waits for a slot, nothing is posted and nothing stays claimed", async (t) => {
  const { chat, deliver, row } = await setUp(t);
  const stopping = new AbortController();
  chat.acquireSlot = async () => stopping.abort();
  await deliver(await row(), stopping.signal);
  assert.deepEqual([chat.messages.size, (await row()).claimId], [0, null]);
});

test("a slot that comes after the claim has expired is used with a new claim, unless another replica has the row", async (t) => {
  const { clock, store, chat, round, move, row } = await setUp(t);
  const late = async () => clock.advance(CLAIM_MS);
  const taken = async () => {
    clock.advance(CLAIM_MS);
    const { id, ts, claimId: claim } = await row();
    if (ts === null) await store.messages.release(id, claim ?? "", "by another", 0);
    const take = ts === null ? store.messages.claim : store.messages.claimUpdate;
    assert.ok(await take(id, "another", clock.now(), clock.now() + CLAIM_MS));
  };
  const giveBack = async () => store.messages.release((await row()).id, "another", "by another", 0);
  chat.acquireSlot = taken;
  await round();
  assert.deepEqual([chat.messages.size, (await row()).claimId], [0, "another"]);
  await giveBack();
  chat.acquireSlot = late;
  await round();
  assert.deepEqual([chat.messages.size, (await row()).claimId], [1, null]);

  const shown = () => [...chat.messages.values()][0]?.view.request.executionStatus;
  await move({ executionStatus: "Success" });
  chat.acquireSlot = taken;
  await round();
  assert.deepEqual([shown(), (await row()).claimId], ["Waiting", "another"]);
  await giveBack();
  chat.acquireSlot = late;
  await round();
  assert.deepEqual([shown(), (await row()).claimId], ["Success", null]);
});

test("a process that is paused past its claim posts and updates nothing", async (t) => {
  const { clock, store, chat, round, move, row } = await setUp(t);
  const { votes } = store.requests;
  const heldUp = async (requestId: string) => {
    clock.advance(CLAIM_MS);
    return votes(requestId);
  };
  store.requests.votes = heldUp;
  await round();
  assert.deepEqual([chat.messages.size, (await row()).claimId], [0, null]);
  store.requests.votes = votes;
  await round();
  await move({ executionStatus: "Success" });
  store.requests.votes = heldUp;
  await round();
  assert.equal([...chat.messages.values()][0]?.view.request.executionStatus, "Waiting");
  assert.equal((await row()).claimId, null);
});

test("a call that the adapter did not make in time releases its claim at once", async (t) => {
  const { chat, round, row, move } = await setUp(t);
  chat.nextPost.push({ answer: { kind: "too-late" } });
  await round();
  assert.deepEqual([chat.messages.size, (await row()).claimId], [0, null]);
  await round();
  await move({ executionStatus: "Success" });
  chat.nextUpdate.push({ kind: "too-late" });
  await round();
  assert.equal((await row()).claimId, null);
  await round();
  assert.equal([...chat.messages.values()][0]?.view.request.executionStatus, "Success");
});

test("after hours without Slack, an ambiguous post is repeated as soon as the history shows that it is absent", async (t) => {
  const { clock, chat, round, due } = await setUp(t);
  chat.nextPost.push({ answer: { kind: "ambiguous", error: "HTTP 503" } });
  await round();
  for (let minute = 0; minute < 120; minute++) {
    if ((await due()).length > 0) chat.nextFind.push({ kind: "ambiguous", error: "HTTP 503" });
    await round();
    clock.advance(60_000);
  }
  await round();
  await round();
  assert.equal(chat.messages.size, 1);
});

/** A post that a replica had begun when its heartbeat expired, and that another replica has to resolve. */
async function setUpReleased(t: TestContext) {
  const world = await setUp(t);
  const { clock, store, row } = world;
  await store.replicas.heartbeat("dead", clock.now(), clock.now() + 15_000);
  await store.messages.claim((await row()).id, "dead:one", clock.now(), clock.now() + CLAIM_MS);
  clock.advance(15_000);
  await store.replicas.releaseDead(clock.now());
  return world;
}

test("a released post is found in the history at once", async (t) => {
  const { chat, round, row, due } = await setUpReleased(t);
  chat.nextFind.push({ kind: "found", ts: "1.1" });
  await round();
  assert.deepEqual([(await row()).ts, chat.messages.size], ["1.1", 0]);
  assert.equal((await due()).length, 1, "the version that it shows is not known");
});

test("a released post that the history does not have yet is searched for again, and only then posted again", async (t) => {
  const { clock, chat, round, due } = await setUpReleased(t);
  await round();
  assert.deepEqual([chat.searches.length, await due()], [1, []]);
  clock.advance(19_999);
  assert.deepEqual(await due(), []);
  clock.advance(1);
  await round();
  assert.deepEqual([chat.searches.length, chat.messages.size], [2, 0]);
  await round();
  assert.equal(chat.messages.size, 1);
});

test("a process posts and updates nothing after its heartbeat has expired", async (t) => {
  const { clock, chat, life, round, row, move } = await setUp(t);
  const expired = async () => {
    life.until = clock.now() - 1;
  };
  const alive = async () => {
    life.until = Number.POSITIVE_INFINITY;
  };
  chat.acquireSlot = expired;
  await round();
  assert.deepEqual([chat.messages.size, (await row()).claimId], [0, null]);
  chat.acquireSlot = alive;
  await round();
  assert.equal(chat.messages.size, 1);
  await move({ executionStatus: "Success" });
  chat.acquireSlot = expired;
  await round();
  const shown = () => [...chat.messages.values()][0]?.view.request.executionStatus;
  assert.deepEqual([shown(), (await row()).claimId], ["Waiting", null]);
});

test("a heartbeat that expired and came back while a post waited for its slot makes the claim worthless", async (t) => {
  const { clock, chat, life, store, round, row } = await setUp(t);
  chat.acquireSlot = async () => {
    clock.advance(1);
    life.since = clock.elapsed();
    const { id, claimId } = await row();
    await store.messages.release(id, claimId ?? "", "by another", 0);
    assert.ok(await store.messages.claim(id, "another", clock.now(), clock.now() + CLAIM_MS));
  };
  await round();
  assert.deepEqual([chat.messages.size, (await row()).claimId], [0, "another"]);
});
