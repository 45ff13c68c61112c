import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeEvaluateClick } from "../../src/app/decide/evaluate-click.ts";
import { makePreviewVerdict } from "../../src/app/decide/preview-verdict.ts";
import type { Click } from "../../src/app/ports/click-store.ts";
import type { Route } from "../../src/core/policy.ts";
import { fakeDirectory, testClock, testLog } from "../support/fakes.ts";
import { aClick, anEntry, aPerson, aRequest, aRoute, MESSAGE_TS, REQUEST_ID } from "../support/samples.ts";
import { aStore, type OpenStore } from "../support/stores.ts";

const PEOPLE = Array.from({ length: 20 }, (_, index) => `U${String(index).padStart(3, "0")}`);

/** The origin of a click on this message. */
const fromMessage = (ts: string, channelId = "C0DBA"): Pick<Click, "origin"> => ({
  origin: { kind: "message", channelId, ts },
});

async function setUp(t: TestContext, route: Partial<Route> = {}, posted = true) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const directory = fakeDirectory();
  const log = testLog();
  /** Targets that have left the configuration. */
  const gone = new Set<string>();
  const deps = {
    requests: store.requests,
    messages: store.messages,
    clicks: store.clicks,
    directory,
    routes: [aRoute({ approvers: { users: PEOPLE, groups: ["S0DBA"] }, ...route })],
    admins: { users: ["U0ADMIN"], groups: [] },
    identities: {},
    isHomeTeam: (teamId: string) => teamId === "T0HOME",
    digests: store.digests,
    hasTarget: ({ target }: { target: string }) => !gone.has(target),
    sentence: (denial: { kind: string }) => `because: ${denial.kind}`,
    clock,
    log,
  };
  await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry({ kind: "requested" }) });
  if (posted) {
    const [message] = await store.messages.due(clock.now(), 1);
    await store.messages.recordPosted(message?.id ?? "", MESSAGE_TS, 1);
  }
  const vote = makeEvaluateClick(deps);
  /** Records a click and hands it to a judge. */
  const press = async (userId: string, more: Partial<Click> = {}) => {
    const id = more.id ?? `click-${userId}-${more.verdict ?? "approve"}`;
    await store.clicks.record(aClick(userId, { id, key: id, receivedAt: clock.now(), ...more }));
    return judge(id);
  };
  const judge = async (id: string) => {
    const row = (await store.clicks.unevaluated(Number.MAX_SAFE_INTEGER, 100)).find((each) => each.id === id);
    assert(row !== undefined, `click ${id} waits`);
    return vote(row);
  };
  const answers = async () =>
    (await store.clicks.unreplied(Number.MAX_SAFE_INTEGER, 100)).map(({ userId, reply: answer }) => [userId, answer]);
  const request = async () => (await store.requests.byId(REQUEST_ID)) ?? assert.fail("no request");
  const kinds = async () => (await store.requests.history(REQUEST_ID)).map(({ kind, actor }) => `${kind} ${actor}`);
  return { clock, store, directory, gone, log, deps, vote, press, judge, answers, request, kinds };
}

test("a click that counts is voted, decided, recorded and finished in one step", async (t) => {
  const { store, press, request, kinds, answers } = await setUp(t);
  assert.deepEqual(await press("U000"), { kind: "counted", completes: true });
  const { state, decision, signal, version } = await request();
  assert.deepEqual([state, decision, signal, version], ["decided", "approve", "due", 2]);
  assert.deepEqual(await kinds(), ["requested countersign", "voted U000", "decided U000"]);
  assert.deepEqual(await store.clicks.unevaluated(Number.MAX_SAFE_INTEGER, 10), []);
  assert.deepEqual(await answers(), []);
});

test("twenty people at once make one decision; who was too late is told so", async (t) => {
  const { store, press, request, kinds, answers } = await setUp(t);
  const outcomes = await Promise.all(PEOPLE.map((userId) => press(userId)));
  assert.equal(outcomes.filter(({ kind }) => kind === "counted").length, 1);
  assert.equal(outcomes.filter(({ kind }) => kind === "denied").length, 19);
  assert.equal((await store.requests.votes(REQUEST_ID)).length, 1);
  assert.equal((await request()).version, 2);
  assert.equal((await kinds()).filter((kind) => kind.startsWith("decided")).length, 1);
  const told = await answers();
  assert.equal(told.length, 19);
  assert.ok(told.every(([, answer]) => answer === "because: decided"));
});

test("twenty people at once and a quorum of five: five votes, one decision, by the fifth", async (t) => {
  const { store, press, kinds } = await setUp(t, { quorum: 5 });
  const outcomes = await Promise.all(PEOPLE.map((userId) => press(userId)));
  assert.equal(outcomes.filter(({ kind }) => kind === "counted").length, 5);
  assert.equal((await store.requests.votes(REQUEST_ID)).length, 5);
  const history = await kinds();
  assert.equal(history.filter((kind) => kind.startsWith("voted")).length, 5);
  const [last, decision] = history.filter((kind) => /^(voted|decided)/.test(kind)).slice(-2);
  assert.equal(decision?.split(" ")[1], last?.split(" ")[1]);
});

test("an approval and a rejection at once: the one that is first decides, and the other is told", async (t) => {
  const { press, request } = await setUp(t);
  const outcomes = await Promise.all([press("U000"), press("U001", { verdict: "reject" })]);
  assert.deepEqual(outcomes.map(({ kind }) => kind).toSorted(), ["counted", "denied"]);
  assert.equal((await request()).decision, outcomes[0]?.kind === "counted" ? "approve" : "reject");
});

test("a click judged twice at once, by two processes or after a crash, counts once and is not told that it did not", async (t) => {
  for (const quorum of [1, 2]) {
    const { store, clock, vote, kinds, answers } = await setUp(t, { quorum });
    await store.clicks.record(aClick("U000", { id: "c" }));
    const [row] = await store.clicks.unevaluated(clock.now(), 1);
    assert(row !== undefined);
    await Promise.all([vote(row), vote(row), vote(row)]);
    assert.equal((await store.requests.votes(REQUEST_ID)).length, 1);
    assert.equal((await kinds()).filter((kind) => /^(voted|denied)/.test(kind)).length, 1);
    assert.deepEqual(await answers(), []);
  }
});

test("who may decide is asked of Slack at the click: who has left the group does not decide", async (t) => {
  const { directory, press, answers, request } = await setUp(t, { approvers: { users: [], groups: ["S0DBA"] } });
  directory.groups.set("S0DBA", new Set(["U001"]));
  assert.equal((await press("U000")).kind, "denied");
  directory.groups.set("S0DBA", new Set(["U000"]));
  assert.equal((await press("U001")).kind, "denied");
  assert.deepEqual(await answers(), [
    ["U000", "because: not-approver"],
    ["U001", "because: not-approver"],
  ]);
  assert.equal((await request()).state, "open");
});

test("a person who is named but external, deactivated, a guest or a bot does not decide", async (t) => {
  const { directory, press, request } = await setUp(t);
  for (const [index, standing] of (["external", "deactivated", "guest", "bot"] as const).entries()) {
    const userId = PEOPLE[index] ?? "";
    directory.people.set(userId, aPerson(userId, { accountStatus: standing }));
    assert.equal((await press(userId)).kind, "denied");
  }
  assert.deepEqual([(await request()).state, (await request()).version], ["open", 1]);
});

test("when Slack cannot tell who somebody is, nothing is decided and they are told", async (t) => {
  const { directory, press, answers, request } = await setUp(t);
  directory.away = "ratelimited";
  await press("U000");
  assert.deepEqual(await answers(), [["U000", "because: person-unknown"]]);
  assert.equal((await request()).state, "open");
});

test("a button says only where to look: a request that is not on record, or a message that is not its own, decides nothing", async (t) => {
  const { press, answers, request } = await setUp(t);
  await press("U000", { requestId: "no-such-request" });
  await press("U001", fromMessage("1.1"));
  await press("U002", fromMessage(MESSAGE_TS, "C0ELSE"));
  assert.deepEqual(await answers(), [
    ["U000", "because: no-request"],
    ["U001", "because: foreign-message"],
    ["U002", "because: foreign-message"],
  ]);
  assert.equal((await request()).version, 1);
});

test("a digest of the channel leads to its requests; one of another channel, and another message, do not", async (t) => {
  const { store, press, answers, request } = await setUp(t);
  await store.requests.open({
    request: aRequest({ id: "other", stepExecutionId: "other" }),
    channels: ["C0OPS"],
    audit: anEntry(),
  });
  await store.digests.begin(0, 1);
  for (const { id, channelId } of await store.digests.current())
    await store.digests.recordPosted(id, `9.${channelId}`, 1);
  await store.requests.open({
    request: aRequest({ id: "third", stepExecutionId: "third" }),
    channels: ["C0DBA"],
    audit: anEntry(),
  });
  await store.digests.begin(0, 2);
  for (const { id, ts } of await store.digests.current())
    if (ts === null) await store.digests.recordPosted(id, "9.9", 1);
  await press("U000", fromMessage("9.C0OPS", "C0OPS"));
  await press("U001", fromMessage("9.8"));
  assert.deepEqual(await answers(), [
    ["U000", "because: foreign-message"],
    ["U001", "because: foreign-message"],
  ]);
  assert.equal((await press("U002", fromMessage("9.9"))).kind, "counted");
  assert.equal((await request()).state, "decided");
});

test("break-glass may come from a form that no message led to; nothing else may, and only admins break glass", async (t) => {
  const { press, answers, request } = await setUp(t);
  const nowhere: Partial<Click> = {
    origin: { kind: "command", channelId: "DU0ADMIN" },
    reason: "In need.",
    typed: aRequest().facts.documentName,
  };
  await press("U000", { ...nowhere, id: "a" });
  await press("U0ADMIN", { ...nowhere, id: "b" });
  await press("U000", { ...nowhere, id: "c", authority: "break-glass" });
  await press("U0ADMIN", { ...nowhere, id: "d", authority: "break-glass", ...fromMessage("1.1", "DU0ADMIN") });
  assert.deepEqual(await answers(), [
    ["U000", "because: foreign-message"],
    ["U0ADMIN", "because: foreign-message"],
    ["U000", "because: not-admin"],
    ["U0ADMIN", "because: foreign-message"],
  ]);
  assert.equal((await request()).state, "open");
  assert.deepEqual(await press("U0ADMIN", { ...nowhere, id: "e", authority: "break-glass" }), {
    kind: "counted",
    completes: true,
  });
});

test("a route that has left the configuration lets nobody decide", async (t) => {
  const { press, answers } = await setUp(t, { name: "renamed" });
  await press("U000");
  assert.deepEqual(await answers(), [["U000", "because: no-route"]]);
});

test("a target that has left the configuration: nothing is decided that could not be signalled; what is over is told as ever", async (t) => {
  const { press, answers, request, gone } = await setUp(t);
  gone.add((await request()).target);
  await press("U000");
  assert.deepEqual([(await request()).state, (await request()).version], ["open", 1]);
  gone.clear();
  await press("U001");
  gone.add((await request()).target);
  await press("U002");
  assert.deepEqual(await answers(), [
    ["U000", "because: no-target"],
    ["U002", "because: decided"],
  ]);
});

test("a click on a message whose posting is not settled waits for it, and counts as soon as it is", async (t) => {
  const { clock, store, press, judge, answers } = await setUp(t, {}, false);
  const [message] = await store.messages.due(clock.now(), 1);
  assert(message !== undefined);
  await store.messages.claim(message.id, "post", clock.now(), clock.now() + 60_000);
  assert.deepEqual(await press("U000", { id: "early" }), {
    kind: "later",
    why: "the post of the clicked message is not resolved yet",
  });
  assert.deepEqual(await store.clicks.unevaluated(clock.now(), 1), []);
  clock.advance(1_000);
  assert.equal((await store.clicks.unevaluated(clock.now(), 1)).length, 1);
  await store.messages.recordPosted(message.id, MESSAGE_TS, 1);
  assert.deepEqual(await judge("early"), { kind: "counted", completes: true });
  assert.deepEqual(await answers(), []);
});

test("a click on a digest whose posting is not settled yet waits for it", async (t) => {
  const { clock, store, press, judge, answers } = await setUp(t, {}, false);
  await store.digests.begin(0, clock.now());
  const [digest] = await store.digests.current();
  assert(digest !== undefined);
  await store.digests.claim(digest.id, "post", clock.now(), clock.now() + 60_000);
  assert.deepEqual(await press("U000", { id: "early", ...fromMessage("9.9") }), {
    kind: "later",
    why: "the post of the clicked message is not resolved yet",
  });
  await store.digests.recordPosted(digest.id, "9.9", 1);
  assert.deepEqual(await judge("early"), { kind: "counted", completes: true });
  assert.deepEqual(await answers(), []);
});

test("a form is opened from a message whose posting is not settled yet; what it leads to is judged when it comes", async (t) => {
  const { clock, deps, store } = await setUp(t, {}, false);
  const [message] = await store.messages.due(clock.now(), 1);
  await store.messages.claim(message?.id ?? "", "post", clock.now(), clock.now() + 60_000);
  assert.equal(await makePreviewVerdict(deps)(aClick("U000", { receivedAt: clock.now() }), "reject"), null);
});

test("a click on a message that is never settled is answered in the end", async (t) => {
  const { clock, store, press, judge, answers } = await setUp(t, {}, false);
  const [message] = await store.messages.due(clock.now(), 1);
  await store.messages.claim(message?.id ?? "", "post", clock.now(), clock.now() + 60_000);
  await press("U000", { id: "early" });
  clock.advance(3 * 60_000);
  assert.equal((await judge("early")).kind, "denied");
  assert.deepEqual(await answers(), [["U000", "because: foreign-message"]]);
});

test("what a form would lead to is told before it is filled in, and nothing is recorded", async (t) => {
  const { deps, directory, kinds } = await setUp(t, { reason: "reject" });
  const preview = makePreviewVerdict(deps);
  assert.equal(await preview(aClick("U000"), "reject"), null);
  assert.equal((await preview(aClick("U0NOBODY"), "reject"))?.kind, "not-approver");
  assert.equal((await preview(aClick("U000", fromMessage("1.1")), "reject"))?.kind, "foreign-message");
  directory.away = "x";
  assert.equal((await preview(aClick("U000"), "reject"))?.kind, "person-unknown");
  assert.deepEqual(await kinds(), ["requested countersign"]);
});

test("a reason is asked for where the route says so, and is kept", async (t) => {
  const { store, press, answers, kinds } = await setUp(t, { reason: "reject" });
  await press("U000", { verdict: "reject" });
  assert.deepEqual(await answers(), [["U000", "because: reason-missing"]]);
  await press("U000", { id: "form", verdict: "reject", reason: "  Not now. " });
  assert.equal((await store.requests.votes(REQUEST_ID))[0]?.reason, "Not now.");
  assert.deepEqual((await kinds()).slice(1), ["denied U000", "voted U000", "decided U000"]);
});

/** A request of an execution that somebody started whose address must be looked up, and where its message stands. */
async function startedByRosa({ requests, messages }: Pick<OpenStore, "requests" | "messages">) {
  const requestId = "rosas";
  const executedBy = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/rosa@example.com";
  const facts = { ...aRequest().facts, executedBy };
  await requests.open({
    request: aRequest({ id: requestId, stepExecutionId: requestId, facts }),
    channels: ["C0DBA"],
    audit: anEntry(),
  });
  const [message] = await messages.ofRequest(requestId);
  await messages.recordPosted(message?.id ?? "", "7.7", 1);
  return { requestId, ...fromMessage("7.7") };
}

for (const [asked, denial] of [
  ["person", "person-unknown"],
  ["isAmong", "membership-unknown"],
  ["byEmail", "requester-unread"],
] as const) {
  test(`while Slack only asks to wait before it tells ${asked}, a click waits too; after minutes its author is told`, async (t) => {
    const { clock, store, deps, directory, press, judge, answers } = await setUp(t);
    const rosas = await startedByRosa(store);
    directory[asked] = async () => ({ kind: "unknown", error: "ratelimited", retryAfterMs: 20_000 });
    assert.equal((await press("U000", rosas)).kind, "later");
    assert.deepEqual(await answers(), []);
    assert.deepEqual(await store.clicks.unevaluated(clock.now() + 19_999, 10), []);
    assert.equal((await store.clicks.unevaluated(clock.now() + 20_000, 10)).length, 1);
    const forForm = aClick("U000", { ...rosas, receivedAt: clock.now() });
    assert.equal((await makePreviewVerdict(deps)(forForm, "approve"))?.kind, denial, "a form cannot wait");
    clock.advance(4 * 60_000);
    assert.equal((await judge("click-U000-approve")).kind, "denied");
    assert.deepEqual(await answers(), [["U000", `because: ${denial}`]]);
    assert.equal((await store.requests.byId(rosas.requestId))?.state, "open");
  });

  test(`where Slack cannot tell ${asked} for another reason, the click is denied at once`, async (t) => {
    const { store, directory, press } = await setUp(t);
    directory[asked] = async () => ({ kind: "unknown", error: "missing_scope" });
    const outcome = await press("U000", await startedByRosa(store));
    assert.equal(outcome.kind === "denied" && outcome.denial.kind, denial);
  });
}
