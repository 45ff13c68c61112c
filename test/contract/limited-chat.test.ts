import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeReplyToClicker } from "../../src/app/decide/reply-to-clicker.ts";
import type { Clock } from "../../src/app/ports/aws.ts";
import type { RateLimitStore } from "../../src/app/ports/coordination.ts";
import type { Chat } from "../../src/app/ports/slack.ts";
import { limitedChat } from "../../src/slack/rate-limits/limited-chat.ts";
import { makeRateLimiter } from "../../src/slack/rate-limits/limiter.ts";
import { makeAcquireSlot } from "../../src/slack/rate-limits/limits.ts";
import { eventually } from "../support/eventually.ts";
import { fakeChat, testClock, testLog } from "../support/fakes.ts";
import { aClick, anEntry, aRequest } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const BURST = 20;

/** As one replica asks for it. */
const admissionOf = (lanes: RateLimitStore, clock: Clock) =>
  makeRateLimiter(makeAcquireSlot(lanes, clock), lanes, clock);

test("whispers keep to the pace of their method together, and none waits so long that its reader gives up", async (t) => {
  const clock = testClock();
  const { rateLimits: lanes } = await aStore(t, { now: clock.now });
  const [one, other] = [fakeChat(), fakeChat()];
  const replicas = [one, other].map((chat) => limitedChat(chat, admissionOf(lanes, clock)));
  const said = () => one.whispers.length + other.whispers.length;
  const all = Array.from({ length: BURST + 2 }, (_, index) =>
    replicas[index % 2]?.postEphemeral("C0DBA", "U0JANE", "no"),
  );
  await eventually("the burst is out", () => said() === BURST && clock.sleeping().length === 4);
  clock.advance(600);
  await eventually("one more is out", () => said() === BURST + 1);
  clock.advance(2_000);
  await Promise.all(all);
  assert.equal(said(), BURST + 2);
});

test("what Slack asks to wait for is kept by every replica; a database that is away holds up nobody", async (t) => {
  const clock = testClock();
  const { rateLimits: lanes } = await aStore(t, { now: clock.now });
  const chat = fakeChat();
  const paced = limitedChat(chat, admissionOf(lanes, clock));
  chat.nextFind.push({ kind: "limited", retryAfterMs: 5_000 });
  await paced.find("C0DBA", "id", 0);
  assert.deepEqual([...(await lanes.blocked(clock.now()))], [["history", clock.now() + 5_000]]);

  const unreachable = async () => {
    throw new Error("the database is away");
  };
  const lost = { acquireSlot: unreachable, blockUntil: unreachable, blocked: unreachable };
  chat.nextWhisper.push({ kind: "limited", retryAfterMs: 5_000 });
  const result = await limitedChat(chat, admissionOf(lost, clock)).postEphemeral("C0DBA", "U0JANE", "no");
  assert.equal(result.kind, "limited");
  assert.deepEqual(await paced.postEphemeral("C0DBA", "U0JANE", "yes"), { kind: "delivered" });
});

const CALLS: [lane: string, call: (chat: Chat) => Promise<{ kind: string }>][] = [
  ["history", (chat: Chat) => chat.find("C0DBA", "id", 0)],
  ["openDirectMessage", (chat: Chat) => chat.openDirectMessage("U0JANE")],
  ["postEphemeral", (chat: Chat) => chat.postEphemeral("C0DBA", "U0JANE", "no")],
];

/** What comes of it without any of the test's time passing. */
async function promptly<T extends {}>(result: Promise<T>): Promise<T> {
  let found: T | undefined;
  result.then((value) => {
    found = value;
  });
  return eventually("it ends", () => found);
}

/** A chat that counts what reaches Slack, and two replicas that share its pace. */
async function twoReplicas(t: TestContext) {
  const clock = testClock();
  const { rateLimits: lanes } = await aStore(t, { now: clock.now });
  const chat = fakeChat();
  let calls = 0;
  const counted = <A extends unknown[], R>(call: (...args: A) => R) => {
    return (...args: A) => {
      calls++;
      return call(...args);
    };
  };
  const own = {
    ...chat,
    find: counted(chat.find),
    openDirectMessage: counted(chat.openDirectMessage),
    postEphemeral: counted(chat.postEphemeral),
  };
  const replica = () => limitedChat(own, admissionOf(lanes, clock));
  return { clock, lanes, one: replica(), other: replica(), calls: () => calls };
}

for (const [lane, call] of CALLS) {
  test(`while Slack asks to wait longer than anyone would, no replica calls: ${lane} is limited at once, for what is left`, async (t) => {
    const { clock, lanes, one, other, calls } = await twoReplicas(t);
    await lanes.blockUntil(lane, clock.now() + 60_000);
    assert.deepEqual(await promptly(call(one)), { kind: "limited", retryAfterMs: 60_000 });
    clock.advance(20_000);
    assert.deepEqual(await promptly(call(other)), { kind: "limited", retryAfterMs: 40_000 });
    assert.equal(calls(), 0);
  });

  test(`a short wait that Slack asks for is waited out: ${lane} is called after it, not before`, async (t) => {
    const { clock, lanes, one, calls } = await twoReplicas(t);
    await lanes.blockUntil(lane, clock.now() + 1_000);
    const result = call(one);
    await eventually("it waits for its turn", () => clock.sleeping().includes(1_000));
    assert.equal(calls(), 0);
    clock.advance(1_000);
    assert.notEqual((await promptly(result)).kind, "limited");
    assert.equal(calls(), 1);
  });

  test(`what Slack asks for while a call waits for its turn is obeyed too: ${lane} is limited`, async (t) => {
    const { clock, lanes, one, calls } = await twoReplicas(t);
    await lanes.blockUntil(lane, clock.now() + 1_000);
    const result = call(one);
    await eventually("it waits for its turn", () => clock.sleeping().includes(1_000));
    await lanes.blockUntil(lane, clock.now() + 60_000);
    clock.advance(10_000);
    assert.deepEqual(await promptly(result), { kind: "limited", retryAfterMs: 50_000 });
    assert.equal(calls(), 0);
  });
}

test("a person whose answer is limited is told when Slack takes it again", async (t) => {
  const clock = testClock();
  const { rateLimits: lanes, clicks, ...store } = await aStore(t, { now: clock.now });
  await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry() });
  await clicks.record(aClick("U0JANE"));
  await clicks.recordEvaluated(aClick("U0JANE").id, "because", anEntry());
  const chat = fakeChat();
  const paced = limitedChat(chat, admissionOf(lanes, clock));
  const answer = makeReplyToClicker({ clicks, chat: paced, clock, random: () => 0, log: testLog() });
  await lanes.blockUntil("postEphemeral", clock.now() + 60_000);
  const due = () => clicks.unreplied(clock.now(), 10);
  for (const click of await due()) await promptly(answer(click).then(() => true));
  assert.deepEqual([chat.whispers.length, (await due()).length], [0, 0]);
  clock.advance(60_000);
  for (const click of await due()) await answer(click);
  assert.deepEqual([chat.whispers.length, (await due()).length], [1, 0]);
});
