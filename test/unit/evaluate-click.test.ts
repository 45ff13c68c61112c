import assert from "node:assert/strict";
import { test } from "node:test";
import { makePreviewVerdict } from "../../src/app/decide/preview-verdict.ts";
import { requestContext } from "../../src/core/audit-records.ts";
import { type Denial, denialSentence } from "../../src/core/denial.ts";
import { mentions } from "../../src/slack/messages/mentions.ts";
import { aClick, aPerson, aRequest, MESSAGE_TS, NOW, REQUEST_ID } from "../support/samples.ts";
import { denialKind, fromMessage, PEOPLE, setUp } from "./evaluate-click-setup.ts";

test("a click that counts stores its vote, the decision, the audit records and its end in one step", async (t) => {
  const { store, press, request, kinds, replies } = await setUp(t);
  assert.deepEqual(await press("U000"), { kind: "counted", completes: true });
  const { state, decision, signal, version } = await request();
  assert.deepEqual([state, decision, signal, version], ["decided", "approve", "due", 2]);
  assert.deepEqual(await kinds(), ["requested countersign", "voted U000", "decided U000"]);
  assert.deepEqual(await store.clicks.unevaluated(Number.MAX_SAFE_INTEGER, 10), []);
  assert.deepEqual(await replies(), []);
});

test("the record of a decision names requester, quorum, policy, message and every voter with reason, address and time", async (t) => {
  const { clock, store, directory, press } = await setUp(t, { quorum: 2 });
  directory.people.set("U000", aPerson("U000", { email: null }));
  await press("U000", { reason: "Checked." });
  clock.advance(1_000);
  await press("U001");
  const decided = (await store.requests.history(REQUEST_ID)).find(({ kind }) => kind === "decided");
  assert.deepEqual(decided?.detail, {
    ...requestContext(aRequest()),
    decision: "approve",
    requester: { principal: aRequest().facts.executedBy, userIds: [], email: null },
    quorum: 2,
    policyHash: "abc",
    shown: { documentVersion: "1", parameters: {}, question: "Restart the database?" },
    approvers: { channels: [], groups: ["S0DBA"], selfApproval: false, users: PEOPLE },
    votes: [
      { ...aVoteDetail("U000"), email: null, reason: "Checked.", at: new Date(NOW).toISOString() },
      { ...aVoteDetail("U001"), reason: null, at: new Date(NOW + 1_000).toISOString() },
    ],
    messageLinks: [`https://acme.slack.com/${MESSAGE_TS}`],
  });
});

const aVoteDetail = (userId: string) => {
  const { name, email } = aPerson(userId);
  return { userId, name, email, verdict: "approve", authority: "approver" };
};

test("twenty clicks at once make one decision, and the others get a reply that it is decided", async (t) => {
  const { store, press, request, kinds, replies } = await setUp(t);
  const outcomes = await Promise.all(PEOPLE.map((userId) => press(userId)));
  assert.equal(outcomes.filter(({ kind }) => kind === "counted").length, 1);
  assert.equal(outcomes.filter(({ kind }) => kind === "denied").length, 19);
  assert.equal((await store.requests.votes(REQUEST_ID)).length, 1);
  assert.equal((await request()).version, 2);
  assert.equal((await kinds()).filter((kind) => kind.startsWith("decided")).length, 1);
  const told = await replies();
  assert.equal(told.length, 19);
  assert.ok(told.every(([, answer]) => answer === "because: decided"));
});

test("twenty clicks at once with a quorum of five make five votes and one decision, by the fifth vote", async (t) => {
  const { store, press, kinds } = await setUp(t, { quorum: 5 });
  const outcomes = await Promise.all(PEOPLE.map((userId) => press(userId)));
  assert.equal(outcomes.filter(({ kind }) => kind === "counted").length, 5);
  assert.equal((await store.requests.votes(REQUEST_ID)).length, 5);
  const history = await kinds();
  assert.equal(history.filter((kind) => kind.startsWith("voted")).length, 5);
  const [last, decision] = history.filter((kind) => /^(voted|decided)/.test(kind)).slice(-2);
  assert.equal(decision?.split(" ")[1], last?.split(" ")[1]);
});

test("of an approval and a rejection at once, the first decides and the other gets a reply", async (t) => {
  const { press, request } = await setUp(t);
  const outcomes = await Promise.all([press("U000"), press("U001", { verdict: "reject" })]);
  assert.deepEqual(outcomes.map(({ kind }) => kind).toSorted(), ["counted", "denied"]);
  assert.equal((await request()).decision, outcomes[0]?.kind === "counted" ? "approve" : "reject");
});

test("a click that is evaluated three times at once counts once, and its author gets no denial", async (t) => {
  for (const quorum of [1, 2]) {
    const { store, clock, vote, kinds, replies } = await setUp(t, { quorum });
    await store.clicks.record(aClick("U000", { id: "c" }));
    const [row] = await store.clicks.unevaluated(clock.now(), 1);
    assert(row !== undefined);
    await Promise.all([vote(row), vote(row), vote(row)]);
    assert.equal((await store.requests.votes(REQUEST_ID)).length, 1);
    assert.equal((await kinds()).filter((kind) => /^(voted|denied)/.test(kind)).length, 1);
    assert.deepEqual(await replies(), []);
  }
});

test("membership is read from Slack at the click: a person who has left the group does not decide", async (t) => {
  const { directory, press, replies, request } = await setUp(t, { approvers: { users: [], groups: ["S0DBA"] } });
  directory.groups.set("S0DBA", new Set(["U001"]));
  assert.equal((await press("U000")).kind, "denied");
  directory.groups.set("S0DBA", new Set(["U000"]));
  assert.equal((await press("U001")).kind, "denied");
  assert.deepEqual(await replies(), [
    ["U000", "because: not-approver"],
    ["U001", "because: not-approver"],
  ]);
  assert.equal((await request()).state, "open");
});

test("an approver who is external, deactivated, a guest or a bot does not decide", async (t) => {
  const { directory, press, request } = await setUp(t);
  for (const [index, standing] of (["external", "deactivated", "guest", "bot"] as const).entries()) {
    const userId = PEOPLE[index] ?? "";
    directory.people.set(userId, aPerson(userId, { accountStatus: standing }));
    assert.equal((await press(userId)).kind, "denied");
  }
  assert.deepEqual([(await request()).state, (await request()).version], ["open", 1]);
});

test("if Slack cannot identify a person, nothing is decided, and the person gets a reply", async (t) => {
  const { directory, press, replies, request } = await setUp(t);
  directory.error = "ratelimited";
  await press("U000");
  assert.deepEqual(await replies(), [["U000", "because: person-unknown"]]);
  assert.equal((await request()).state, "open");
});

test("a request whose route has left the configuration cannot be decided", async (t) => {
  const { press, replies } = await setUp(t, { name: "renamed" });
  await press("U000");
  assert.deepEqual(await replies(), [["U000", "because: no-route"]]);
});

test("a request whose target has left the configuration cannot be decided; a decided one still says so", async (t) => {
  const { press, replies, request, gone } = await setUp(t);
  gone.add((await request()).target);
  await press("U000");
  assert.deepEqual([(await request()).state, (await request()).version], ["open", 1]);
  gone.clear();
  await press("U001");
  gone.add((await request()).target);
  await press("U002");
  assert.deepEqual(await replies(), [
    ["U000", "because: no-target"],
    ["U002", "because: decided"],
  ]);
});

test("a preview says before a form opens why its verdict would not count, and stores nothing", async (t) => {
  const { deps, directory, kinds } = await setUp(t, { reason: "reject" });
  const preview = makePreviewVerdict(deps);
  assert.deepEqual(await preview(aClick("U000"), "reject"), { kind: "allowed" });
  assert.equal(denialKind(await preview(aClick("U0NOBODY"), "reject")), "not-approver");
  assert.equal(denialKind(await preview(aClick("U000", fromMessage("1.1")), "reject")), "foreign-message");
  directory.error = "x";
  assert.equal(denialKind(await preview(aClick("U000"), "reject")), "person-unknown");
  assert.deepEqual(await kinds(), ["requested countersign"]);
});

test("a reason is required where the route says so, and is stored", async (t) => {
  const { store, press, replies, kinds } = await setUp(t, { reason: "reject" });
  await press("U000", { verdict: "reject" });
  assert.deepEqual(await replies(), [["U000", "because: reason-missing"]]);
  await press("U000", { id: "form", verdict: "reject", reason: "  Not now. " });
  assert.equal((await store.requests.votes(REQUEST_ID))[0]?.reason, "Not now.");
  assert.deepEqual((await kinds()).slice(1), ["denied U000", "voted U000", "decided U000"]);
});

test("an admin who is not an approver learns about break-glass; another person does not", async (t) => {
  const { deps, directory } = await setUp(t, { approvers: { users: [], groups: ["S0DBA"] } });
  const preview = makePreviewVerdict({ ...deps, admins: { users: [], groups: ["S0ADMINS"] } });
  directory.groups.set("S0ADMINS", new Set(["U000"]));
  const sentence = async (userId: string) => {
    const previewed = await preview(aClick(userId), "approve");
    assert.ok(previewed.kind === "denied");
    return denialSentence(previewed.denial, mentions());
  };
  assert.match(await sentence("U000"), /As a Countersign admin, you can break glass from Details\.$/);
  assert.doesNotMatch(await sentence("U001"), /break glass/);
});

for (const [why, identified, kind] of [
  ["who started the execution", ["U000", "U001"], "self-approval"],
  ["where the requester is unknown", [], "requester-unknown"],
] as const)
  test(`an admin who is an approver learns about break-glass ${why}; another approver does not`, async (t) => {
    const { deps, press, replies } = await setUp(t, { whenRequesterUnknown: "deny" });
    const executedBy = aRequest().facts.executedBy;
    for (const userId of identified) Object.assign(deps.identities, { [userId]: [executedBy] });
    Object.assign(deps.admins, { users: ["U000"] });
    Object.assign(deps, { sentence: (denial: Denial) => `${denial.kind}: ${denialSentence(denial, mentions())}` });
    await press("U000");
    await press("U001");
    const [[, toAdmin] = [], [, toOther] = []] = await replies();
    assert.match(
      toAdmin ?? "",
      new RegExp(`^${kind}: .* As a Countersign admin, you can break glass from Details\\.$`),
    );
    assert.match(toOther ?? "", new RegExp(`^${kind}: `));
    assert.doesNotMatch(toOther ?? "", /break glass/);
    const previewed = await makePreviewVerdict(deps)(aClick("U000"), "approve");
    assert.match(previewed.kind === "denied" ? denialSentence(previewed.denial, mentions()) : "", /break glass/);
  });

test("a counted vote and a decision are logged at info", async (t) => {
  const { log, press } = await setUp(t, { quorum: 2 });
  await press("U000");
  const events = () => log.lines.filter(({ level }) => level === "info").map(({ fields }) => fields.event);
  assert.deepEqual(events(), ["click.counted"]);
  await press("U001");
  assert.deepEqual(events(), ["click.counted", "click.counted", "request.decided"]);
});

test("where the quorum was lowered, a repeated approval drops that of a person who is no approver any more", async (t) => {
  const { clock, directory, routes, store, press, request } = await setUp(t, {
    approvers: { users: [], groups: ["S0DBA"] },
    quorum: 3,
  });
  directory.groups.set("S0DBA", new Set(["U1", "U2", "U3"]));
  await press("U1");
  await press("U2");
  const [route = assert.fail("no route")] = routes;
  routes[0] = { ...route, quorum: 2 };
  directory.groups.get("S0DBA")?.delete("U2");
  clock.advance(1_000);
  const again = await press("U1", { id: "again" });
  assert.deepEqual(again, { kind: "counted", completes: false, dropped: ["not-approver"] });
  const voters = (await store.requests.votes(REQUEST_ID)).map(({ userId }) => userId);
  assert.deepEqual([voters, (await request()).state], [["U1"], "open"]);
  assert.deepEqual(await press("U3"), { kind: "counted", completes: true });
});
