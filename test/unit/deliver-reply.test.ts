import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeNotices } from "../../src/app/deliver/message-kinds.ts";
import { REMINDER_KINDS } from "../../src/app/ports/delivery-store.ts";
import type { Route } from "../../src/core/policy.ts";
import { anEntry, aRequest, aRoute, REQUEST_ID } from "../support/samples.ts";
import { setUp } from "./deliver-message-setup.ts";

/** A request with a message, whose execution has ended. */
async function setUpEnd(t: TestContext, { broadcast = false } = {}) {
  const w = await setUpReplies(t, aRoute({ broadcast }));
  await w.move({ executionStatus: "Success", executionEndedAt: w.clock.now() });
  return w;
}

const OMAR = "arn:aws:iam::111122223333:user/omar";

/** A request with a message. */
async function setUpReplies(t: TestContext, ...routes: Route[]) {
  const w = await setUp(t);
  const { store, chat, clock, log, lost } = w;
  let ids = 0;
  const deliver = makeNotices({
    ...{ messages: store.messages, notices: store.notices, requests: store.requests },
    recipientLookups: store.recipientLookups,
    ...{ routes, identities: { U0OMAR: [OMAR], U0ZOE: ["arn:aws:iam::111122223333:role/*"] }, chat, clock, log },
    acquireSlot: (...call) => chat.acquireSlot(...call),
    aliveUntil: () => Number.POSITIVE_INFINITY,
    newId: () => `reply-${++ids}`,
    random: () => 0,
    countLost: (reason) => void lost.push(reason),
  });
  await w.round();
  const reply = async () => {
    for (const row of await store.notices.due(clock.now(), 10)) await deliver(row, new AbortController().signal);
  };
  return { ...w, reply };
}

test("the end is one reply in the thread of the message", async (t) => {
  const w = await setUpEnd(t);
  const { ts } = await w.row();
  await w.reply();
  await w.reply();
  assert.deepEqual(
    w.chat.notices.map(({ notice, thread }) => [notice.kind, thread]),
    [["execution-ended", { ts, broadcast: false }]],
  );
});

test("the reply about the end knows the person who decided in AWS only if the principal is one person's", async (t) => {
  const w = await setUpReplies(t, aRoute());
  const by = [OMAR, "arn:aws:iam::111122223333:role/Ops"];
  const outcome = { kind: "approved", where: "aws", by, detail: null } as const;
  await w.move({ state: "closed", outcome, executionStatus: "Success", executionEndedAt: w.clock.now() });
  await w.reply();
  assert.deepEqual(w.chat.notices[0]?.notice.gates?.[0]?.awsDeciders, { [OMAR]: "U0OMAR" });
});

test("with broadcast: true, the channel shows the reply too", async (t) => {
  const w = await setUpEnd(t, { broadcast: true });
  await w.reply();
  assert.equal(w.chat.notices[0]?.thread?.broadcast, true);
});

test("the end is shown in the channel, and mentions the requester, if the route of any of its requests says so", async (t) => {
  const plain = aRoute({ broadcast: false, tellRequester: false });
  const w = await setUpReplies(t, plain, aRoute({ name: "second", broadcast: true, tellRequester: true }));
  const request = aRequest({ id: "second", route: "second", stepExecutionId: "second" });
  await w.store.requests.open({ request, channels: ["C0DBA"], audit: anEntry() });
  await w.round();
  const ended = { executionStatus: "Success", executionEndedAt: w.clock.now() };
  await w.move(ended);
  await w.store.requests.advance({ requestId: "second", expectedVersion: 1, patch: ended, audit: [] });
  await w.reply();
  assert.deepEqual(
    w.chat.notices.map(({ thread, notice }) => [thread?.broadcast, notice.tellRequester]),
    [[true, true]],
  );
});

test("a channel whose members decide shows the reminders too: nothing else reaches its members", async (t) => {
  for (const channel of ["members", undefined] as const) {
    const w = await setUpReplies(t, aRoute({ approvers: { users: [], groups: [], channel } }));
    for (const kind of REMINDER_KINDS) await w.store.notices.add(REQUEST_ID, kind, "C0DBA", 1);
    await w.reply();
    const isShown = w.chat.notices.map(({ thread }) => thread?.broadcast);
    assert.deepEqual(
      isShown,
      REMINDER_KINDS.map(() => channel === "members"),
    );
  }
});

/** 11:30 to 12:30; the clock of these tests begins at 12:00. */
const QUIET = { from: 11 * 60 + 30, to: 12 * 60 + 30, zone: "UTC" };

test("a reminder that could not be posted before quiet hours waits for their end; an escalation disturbs no approver", async (t) => {
  const w = await setUpReplies(t, aRoute({ approvers: { users: [], groups: [], channel: "members" }, quiet: QUIET }));
  for (const kind of REMINDER_KINDS) await w.store.notices.add(REQUEST_ID, kind, "C0DBA", 1);
  await w.reply();
  await w.reply();
  const posted = () =>
    w.chat.notices.map(({ notice, thread }) => [notice.kind, notice.isQuiet, thread?.broadcast]).toSorted();
  assert.deepEqual(posted(), [["escalated", true, false]]);
  const held = (await w.store.notices.ofRequest(REQUEST_ID)).filter(({ ts }) => ts === null);
  assert.deepEqual(
    held.map(({ lastError, nextAttemptAt }) => [lastError, nextAttemptAt]),
    Array(2).fill([null, w.clock.now() + 30 * 60_000]),
    "a reminder that waits is no failure",
  );
  w.clock.advance(30 * 60_000);
  await w.reply();
  assert.deepEqual(posted().slice(1), [
    ["last-call", false, true],
    ["reminder", false, true],
  ]);
});

test("no reminder is posted after the deadline", async (t) => {
  const w = await setUpReplies(t, aRoute());
  for (const kind of REMINDER_KINDS) await w.store.notices.add(REQUEST_ID, kind, "C0DBA", 1);
  w.clock.advance(60 * 60_000);
  await w.reply();
  assert.deepEqual(w.chat.notices, []);
  assert.deepEqual(await w.store.notices.due(w.clock.now(), 10), [], "no slot is spent on it each second");
});

test("admins learn of an archived channel also by a refused reminder", async (t) => {
  const w = await setUpReplies(t, aRoute());
  await w.store.notices.add(REQUEST_ID, "reminder", "C0DBA", 1);
  w.chat.nextPost.push({ answer: { kind: "refused", code: "is_archived", error: "is_archived", advice: "x" } });
  await w.reply();
  const lookups = await w.store.recipientLookups.due(w.clock.now(), 10);
  assert.deepEqual(
    lookups.map(({ kind }) => kind),
    ["channel-unavailable"],
  );
});

test("a reply with an unclear result is searched for in its thread, and not posted again", async (t) => {
  const w = await setUpEnd(t);
  const { ts } = await w.row();
  w.chat.nextPost.push({ answer: { kind: "ambiguous", error: "timeout" }, posts: true });
  await w.reply();
  w.clock.advance(60_000);
  await w.reply();
  assert.equal(w.chat.searches[0]?.threadTs, ts);
  await w.reply();
  assert.equal(w.chat.notices.length, 1);
});

test("a reply whose message was deleted waits for the new message and follows that one", async (t) => {
  const w = await setUpEnd(t);
  w.chat.nextPost.push({ answer: { kind: "no-thread", isDeleted: true } });
  await w.reply();
  assert.equal((await w.row()).ts, null, "the message is due again");
  assert.deepEqual(w.lost, ["deleted"]);
  const found = w.log.lines.filter(({ fields }) => fields.event === "message.found-deleted");
  assert.deepEqual(
    found.map(({ fields }) => [fields.requestId, fields.channelId]),
    [[REQUEST_ID, "C0DBA"]],
  );
  await w.reply();
  assert.equal(w.chat.notices.length, 0);
  await w.round();
  await w.reply();
  assert.equal(w.chat.notices[0]?.thread?.ts, (await w.row()).ts);
});

test("a reply to a message that takes no replies goes to the channel, names its request, and the message stays", async (t) => {
  const w = await setUpEnd(t);
  const { ts } = await w.row();
  w.chat.nextPost.push({ answer: { kind: "no-thread", isDeleted: false } });
  await w.reply();
  assert.equal((await w.row()).ts, ts);
  await w.reply();
  assert.deepEqual(
    w.chat.notices.map(({ thread, notice }) => [thread, notice.isThreadClosed, notice.isThreadLost]),
    [[null, true, false]],
  );
  assert.equal((await w.store.notices.ofRequest(REQUEST_ID))[0]?.threadTs, null, "a search looks in the channel");
  assert.deepEqual(w.lost, []);
});

test("a reply to a message that was deleted after its request closed goes to the channel", async (t) => {
  const w = await setUpEnd(t);
  await w.move({ state: "closed" });
  await w.round();
  w.chat.nextPost.push({ answer: { kind: "no-thread", isDeleted: true } });
  await w.reply();
  await w.reply();
  assert.deepEqual(
    w.chat.notices.map(({ thread }) => thread),
    [null],
  );
  assert.equal((await w.store.notices.ofRequest(REQUEST_ID))[0]?.lastError, null);
});
