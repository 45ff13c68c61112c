import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { DIGEST_THRESHOLD, makeDigest, makeDigestFirst } from "../../src/app/deliver/digest.ts";
import type { DigestView } from "../../src/app/ports/slack.ts";
import { fakeChat } from "../support/fake-slack.ts";
import { aliveUntil, testClock, testLog } from "../support/fakes.ts";
import { anEntry, aRequest, aRoute, aVote } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const EVERY_MS = 5_000;
type Store = Awaited<ReturnType<typeof aStore>>;

async function setUp(t: TestContext, count: number) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const chat = fakeChat();
  const lost: string[] = [];
  let ids = 0;
  const digest = makeDigest({
    digests: store.digests,
    requests: store.requests,
    routes: [aRoute()],
    identities: {},
    chat,
    acquireSlot: (...call) => chat.acquireSlot(...call),
    aliveUntil,
    clock,
    newId: () => `claim-${++ids}`,
    random: () => 0,
    log: testLog(),
    countLost: (reason) => void lost.push(reason),
  });
  const first = (channelId: string) => makeDigestFirst(store.digests, digest)(channelId, new AbortController().signal);
  const open = (index: number) =>
    store.requests.open({
      request: aRequest({ id: `r${index}`, stepExecutionId: `s${index}` }),
      channels: ["C0DBA"],
      audit: anEntry(),
    });
  for (let index = 0; index < count; index++) await open(index);
  const round = async () => {
    await store.digests.begin(DIGEST_THRESHOLD, clock.now());
    for (const row of await store.digests.current()) await digest(row, new AbortController().signal);
  };
  /** Posts the request's own message. */
  const post = async (index: number) => {
    const [row] = await store.messages.ofRequest(`r${index}`);
    await store.messages.recordPosted(row?.id ?? "", `1.${index}`, 1);
  };
  const shown = () => [...chat.messages.values()].map(({ view }) => (view as unknown as DigestView).count);
  return { clock, store, chat, lost, first, open, round, post, shown };
}

test("a channel at the threshold has no digest", async (t) => {
  const { round, shown, store } = await setUp(t, DIGEST_THRESHOLD);
  await round();
  assert.deepEqual([shown(), await store.digests.current()], [[], []]);
});

test("a flood has one digest, which is updated every five seconds, shows when all is posted, and ends", async (t) => {
  const { clock, chat, round, post, shown, store } = await setUp(t, DIGEST_THRESHOLD + 1);
  await round();
  await round();
  assert.deepEqual(shown(), [DIGEST_THRESHOLD + 1]);
  await post(0);
  await round();
  assert.deepEqual(shown(), [DIGEST_THRESHOLD + 1], "the requests' own messages come first");
  clock.advance(EVERY_MS);
  await round();
  assert.deepEqual(shown(), [DIGEST_THRESHOLD]);
  const calls = chat.slots.length;
  clock.advance(EVERY_MS);
  await round();
  assert.equal(chat.slots.length, calls, "nothing has changed");
  for (let index = 1; index <= DIGEST_THRESHOLD; index++) await post(index);
  await round();
  assert.deepEqual(shown(), [0]);
  await round();
  assert.deepEqual(await store.digests.current(), []);
});

test("a vote appears in the digest, and a decided request leaves it", async (t) => {
  const { clock, chat, round, shown, store } = await setUp(t, DIGEST_THRESHOLD + 1);
  await round();
  const approval = aVote("U0MIA", { requestId: "r3", at: clock.now() });
  await store.requests.advance({ requestId: "r3", expectedVersion: 1, patch: {}, vote: approval, audit: [] });
  clock.advance(EVERY_MS);
  await round();
  const [digest] = [...chat.messages.values()] as unknown as { view: DigestView }[];
  const votes = digest?.view.waiting.map((view) => view.votes.length);
  assert.deepEqual(
    votes?.reduce((sum, each) => sum + each, 0),
    1,
  );
  await store.requests.advance({ requestId: "r3", expectedVersion: 2, patch: { state: "decided" }, audit: [] });
  clock.advance(EVERY_MS);
  await round();
  assert.deepEqual(shown(), [DIGEST_THRESHOLD]);
});

test("a digest whose post is ambiguous is looked for and not posted twice", async (t) => {
  const { clock, chat, round, shown, store } = await setUp(t, DIGEST_THRESHOLD + 1);
  chat.nextPost.push({ answer: { kind: "ambiguous", error: "ECONNRESET" }, posts: true });
  await round();
  await round();
  assert.equal((await store.digests.current())[0]?.ts, null);
  clock.advance(10_000);
  await round();
  assert.notEqual((await store.digests.current())[0]?.ts, null);
  assert.deepEqual(shown(), [DIGEST_THRESHOLD + 1]);
});

test("a channel's digest is posted once before its other messages, and no other channel's", async (t) => {
  const { first, round, shown, store } = await setUp(t, DIGEST_THRESHOLD + 1);
  assert.equal(await first("C0DBA"), 0);
  assert.deepEqual(shown(), [], "no digest has begun");
  await store.digests.begin(DIGEST_THRESHOLD, 1);
  await first("C0OPS");
  assert.deepEqual(shown(), []);
  await first("C0DBA");
  await first("C0DBA");
  await round();
  assert.deepEqual(shown(), [DIGEST_THRESHOLD + 1]);
});

test("a flood that ends before its digest is posted has no digest, and the next flood has its own", async (t) => {
  const { clock, chat, round, post, open, shown, store } = await setUp(t, DIGEST_THRESHOLD + 1);
  chat.nextPost.push({ answer: { kind: "unavailable", error: "ECONNREFUSED" } });
  await round();
  await post(0);
  clock.advance(60_000);
  await round();
  assert.deepEqual([shown(), await store.digests.current()], [[], []]);
  await open(100);
  await round();
  assert.deepEqual(shown(), [DIGEST_THRESHOLD + 1]);
});

for (const kind of ["deleted", "not-editable"] as const)
  test(`a digest that is ${kind} ends, and a flood that continues gets another`, async (t) => {
    const { clock, chat, lost, round, post, open, shown, store } = await setUp(t, DIGEST_THRESHOLD + 2);
    await round();
    await post(0);
    chat.nextUpdate.push({ kind, code: "x", error: "x", advice: "x" });
    clock.advance(EVERY_MS);
    await round();
    assert.deepEqual(await store.digests.current(), []);
    await open(100);
    await round();
    assert.deepEqual(shown(), [DIGEST_THRESHOLD + 2, DIGEST_THRESHOLD + 2]);
    assert.deepEqual(lost, [kind]);
  });

/** How an update can end that Slack may have applied. */
const UNCLEAR: [claim: string, end: (store: Store, id: string) => Promise<unknown>][] = [
  ["expires", async () => undefined],
  ["is released after an error of Slack", (store, id) => store.digests.release(id, "theirs", "internal_error", 0)],
];
for (const [claim, end] of UNCLEAR)
  test(`a digest whose update has no clear result is updated again before it ends: its claim ${claim}`, async (t) => {
    const { clock, round, post, shown, store, chat } = await setUp(t, DIGEST_THRESHOLD + 1);
    await round();
    for (let index = 0; index <= DIGEST_THRESHOLD; index++) await post(index);
    clock.advance(EVERY_MS);
    await round();
    assert.deepEqual(shown(), [0]);
    const [{ id } = assert.fail("no digest")] = await store.digests.current();
    // Another process has sent an update with a request whose message was posted meanwhile.
    await store.digests.claimUpdate(id, "theirs", clock.now(), clock.now() + 60_000);
    await end(store, id);
    clock.advance(60_000);
    const calls = chat.slots.length;
    await round();
    assert.equal(chat.slots.length, calls + 1);
    await round();
    assert.deepEqual(await store.digests.current(), []);
  });
