import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeResolveRecipients, type ResolveRecipientsDeps } from "../../src/app/deliver/resolve-recipients.ts";
import type { RecipientLookupKind } from "../../src/app/ports/delivery-store.ts";
import { fakeChat, fakeDirectory } from "../support/fake-slack.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { aFacts, anEntry, aPerson, aRequest, aRoute, aVote, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const MINUTE = 60_000;

/** Opens a request with one lookup, in a workspace that the test controls. */
async function setUp(t: TestContext, kind: RecipientLookupKind) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const chat = fakeChat();
  const directory = fakeDirectory();
  const log = testLog();
  const deps: ResolveRecipientsDeps = {
    ...{
      recipientLookups: store.recipientLookups,
      requests: store.requests,
      messages: store.messages,
      directory,
      chat,
      clock,
    },
    routes: [aRoute({ approvers: { users: [], groups: ["S0MANY"] } })],
    admins: { users: ["U0ADMIN"], groups: ["S0ADMINS"] },
    identities: { U0ROSA: ["arn:aws:iam::111122223333:user/rosa"] },
    random: () => 0,
    log,
  };
  await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry(), recipientLookup: kind });
  const lookup = makeResolveRecipients(deps);
  const round = async () => {
    for (const each of await store.recipientLookups.due(clock.now(), 10)) await lookup(each);
  };
  const isDone = async () => (await store.recipientLookups.due(Number.MAX_SAFE_INTEGER, 10)).length === 0;
  const channels = async () =>
    kind === "direct-messages"
      ? (await store.messages.ofRequest(REQUEST_ID)).map((row) => row.channelId)
      : (await store.notices.ofRequest(REQUEST_ID)).map((row) => row.channelId);
  return { clock, chat, directory, log, deps, store, round, isDone, channels };
}

test("a group of hundreds gets its direct messages although Slack allows fifty a minute", async (t) => {
  const { clock, chat, directory, round, isDone, channels } = await setUp(t, "direct-messages");
  const people = Array.from({ length: 230 }, (_, index) => `U${index}`);
  directory.groups.set("S0MANY", new Set(people));
  const { openDirectMessage: direct } = chat;
  const asked: number[] = [];
  chat.openDirectMessage = async (userId) => {
    const now = clock.now();
    const oldest = asked.at(-50) ?? 0;
    if (now - oldest < MINUTE) return { kind: "limited", retryAfterMs: oldest + MINUTE - now };
    asked.push(now);
    return direct(userId);
  };
  await round();
  assert.equal((await channels()).length, 1 + 10, "the first batch has its messages before the others");
  let seconds = 0;
  for (; !(await isDone()) && seconds < 3_600; seconds++) {
    clock.advance(1_000);
    await round();
  }
  assert.ok(seconds <= 5 * 60, `not done after ${seconds} s`);
  assert.equal(asked.length, people.length, "each person is looked up once");
  assert.deepEqual(new Set(await channels()), new Set(["C0DBA", ...people.map((userId) => `D${userId}`)]));
});

test("break-glass is announced in the channel while Slack cannot list the admins", async (t) => {
  const { clock, directory, round, isDone, channels } = await setUp(t, "break-glass");
  directory.error = "internal_error";
  await round();
  assert.deepEqual([await channels(), await isDone()], [["C0DBA"], false]);
  directory.error = null;
  directory.groups.set("S0ADMINS", new Set(["U0ADMIN", "U0OPS"]));
  clock.advance(MINUTE);
  await round();
  assert.deepEqual([await channels(), await isDone()], [["C0DBA", "DU0ADMIN", "DU0OPS"], true]);
});

test("people who cannot be written to, such as deactivated accounts, delay no other recipient", async (t) => {
  const { chat, directory, round, isDone, channels } = await setUp(t, "no-route");
  const gone = Array.from({ length: 35 }, (_, index) => `U0GONE${index}`);
  directory.groups.set("S0ADMINS", new Set([...gone, "U0OPS"]));
  const { openDirectMessage: direct } = chat;
  chat.openDirectMessage = async (userId) =>
    gone.includes(userId)
      ? { kind: "refused", code: "user_not_found", error: "user_not_found", advice: "" }
      : direct(userId);
  for (let go = 0; go < 4; go++) await round();
  assert.deepEqual([await channels(), await isDone()], [["DU0ADMIN", "DU0OPS"], true]);
});

test("only full members get direct messages: no guest, external, bot or deactivated account, and nobody whom Slack does not know", async (t) => {
  const { directory, round, isDone, channels } = await setUp(t, "direct-messages");
  const statuses = ["member", "guest", "external", "bot", "deactivated"] as const;
  for (const accountStatus of statuses)
    directory.people.set(`U0${accountStatus}`, aPerson(`U0${accountStatus}`, { accountStatus }));
  directory.groups.set("S0MANY", new Set(["U0UNKNOWN", ...directory.people.keys()]));
  const { person } = directory;
  directory.person = async (userId, fresh) =>
    userId === "U0UNKNOWN" ? { kind: "unknown", error: "user_not_found", permanent: true } : person(userId, fresh);
  await round();
  assert.deepEqual([await channels(), await isDone()], [["C0DBA", "DU0member"], true]);
});

test("a person whose account Slack does not return yet gets the direct message later", async (t) => {
  const { clock, directory, round, isDone, channels } = await setUp(t, "direct-messages");
  directory.groups.set("S0MANY", new Set(["U0OPS"]));
  const { person } = directory;
  directory.person = async () => ({ kind: "unknown", error: "internal_error" });
  await round();
  assert.deepEqual([await channels(), await isDone()], [["C0DBA"], false]);
  directory.person = person;
  clock.advance(MINUTE);
  await round();
  assert.deepEqual([await channels(), await isDone()], [["C0DBA", "DU0OPS"], true]);
});

test("admins are told about a decision that the audit log does not have", async (t) => {
  const { round, isDone, channels } = await setUp(t, "unrecorded");
  await round();
  assert.deepEqual([await channels(), await isDone()], [["DU0ADMIN"], true]);
});

test("the people who decided, and no one else, are told about a decision that AWS refused", async (t) => {
  const { store, round, isDone, channels } = await setUp(t, "decision-refused");
  const votes = [aVote("U0JANE"), aVote("U0DAN"), aVote("U0BEN", { verdict: "reject" })];
  for (const [index, vote] of votes.entries()) {
    const patch = { state: "decided", decision: "approve" } as const;
    const change = { requestId: REQUEST_ID, expectedVersion: index + 1, patch, vote, audit: [] };
    assert.ok(await store.requests.advance(change));
  }
  await round();
  assert.deepEqual([(await channels()).toSorted(), await isDone()], [["DU0DAN", "DU0JANE"], true]);
});

test("every log line about recipients names the request and the lookup", async (t) => {
  const { clock, chat, directory, log, round } = await setUp(t, "no-route");
  directory.error = "internal_error";
  await round();
  directory.error = null;
  clock.advance(MINUTE);
  chat.openDirectMessage = async () => ({ kind: "refused", code: "user_not_found", error: "no", advice: "" });
  await round();
  assert.deepEqual(
    log.lines.map(({ fields }) => [fields.event, fields.requestId, fields.lookup]),
    ["recipient-lookup.postponed", "direct-message.refused", "recipient-lookup.done"].map((event) => [
      event,
      REQUEST_ID,
      "no-route",
    ]),
  );
});

for (const kind of ["requester-decided", "requester-ended"] as const)
  test(`${kind}: a known requester who is a full member gets a direct message`, async (t) => {
    const { store, round, isDone } = await setUp(t, kind);
    await round();
    assert.ok(await isDone());
    const rows = await store.notices.ofRequest(REQUEST_ID);
    assert.deepEqual(
      rows.map((row) => [row.kind, row.channelId]),
      [[kind, "DU0ROSA"]],
    );
  });

test("a requester whose address Slack could not look up before the request closed still gets the result, for six hours", async (t) => {
  const email = "rosa@example.com";
  const executedBy = `arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/${email}`;
  for (const recovers of [true, false]) {
    const { clock, store, round, isDone } = await setUp(t, "requester-decided");
    await round();
    const request = aRequest({
      ...{ id: "sso", stepExecutionId: "sso", facts: aFacts({ executedBy }), state: "closed", closedAt: clock.now() },
      addressOwners: { [email]: { kind: "pending" } },
    });
    const recipientLookup = "requester-decided";
    await store.requests.open({ request, channels: ["C0DBA"], audit: anEntry({ requestId: "sso" }), recipientLookup });
    clock.advance(6 * 60 * MINUTE - 10_000);
    await round();
    assert.equal(await isDone(), false);
    const addressOwners = { [email]: { kind: "person", userId: "U0ROSA" } } as const;
    if (recovers)
      await store.requests.advance({ requestId: "sso", expectedVersion: 1, patch: { addressOwners }, audit: [] });
    clock.advance(10_000);
    await round();
    assert.ok(await isDone());
    const told = (await store.notices.ofRequest("sso")).map(({ channelId }) => channelId);
    assert.deepEqual(told, recovers ? ["DU0ROSA"] : []);
  }
});

test("the end of an execution with two requests is told where one of their routes tells the requester", async (t) => {
  for (const [first, second] of [
    [false, undefined],
    [undefined, false],
    [false, false],
  ] as const) {
    const w = await setUp(t, "requester-ended");
    w.deps.routes = [aRoute({ tellRequester: first }), aRoute({ name: "second", tellRequester: second })];
    const request = aRequest({ id: "second", route: "second", stepExecutionId: "second" });
    await w.store.requests.open({ request, channels: [], audit: anEntry() });
    await w.round();
    const isTold = first !== false || second !== false;
    assert.equal((await w.store.notices.ofRequest(REQUEST_ID)).length, isTold ? 1 : 0, `${first} ${second}`);
  }
});

test("a requester who is a guest gets no direct message, and neither does one whose route says tellRequester: false", async (t) => {
  const guest = await setUp(t, "requester-decided");
  guest.directory.people.set("U0ROSA", aPerson("U0ROSA", { accountStatus: "guest" }));
  await guest.round();
  assert.ok(await guest.isDone());
  assert.deepEqual(await guest.store.notices.ofRequest(REQUEST_ID), []);
  const silent = await setUp(t, "requester-decided");
  silent.deps.routes = [aRoute({ tellRequester: false })];
  await silent.round();
  assert.ok(await silent.isDone());
  assert.deepEqual(await silent.store.notices.ofRequest(REQUEST_ID), []);
});
