import assert from "node:assert/strict";
import { test } from "node:test";
import { makePreviewVerdict } from "../../src/app/decide/preview-verdict.ts";
import { denialSentence } from "../../src/core/denial.ts";
import type { Person } from "../../src/core/person.ts";
import { initialOwners } from "../../src/core/requester.ts";
import { PLAIN_NAMES } from "../support/fakes.ts";
import { aClick, anEntry, aPerson, aRequest, aVote, NOW, REQUEST_ID } from "../support/samples.ts";
import type { OpenStore } from "../support/stores.ts";
import { denialKind, fromMessage, setUp } from "./evaluate-click-setup.ts";

/** Opens a request of an execution whose requester must be looked up by address. Returns the origin of a click on it. */
async function startedByRosa({ requests, messages }: Pick<OpenStore, "requests" | "messages">) {
  const requestId = "rosas";
  const executedBy = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/rosa@example.com";
  const facts = { ...aRequest().facts, executedBy };
  await requests.open({
    request: aRequest({ id: requestId, stepExecutionId: requestId, facts, addressOwners: initialOwners(facts) }),
    channels: ["C0DBA"],
    audit: anEntry(),
  });
  const [message] = await messages.ofRequest(requestId);
  await messages.recordPosted(message?.id ?? "", "7.7", 1);
  return { requestId, ...fromMessage("7.7") };
}

test("the session name of a vote is an address only if it was the person's when the request opened and is no one else's", async (t) => {
  const email = "u000@example.com";
  const table: [string, Partial<Person>, string, string | null][] = [
    ["an account that has not changed since then", { updatedAt: NOW }, "U000", email],
    ["an account that has changed since then", { updatedAt: NOW + 1 }, "U000", null],
    ["an account whose last change is unknown", { updatedAt: null }, "U000", null],
    ["an address that another account has as well", { updatedAt: NOW }, "U001", null],
    ["no address", { updatedAt: NOW, email: null }, "U000", null],
  ];
  for (const [claim, more, owner, expected] of table) {
    const { store, directory, press } = await setUp(t);
    directory.people.set("U000", aPerson("U000", { email, ...more }));
    directory.byEmail = async () => ({ kind: "person", person: aPerson(owner) });
    await press("U000");
    assert.equal((await store.requests.votes(REQUEST_ID))[0]?.sessionEmail, expected, claim);
  }
});

test("while Slack does not return the owner of a person's address, the click waits: it is not denied for another session name", async (t) => {
  const { store, deps, clock, directory, press, evaluate, replies, request } = await setUp(t);
  const { facts } = await request();
  const role = "arn:aws:iam::111122223333:role/CountersignApprover";
  const awsApprovers = ["arn:aws:sts::111122223333:assumed-role/CountersignApprover/u000@example.com"];
  const patch = { facts: { ...facts, awsApprovers, signer: { kind: "approvers", arn: role } as const } };
  await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch, audit: [] });
  directory.people.set("U000", aPerson("U000", { email: "u000@example.com", updatedAt: NOW }));
  const { byEmail } = directory;
  directory.byEmail = async () => ({ kind: "unknown", error: "ETIMEDOUT", retryAfterMs: 5_000 });
  assert.equal((await press("U000")).kind, "later");
  const previewed = await makePreviewVerdict(deps)(aClick("U000"), "approve");
  assert.equal(denialKind(previewed), "person-unknown", "a form cannot wait");
  assert.deepEqual([await replies(), (await request()).state], [[], "open"]);
  directory.byEmail = byEmail;
  clock.advance(5_000);
  assert.equal((await evaluate("click-U000-approve")).kind, "counted");
});

test("an earlier vote with the same address proves that it was the person's, whatever else has changed", async (t) => {
  for (const [earlier, expected] of [
    ["u000@example.com", "u000@example.com"],
    ["other@example.com", null],
  ]) {
    const { store, directory, press } = await setUp(t);
    await store.requests.open({
      request: aRequest({ id: "before", stepExecutionId: "before" }),
      channels: [],
      audit: anEntry(),
    });
    const vote = aVote("U000", { requestId: "before", email: earlier ?? null, at: NOW - 1 });
    await store.requests.advance({ requestId: "before", expectedVersion: 1, patch: {}, vote, audit: [] });
    directory.people.set("U000", aPerson("U000", { email: "u000@example.com", updatedAt: NOW + 1 }));
    await press("U000");
    assert.equal((await store.requests.votes(REQUEST_ID))[0]?.sessionEmail, expected);
  }
});

test("a deactivated account or a bot under identities identifies no one, and the denial says so", async (t) => {
  const executedBy = aRequest().facts.executedBy ?? "";
  for (const [accountStatus, kind] of [
    ["member", "counted"],
    ["deactivated", "denied"],
    ["bot", "denied"],
  ] as const) {
    const { store, deps, request, directory, press } = await setUp(t, { whenRequesterUnknown: "deny-people" });
    Object.assign(deps.identities, { U0LISTED: [executedBy] });
    directory.people.set("U0LISTED", aPerson("U0LISTED", { accountStatus }));
    const outcome = await press("U000");
    assert.equal(outcome.kind, kind, accountStatus);
    const { listedAccounts } = await request();
    assert.deepEqual(
      listedAccounts,
      { U0LISTED: kind === "counted" ? "active" : "inactive" },
      "as every surface shows it",
    );
    const [, identified] = await store.requests.history(REQUEST_ID);
    assert.equal(identified?.kind, "identified");
    if (outcome.kind !== "denied") continue;
    const reply = denialSentence(outcome.denial, PLAIN_NAMES);
    assert.match(reply, /because identities lists U0LISTED, whose account is deactivated, gone or a bot/);
    assert.match(reply, /An admin can identify the requester with this line under identities/);
    assert.doesNotMatch(reply, /does not list/);
  }
});

for (const [asked, denial] of [
  ["person", "person-unknown"],
  ["isAmong", "membership-unknown"],
  ["byEmail", "requester-unread"],
] as const) {
  test(`while Slack asks to wait for ${asked}, a click waits too, however long that takes`, async (t) => {
    const { clock, store, deps, directory, press, evaluate, replies } = await setUp(t);
    const rosas = await startedByRosa(store);
    directory[asked] = async () => ({ kind: "unknown", error: "ratelimited", retryAfterMs: 20_000 });
    assert.equal((await press("U000", rosas)).kind, "later");
    assert.deepEqual(await replies(), []);
    assert.deepEqual(await store.clicks.unevaluated(clock.now() + 19_999, 10), []);
    assert.equal((await store.clicks.unevaluated(clock.now() + 20_000, 10)).length, 1);
    const forForm = aClick("U000", { ...rosas, receivedAt: clock.now() });
    assert.equal(denialKind(await makePreviewVerdict(deps)(forForm, "approve")), denial, "a form cannot wait");
    clock.advance(10 * 60_000);
    assert.equal((await evaluate("click-U000-approve")).kind, "later");
    assert.deepEqual(await replies(), []);
    assert.equal((await store.requests.byId(rosas.requestId))?.state, "open");
  });

  test(`if Slack refuses ${asked} until an admin changes something, the click is denied at once`, async (t) => {
    const { store, directory, press } = await setUp(t);
    const failure = { error: "missing_scope", advice: { cause: "the app lacks a scope", fix: "Ask an admin." } };
    directory[asked] = async () => ({ kind: "unknown", ...failure });
    const outcome = await press("U000", await startedByRosa(store));
    assert.deepEqual(outcome.kind === "denied" && outcome.denial, { kind: denial, ...failure });
  });
}

test("a person whose listed account was inactive when the request opened cannot approve it after its activation", async (t) => {
  const { store, deps, press } = await setUp(t, { whenRequesterUnknown: "allow" });
  Object.assign(deps.identities, { U000: [aRequest().facts.executedBy] });
  const patch = { listedAccounts: { U000: "inactive" as const } };
  await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch, audit: [] });
  const outcome = await press("U000");
  assert.equal(outcome.kind === "denied" && outcome.denial.kind, "self-approval");
});

test("an approval does not wait for the address of a requester whose listed account is known", async (t) => {
  const { store, deps, directory, press } = await setUp(t);
  const { requestId, origin } = await startedByRosa(store);
  const executedBy = (await store.requests.byId(requestId))?.facts.executedBy;
  Object.assign(deps.identities, { U0ROSA: [executedBy] });
  const { byEmail } = directory;
  directory.byEmail = async (email) =>
    email === "rosa@example.com" ? { kind: "unknown", error: "ETIMEDOUT" } : byEmail(email);
  assert.equal((await press("U000", { requestId, origin })).kind, "counted");
});

test("an approval that waits ends with the person's later rejection, which counts at once", async (t) => {
  const { clock, store, directory, press, evaluate, vote, replies } = await setUp(t);
  const rosas = await startedByRosa(store);
  directory.people.set("U000", aPerson("U000", { email: null }));
  directory.byEmail = async () => ({ kind: "unknown", error: "ETIMEDOUT", retryAfterMs: 5_000 });
  assert.equal((await press("U000", rosas)).kind, "later");
  const rejection = { ...rosas, id: "reject", key: "reject", verdict: "reject" as const, reason: "wrong host" };
  await store.clicks.record(aClick("U000", { ...rejection, receivedAt: clock.now() + 1 }));
  const [due, ...more] = await store.clicks.unevaluated(clock.now() + 1, 10);
  assert.deepEqual([due?.id, more], ["click-U000-approve", []]);
  const ended = await vote(due ?? assert.fail());
  assert.deepEqual(ended, {
    kind: "denied",
    denial: { kind: "replaced", verdict: "approve", by: "reject", action: undefined },
  });
  assert.deepEqual(await evaluate("reject"), { kind: "counted", completes: true });
  assert.equal((await store.requests.byId(rosas.requestId))?.decision, "reject");
  assert.deepEqual(await replies(), [["U000", "because: replaced"]]);
});

test("an approval does not count if its author rejects while it is evaluated, whatever waited before", async (t) => {
  const { clock, store, directory, press, vote, evaluate, request, replies } = await setUp(t);
  const { person } = directory;
  directory.person = async () => ({ kind: "unknown", error: "ratelimited", retryAfterMs: 1_000 });
  assert.equal((await press("U000")).kind, "later");
  clock.advance(1_000);
  const [due] = await store.clicks.unevaluated(clock.now(), 10);
  assert.equal(due?.replacedBy, null);
  directory.person = async (...args) => {
    const rejection = { id: "reject", key: "reject", verdict: "reject" as const, reason: "no" };
    await store.clicks.record(aClick("U000", { ...rejection, receivedAt: clock.now() }));
    return person(...args);
  };
  assert.equal((await vote(due ?? assert.fail())).kind, "later");
  assert.deepEqual([(await request()).state, await store.requests.votes(REQUEST_ID)], ["open", []]);
  directory.person = person;
  const [again] = await store.clicks.unevaluated(clock.now(), 10);
  assert.deepEqual([again?.id, again?.replacedBy], [due?.id, "reject"], "at once");
  assert.equal((await vote(again ?? assert.fail())).kind, "denied");
  assert.equal((await evaluate("reject")).kind, "counted");
  assert.equal((await request()).decision, "reject");
  assert.deepEqual(await replies(), [["U000", "because: replaced"]]);
});
