import assert from "node:assert/strict";
import { test } from "node:test";
import { makePreviewVerdict } from "../../src/app/decide/preview-verdict.ts";
import type { Click } from "../../src/app/ports/click-store.ts";
import type { ApprovalRequest } from "../../src/core/request.ts";
import { aClick, aFacts, anEntry, aPerson, aRequest, MESSAGE_TS, REQUEST_ID } from "../support/samples.ts";
import { fromMessage, setUp } from "./evaluate-click-setup.ts";
import { sso } from "./principal-samples.ts";

test("a button is not trusted: a click for an unknown request or from a foreign message decides nothing", async (t) => {
  const { press, replies, request } = await setUp(t);
  await press("U000", { requestId: "no-such-request" });
  await press("U001", fromMessage("1.1"));
  await press("U002", fromMessage(MESSAGE_TS, "C0ELSE"));
  assert.deepEqual(await replies(), [
    ["U000", "because: no-request"],
    ["U001", "because: foreign-message"],
    ["U002", "because: foreign-message"],
  ]);
  assert.equal((await request()).version, 1);
});

test("a click on the message counts in each channel of its request, and only with the ts of that channel", async (t) => {
  const { store, press, replies } = await setUp(t, { quorum: 2 });
  const request = aRequest({ id: "two", stepExecutionId: "two" });
  await store.requests.open({ request, channels: ["C0DBA", "C0OPS"], audit: anEntry() });
  for (const { id, channelId } of await store.messages.ofRequest("two"))
    await store.messages.recordPosted(id, `7.${channelId}`, 1);
  await press("U000", { requestId: "two", ...fromMessage("7.C0OPS", "C0DBA") });
  assert.deepEqual(await replies(), [["U000", "because: foreign-message"]]);
  for (const [userId, channelId] of [
    ["U001", "C0DBA"],
    ["U002", "C0OPS"],
  ] as const) {
    const { kind } = await press(userId, { requestId: "two", ...fromMessage(`7.${channelId}`, channelId) });
    assert.equal(kind, "counted", channelId);
  }
});

test("a click in a digest of the channel counts; a click in a digest of another channel or in another message does not", async (t) => {
  const { store, press, replies, request } = await setUp(t);
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
  assert.deepEqual(await replies(), [
    ["U000", "because: foreign-message"],
    ["U001", "because: foreign-message"],
  ]);
  assert.equal((await press("U002", fromMessage("9.9"))).kind, "counted");
  assert.equal((await request()).state, "decided");
});

test("a click in the reply to a command is checked like a click on the message, except for the message", async (t) => {
  const { store, directory, press, replies, request, kinds } = await setUp(t, {
    confirm: "typed",
    reason: "always",
    quorum: 2,
  });
  const { documentName } = aRequest().facts;
  const inReply = { origin: { kind: "command", channelId: "C0ANY" } } as const;
  const complete: Partial<Click> = { ...inReply, reason: "In need.", typed: documentName };
  const open = (id: string, more: Partial<ApprovalRequest>) =>
    store.requests.open({ request: aRequest({ id, stepExecutionId: id, ...more }), channels: [], audit: anEntry() });
  const executedBy = sso("own@example.com");
  await open("own", {
    facts: aFacts({ executedBy }),
    addressOwners: { "own@example.com": { kind: "person", userId: "U003" } },
  });
  await open("other-route", { route: "web" });
  directory.people.set("U004", aPerson("U004", { accountStatus: "guest" }));
  await press("U0JOE", complete);
  await press("U000", { ...complete, id: "forged", requestId: "no-such-request" });
  await press("U001", { ...complete, id: "forged-route", requestId: "other-route" });
  await press("U002", { ...inReply, reason: "In need." });
  await press("U003", { ...complete, requestId: "own" });
  await press("U004", complete);
  await press("U005", { ...inReply, typed: documentName });
  await press("U006", { ...complete, teamId: "T0OTHER" });
  await press("U007", { ...complete, authority: "break-glass" });
  assert.deepEqual(
    new Map((await replies()) as [string, string][]),
    new Map([
      ["U0JOE", "because: no-request"],
      ["U000", "because: no-request"],
      ["U001", "because: no-request"],
      ["U002", "because: not-typed"],
      ["U003", "because: self-approval"],
      ["U004", "because: no-request"],
      ["U005", "because: reason-missing"],
      ["U006", "because: account-status"],
      ["U007", "because: not-admin"],
    ]),
  );
  assert.equal((await request()).state, "open");
  assert.ok((await kinds()).every((kind) => !kind.startsWith("voted")));
});

test("a click in the reply to a command that counts gets a confirmation, once, since the message may be elsewhere", async (t) => {
  const { press, replies, request } = await setUp(t, { quorum: 2 });
  const inReply: Partial<Click> = { origin: { kind: "command", channelId: "C0ANY" } };
  await press("U000", inReply);
  await replies();
  await press("U000", { ...inReply, verdict: "withdraw" });
  await replies();
  for (const userId of ["U001", "U002", "U003"]) await press(userId, inReply);
  const told = await replies();
  const subject = "Prod-DB-Restart, step approve";
  assert.deepEqual(told, [
    ["U000", `Your approval of ${subject} counts: 1 of 2 approvals.`],
    ["U000", `Your approval of ${subject} is withdrawn.`],
    ["U001", `Your approval of ${subject} counts: 1 of 2 approvals.`],
    [
      "U002",
      `Approved: ${subject}. Countersign sends the decision to AWS. The message of the request shows the result.`,
    ],
    ["U003", "because: decided"],
  ]);
  assert.equal((await request()).state, "decided");
});

test("an admin breaks glass from the reply to a command, and not from a foreign message", async (t) => {
  const { press, replies } = await setUp(t);
  const form: Partial<Click> = { reason: "In need.", typed: aRequest().facts.documentName, authority: "break-glass" };
  await press("U0ADMIN", { ...form, id: "d", ...fromMessage("1.1", "DU0ADMIN") });
  assert.deepEqual(await replies(), [["U0ADMIN", "because: foreign-message"]]);
  assert.deepEqual(await press("U0ADMIN", { ...form, id: "e", origin: { kind: "command", channelId: "DU0ADMIN" } }), {
    kind: "counted",
    completes: true,
  });
});

test("a click on a message whose post is unresolved waits, and counts once the post is resolved", async (t) => {
  const { clock, store, press, evaluate, replies } = await setUp(t, {}, false);
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
  assert.deepEqual(await evaluate("early"), { kind: "counted", completes: true });
  assert.deepEqual(await replies(), []);
});

test("an approval that waits for the post of its message ends with the person's later withdrawal", async (t) => {
  const { clock, store, press, vote, evaluate, replies } = await setUp(t, {}, false);
  const [message] = await store.messages.due(clock.now(), 1);
  await store.messages.claim(message?.id ?? "", "post", clock.now(), clock.now() + 60_000);
  assert.equal((await press("U000")).kind, "later");
  const withdrawal = { id: "withdraw", key: "withdraw", verdict: "withdraw" as const, receivedAt: clock.now() + 1 };
  await store.clicks.record(aClick("U000", { ...withdrawal, origin: { kind: "command", channelId: "C0DBA" } }));
  const [due] = await store.clicks.unevaluated(clock.now() + 1, 10);
  assert.equal((await vote(due ?? assert.fail())).kind, "denied");
  assert.equal((await evaluate("withdraw")).kind, "denied");
  assert.deepEqual(await replies(), [
    ["U000", "because: replaced"],
    ["U000", "because: nothing-to-withdraw"],
  ]);
  assert.deepEqual(await store.requests.votes(REQUEST_ID), []);
});

test("a click on a digest whose post is unresolved waits, and counts once the post is resolved", async (t) => {
  const { clock, store, press, evaluate, replies } = await setUp(t, {}, false);
  await store.digests.begin(0, clock.now());
  const [digest] = await store.digests.current();
  assert(digest !== undefined);
  await store.digests.claim(digest.id, "post", clock.now(), clock.now() + 60_000);
  assert.deepEqual(await press("U000", { id: "early", ...fromMessage("9.9") }), {
    kind: "later",
    why: "the post of the clicked message is not resolved yet",
  });
  await store.digests.recordPosted(digest.id, "9.9", 1);
  assert.deepEqual(await evaluate("early"), { kind: "counted", completes: true });
  assert.deepEqual(await replies(), []);
});

test("a form opens from a message whose post is unresolved, because its verdict is evaluated later", async (t) => {
  const { clock, deps, store } = await setUp(t, {}, false);
  const [message] = await store.messages.due(clock.now(), 1);
  await store.messages.claim(message?.id ?? "", "post", clock.now(), clock.now() + 60_000);
  const click = aClick("U000", { receivedAt: clock.now() });
  assert.deepEqual(await makePreviewVerdict(deps)(click, "reject"), { kind: "unchecked" });
});

test("a click on a message whose post is never resolved gets a reply after three minutes", async (t) => {
  const { clock, store, press, evaluate, replies } = await setUp(t, {}, false);
  const [message] = await store.messages.due(clock.now(), 1);
  await store.messages.claim(message?.id ?? "", "post", clock.now(), clock.now() + 60_000);
  await press("U000", { id: "early" });
  clock.advance(3 * 60_000);
  assert.equal((await evaluate("early")).kind, "denied");
  assert.deepEqual(await replies(), [["U000", "because: foreign-message"]]);
});

test("a replaced click on a foreign message, or of another organization, gets the denial of that", async (t) => {
  for (const [more, kind] of [
    [fromMessage("1.1"), "foreign-message"],
    [{ teamId: "T0ELSE" }, "account-status"],
    [{}, "replaced"],
  ] as const) {
    const { clock, store, vote } = await setUp(t);
    const click = { receivedAt: clock.now(), ...more };
    await store.clicks.record(aClick("U000", { id: "approve", key: "approve", ...click }));
    const later = { id: "reject", key: "reject", verdict: "reject" as const };
    await store.clicks.record(aClick("U000", { ...click, ...later, receivedAt: clock.now() + 1 }));
    const [row] = await store.clicks.unevaluated(clock.now(), 10);
    assert.deepEqual([row?.id, row?.replacedBy], ["approve", "reject"]);
    const outcome = await vote(row ?? assert.fail());
    assert.equal(outcome.kind === "denied" && outcome.denial.kind, kind);
  }
});
