import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeRequestMessages } from "../../src/app/deliver/message-kinds.ts";
import type { MessageRow } from "../../src/app/ports/delivery-store.ts";
import { fakeChat, testClock, testLog } from "../support/fakes.ts";
import { anEntry, aRequest, aRoute, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const CLAIM_MS = 60_000;
const LOOK_AFTER_MS = 10_000;

async function setUp(t: TestContext) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const chat = fakeChat();
  const log = testLog();
  let ids = 0;
  const deliver = makeRequestMessages({
    messages: store.messages,
    requests: store.requests,
    routes: [aRoute()],
    identities: {},
    chat,
    clock,
    newId: () => `claim-${++ids}`,
    random: () => 0,
    log,
  });
  await store.requests.open({ request: aRequest({ openedAt: clock.now() }), channels: ["C0DBA"], audit: anEntry() });
  const due = () => store.messages.due(clock.now(), 100);
  /** Delivers all that is due now, once. */
  const round = async () => {
    const rows = await due();
    return Promise.all(rows.map((row) => deliver(row, new AbortController().signal)));
  };
  const row = async (): Promise<MessageRow> => {
    const [only] = await store.messages.ofRequest(REQUEST_ID);
    assert(only !== undefined);
    return only;
  };
  const move = async (patch = {}) => {
    const request = await store.requests.byId(REQUEST_ID);
    assert(request !== null);
    await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: request.version, patch, audit: [] });
  };
  return { clock, store, chat, log, deliver, due, round, row, move };
}

test("the message tells when it was posted, which is the same whenever it is updated", async (t) => {
  const { chat, clock, round, move } = await setUp(t);
  const posted = clock.now() + 3_600_000;
  chat.nextPost.push({ answer: { kind: "unavailable", error: "ECONNREFUSED" } });
  await round();
  clock.advance(3_600_000);
  await round();
  const shown = () => [...chat.messages.values()].map(({ view }) => view.postedAt);
  assert.deepEqual(shown(), [posted]);
  const [ts] = chat.messages.keys();
  clock.advance(60_000);
  await move();
  await round();
  assert.deepEqual(shown(), [Number(ts) * 1000]);
});

test("a request is posted once, with its votes and route, and then is at rest", async (t) => {
  const { chat, round, row, due } = await setUp(t);
  await round();
  const [[ts, message] = assert.fail("nothing was posted"), ...more] = chat.messages;
  assert.deepEqual(more, []);
  assert.deepEqual(
    [message.channelId, message.view.request.id, message.view.route?.name],
    ["C0DBA", REQUEST_ID, "databases"],
  );
  assert.deepEqual([(await row()).ts, (await row()).shownVersion], [ts, 1]);
  assert.deepEqual(await due(), []);
});

test("two workers with the same row post once", async (t) => {
  const { chat, deliver, due } = await setUp(t);
  const [row] = await due();
  assert(row !== undefined);
  const { signal } = new AbortController();
  await Promise.all([deliver(row, signal), deliver(row, signal), deliver(row, signal)]);
  assert.equal(chat.messages.size, 1);
});

test("many changes become one update, and the message shows the last", async (t) => {
  const { chat, round, move, row, due } = await setUp(t);
  await round();
  await move({ executionStatus: "InProgress" });
  await move({ executionStatus: "Success" });
  await round();
  assert.equal([...chat.messages.values()][0]?.view.request.executionStatus, "Success");
  assert.deepEqual(chat.turns, ["post C0DBA", "update C0DBA"]);
  assert.equal((await row()).shownVersion, 3);
  assert.deepEqual(await due(), []);
});

test("a post without an answer is looked for before anything else; found, it is the message, and is brought up to date", async (t) => {
  const { clock, chat, round, row, due } = await setUp(t);
  chat.nextPost.push({ answer: { kind: "ambiguous", error: "ETIMEDOUT" }, posts: true });
  await round();
  assert.deepEqual(await due(), []);
  clock.advance(LOOK_AFTER_MS);
  await round();
  assert.deepEqual([(await row()).ts, chat.messages.size], ["1700000000.000001", 1]);
  assert.equal((await due()).length, 1, "which version it shows is not known");
  await round();
  assert.deepEqual([(await row()).shownVersion, chat.messages.size], [1, 1]);
});

test("a post without an answer that stands nowhere is posted again, after looking", async (t) => {
  const { clock, chat, round, row } = await setUp(t);
  chat.nextPost.push({ answer: { kind: "ambiguous", error: "ECONNRESET" } });
  await round();
  const claimedAt = clock.now();
  clock.advance(LOOK_AFTER_MS);
  await round();
  assert.equal(chat.messages.size, 0);
  assert.equal(chat.looked.length, 1);
  assert.ok((chat.looked[0]?.since ?? 0) < claimedAt, "looks from before the attempt on: clocks differ");
  await round();
  assert.deepEqual([chat.messages.size, (await row()).ts !== null], [1, true]);
});

test("a crash between the claim and the answer is settled when the claim has lapsed, not before", async (t) => {
  const { clock, store, chat, round, row, due } = await setUp(t);
  const { id } = await row();
  await store.messages.claim(id, "of-before", clock.now(), clock.now() + CLAIM_MS);
  clock.advance(CLAIM_MS - 1);
  assert.deepEqual(await due(), []);
  clock.advance(1);
  await round();
  assert.deepEqual([chat.looked.length, chat.messages.size], [1, 0]);
  await round();
  assert.equal(chat.messages.size, 1);
});

test("a history that may not be read risks a second message rather than a lost request", async (t) => {
  const { clock, chat, log, round } = await setUp(t);
  chat.nextPost.push({ answer: { kind: "ambiguous", error: "ETIMEDOUT" } });
  chat.nextFind.push({
    kind: "refused",
    code: "missing_scope",
    error: "missing_scope (needs channels:history)",
    advice: "Add the scope.",
  });
  await round();
  clock.advance(LOOK_AFTER_MS);
  await round();
  assert.match(
    String(log.lines.find(({ level }) => level === "error")?.fields.error),
    /channels:history.*Add the scope/,
  );
  await round();
  assert.equal(chat.messages.size, 1);
});

test("a history that cannot be read for now is asked again; nothing is posted meanwhile", async (t) => {
  const { clock, chat, round, due } = await setUp(t);
  chat.nextPost.push({ answer: { kind: "ambiguous", error: "ETIMEDOUT" }, posts: true });
  chat.nextFind.push({ kind: "limited", retryAfterMs: 7_000 }, { kind: "unavailable", error: "ECONNREFUSED" });
  await round();
  clock.advance(LOOK_AFTER_MS);
  assert.deepEqual(await round(), [7_000]);
  clock.advance(6_999);
  assert.deepEqual(await due(), []);
  clock.advance(1);
  assert.deepEqual(await round(), [0], "the message rests, and not its channel");
  assert.deepEqual(await due(), []);
  clock.advance(30_000);
  await round();
  await round();
  assert.equal(chat.messages.size, 1);
});

test("a limit holds the channel as long as Slack asks, and the message too", async (t) => {
  const { clock, chat, round, due } = await setUp(t);
  chat.nextPost.push({ answer: { kind: "limited", retryAfterMs: 30_000 } });
  assert.deepEqual(await round(), [30_000]);
  clock.advance(29_999);
  assert.deepEqual(await due(), []);
  clock.advance(1);
  assert.deepEqual(await round(), [0]);
  assert.equal(chat.messages.size, 1);
});

test("a refused post says what to do, and is tried ever more rarely until somebody has done it", async (t) => {
  const { clock, chat, log, round, row, due } = await setUp(t);
  const waits: number[] = [];
  for (let attempt = 0; attempt < 12; attempt++) {
    chat.nextPost.push({
      answer: { kind: "refused", code: "not_in_channel", error: "not_in_channel", advice: "Invite the bot." },
    });
    assert.deepEqual(await round(), [0]);
    waits.push((await row()).nextAttemptAt - clock.now());
    clock.advance(waits.at(-1) ?? 0);
  }
  assert.deepEqual(waits.slice(0, 3), [2_000, 4_000, 8_000]);
  assert.equal(waits.at(-1), 5 * 60_000);
  assert.match((await row()).lastError ?? "", /not_in_channel.*Invite the bot/);
  assert.equal(log.lines.filter(({ level }) => level === "error").length, 1, "said once, while it stays the same");
  await round();
  assert.deepEqual([chat.messages.size, await due()], [1, []]);
});

test("an update that fails, for whatever reason, is made again until it shows the truth", async (t) => {
  const { clock, chat, round, move } = await setUp(t);
  await round();
  await move({ executionStatus: "Success" });
  chat.nextUpdate.push(
    { kind: "ambiguous", error: "HTTP 502" },
    { kind: "unavailable", error: "ECONNREFUSED" },
    { kind: "limited", retryAfterMs: 1_000 },
    { kind: "refused", code: "edit_window_closed", error: "edit_window_closed", advice: "x" },
  );
  for (let attempt = 0; attempt < 5; attempt++) {
    await round();
    clock.advance(5 * 60_000);
  }
  assert.equal([...chat.messages.values()][0]?.view.request.executionStatus, "Success");
  assert.equal(chat.messages.size, 1);
});

test("a change while a message is being posted or updated is not lost", async (t) => {
  const { chat, round, move, due } = await setUp(t);
  const { post, update } = chat;
  chat.post = async (...call) => {
    await move({ executionStatus: "InProgress" });
    return post(...call);
  };
  await round();
  assert.equal((await due()).length, 1);
  chat.update = async (...call) => {
    chat.update = update;
    await move({ executionStatus: "Success" });
    return update(...call);
  };
  await round();
  await round();
  assert.equal([...chat.messages.values()][0]?.view.request.executionStatus, "Success");
});

test("a request that ended before its message was posted is not announced", async (t) => {
  const { chat, round, move } = await setUp(t);
  await move({ state: "closed", outcome: { kind: "not-found", where: "aws", by: [], detail: null } });
  await round();
  assert.equal(chat.messages.size, 0);
});

test("when the bot stops while it waits for its turn, nothing is posted and nothing is claimed", async (t) => {
  const { chat, deliver, row } = await setUp(t);
  const stopping = new AbortController();
  chat.acquireSlot = async () => stopping.abort();
  await deliver(await row(), stopping.signal);
  assert.deepEqual([chat.messages.size, (await row()).claimId], [0, null]);
});

test("a turn that comes after the claim has lapsed is used with another claim, and not where somebody else has the row", async (t) => {
  const { clock, store, chat, round, move, row } = await setUp(t);
  const late = async () => clock.advance(CLAIM_MS);
  const taken = async () => {
    clock.advance(CLAIM_MS);
    const { id, ts, claimId: claim } = await row();
    if (ts === null) await store.messages.release(id, claim ?? "", "by another", 0);
    const take = ts === null ? store.messages.claim : store.messages.claimUpdate;
    assert.ok(await take(id, "another's", clock.now(), clock.now() + CLAIM_MS));
  };
  const giveBack = async () => store.messages.release((await row()).id, "another's", "by another", 0);
  chat.acquireSlot = taken;
  await round();
  assert.deepEqual([chat.messages.size, (await row()).claimId], [0, "another's"]);
  await giveBack();
  chat.acquireSlot = late;
  await round();
  assert.deepEqual([chat.messages.size, (await row()).claimId], [1, null]);

  const shown = () => [...chat.messages.values()][0]?.view.request.executionStatus;
  await move({ executionStatus: "Success" });
  chat.acquireSlot = taken;
  await round();
  assert.deepEqual([shown(), (await row()).claimId], ["Waiting", "another's"]);
  await giveBack();
  chat.acquireSlot = late;
  await round();
  assert.deepEqual([shown(), (await row()).claimId], ["Success", null]);
});

test("a process that is held up while it reads what to tell posts and updates nothing on a claim that may be another's", async (t) => {
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

test("what Slack's adapter found too late to send gives its claim back at once", async (t) => {
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

test("a message that never comes to stand and never is refused is tried ever more rarely, and wakes no other each time", async (t) => {
  const { clock, chat, store, deliver, due } = await setUp(t);
  await store.requests.open({
    request: aRequest({ id: "other", stepExecutionId: "other" }),
    channels: ["C0DBA"],
    audit: anEntry(),
  });
  const posts: number[] = [];
  let refusals = 0;
  chat.post = async (_, { id }) => {
    if (id === "other") {
      refusals++;
      return { kind: "refused", code: "invalid_blocks", error: "invalid_blocks", advice: "x" };
    }
    posts.push(clock.now());
    return { kind: "ambiguous", error: "fatal_error" };
  };
  for (let second = 0; second < 30 * 60; second++) {
    for (const row of await due()) await deliver(row, new AbortController().signal);
    clock.advance(1_000);
  }
  assert.ok(posts.length < 60, `${posts.length} posts in half an hour`);
  assert.ok(refusals < 80, `${refusals} refusals in half an hour`);
});

test("after hours without Slack, a message whose one attempt had no end is posted as soon as it is seen not to stand", async (t) => {
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
