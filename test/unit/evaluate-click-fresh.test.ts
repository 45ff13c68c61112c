import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeEvaluateClick } from "../../src/app/decide/evaluate-click.ts";
import { makePreviewVerdict } from "../../src/app/decide/preview-verdict.ts";
import type { Click } from "../../src/app/ports/click-store.ts";
import type { Route } from "../../src/core/policy.ts";
import { makeDirectory } from "../../src/slack/people/directory.ts";
import { aClick, REQUEST_ID, WORKSPACE } from "../support/samples.ts";
import { fakeSlackCall, refusedBySlack } from "../support/slack-call.ts";
import { setUp } from "./evaluate-click-setup.ts";

const BREAK_GLASS = { authority: "break-glass", reason: "fire", typed: "Prod-DB-Restart" } as const;

/** A request whose approvers are the members of @dba and whose admins are those of @admins, over the real directory. */
async function workspace(t: TestContext, route: Partial<Route> = {}) {
  const base = await setUp(t, { approvers: { users: [], groups: ["S0DBA"] }, ...route });
  const members = new Map([
    ["S0DBA", new Set(["U1", "U2", "U3"])],
    ["S0ADMINS", new Set(["U0ADMIN"])],
  ]);
  const deactivated = new Set<string>();
  const failing = new Map<string, unknown>();
  const calls: string[] = [];
  const reply = (id: unknown, response: object) => {
    calls.push(String(id));
    if (failing.has(String(id))) throw failing.get(String(id));
    return response;
  };
  const emails = new Map<string, string>();
  const toUser = (id: string) => ({
    ...{ id, name: id, team_id: "T0HOME", deleted: deactivated.has(id), updated: 1 },
    profile: { email: emails.get(id) },
  });
  const call = fakeSlackCall({
    "users.info": ({ user }) => reply(user, { user: toUser(String(user)) }),
    "users.lookupByEmail": ({ email }) =>
      reply(email, { user: toUser([...emails].find(([, own]) => own === email)?.[0] ?? "") }),
    "usergroups.users.list": ({ usergroup }) =>
      reply(usergroup, { users: [...(members.get(String(usergroup)) ?? [])] }),
  });
  const directory = makeDirectory(call, WORKSPACE, base.clock);
  const deps = { ...base.deps, directory, admins: { users: [], groups: ["S0ADMINS"] } };
  const evaluate = makeEvaluateClick(deps);
  const preview = (userId: string) => makePreviewVerdict(deps)(aClick(userId), "reject");
  const { store, clock } = base;
  /** Stores a click, and returns its evaluation. */
  const record = async (userId: string, more: Partial<Click> = {}) => {
    const id = more.id ?? `${userId}-${clock.now()}`;
    await store.clicks.record(aClick(userId, { id, key: id, receivedAt: clock.now(), ...more }));
    return async () => {
      const row = (await store.clicks.unevaluated(Number.MAX_SAFE_INTEGER, 100)).find((each) => each.id === id);
      return evaluate(row ?? assert.fail(`click ${id} is not due`));
    };
  };
  const press = async (userId: string, more: Partial<Click> = {}) => (await record(userId, more))();
  const voters = async () => (await store.requests.votes(REQUEST_ID)).map(({ userId }) => userId);
  const leave = (group: string, userId: string) => members.get(group)?.delete(userId);
  const count = (id: string) => calls.filter((each) => each === id).length;
  return { ...base, emails, preview, members, deactivated, failing, record, press, voters, leave, count };
}

const denial = (outcome: { kind: string; denial?: { kind: string } }) => outcome.denial?.kind ?? outcome.kind;

test("a person who left the group a moment after it was read does not decide", async (t) => {
  const { clock, press, leave, request } = await workspace(t, { quorum: 2 });
  await press("U1");
  clock.advance(500);
  leave("S0DBA", "U2");
  clock.advance(500);
  assert.equal(denial(await press("U2")), "not-approver");
  assert.equal((await request()).state, "open");
});

test("an admin who was removed a moment ago does not break glass", async (t) => {
  const { clock, press, leave, request } = await workspace(t);
  assert.equal(denial(await press("U0ADMIN", { ...BREAK_GLASS, typed: "Something" })), "not-typed");
  leave("S0ADMINS", "U0ADMIN");
  clock.advance(500);
  assert.equal(denial(await press("U0ADMIN", BREAK_GLASS)), "not-admin");
  assert.equal((await request()).state, "open");
});

test("all waiting clicks share the reads of one group, also those that waited behind others", async (t) => {
  const { clock, record, count } = await workspace(t);
  const waiting: Awaited<ReturnType<typeof record>>[] = [];
  for (let person = 0; person < 30; person++) {
    waiting.push(await record(`U9${person}`));
    clock.advance(10);
  }
  waiting.push(await record("U1"));
  clock.advance(10_000);
  for (const evaluate of waiting) {
    await evaluate();
    clock.advance(10);
  }
  assert.equal(count("S0DBA"), 1);
});

test("at Slack's limit a click waits as long as the limit lasts: it neither uses an old list nor is denied", async (t) => {
  const { clock, store, failing, press, record, replies, request } = await workspace(t, { quorum: 2 });
  await press("U1");
  clock.advance(1_000);
  failing.set("S0DBA", refusedBySlack("ratelimited", 30));
  const evaluate = await record("U2");
  for (let minute = 0; minute < 20; minute++) {
    assert.equal((await evaluate()).kind, "later");
    assert.deepEqual(await store.clicks.unevaluated(clock.now() + 29_999, 10), []);
    clock.advance(60_000);
  }
  assert.deepEqual([(await request()).state, await replies()], ["open", []]);
  failing.clear();
  assert.deepEqual(await evaluate(), { kind: "counted", completes: true });
});

test("the approval of a person who left the group does not complete a quorum: it is dropped, and both people learn it", async (t) => {
  const { clock, press, leave, voters, kinds, replies, request } = await workspace(t, { quorum: 2 });
  await press("U1");
  leave("S0DBA", "U1");
  clock.advance(1_000);
  assert.deepEqual(await press("U2"), { kind: "counted", completes: false, dropped: ["not-approver"] });
  assert.deepEqual(await voters(), ["U2"]);
  assert.deepEqual([(await request()).state, (await request()).version], ["open", 3]);
  assert.deepEqual((await kinds()).slice(1), ["voted U1", "vote-dropped countersign", "voted U2"]);
  const told = new Map((await replies()) as [string, string][]);
  assert.match(
    told.get("U1") ?? "",
    /^Your approval of Prod-DB-Restart \(step approve\) no longer counts: not an approver\./,
  );
  assert.match(
    told.get("U2") ?? "",
    /counts\. Earlier approvals that no longer count: U1 \(not an approver\)\. It needs 1 more\.$/,
  );
  clock.advance(1_000);
  assert.deepEqual(await press("U3"), { kind: "counted", completes: true });
});

test("a deactivated approver's vote is dropped without a reply that nobody can read", async (t) => {
  const { clock, press, deactivated, voters, replies } = await workspace(t, { quorum: 2 });
  await press("U1");
  deactivated.add("U1");
  clock.advance(1_000);
  assert.deepEqual(await press("U2"), { kind: "counted", completes: false, dropped: ["account-status"] });
  assert.deepEqual(await voters(), ["U2"]);
  assert.deepEqual(
    (await replies()).map(([userId]) => userId),
    ["U2"],
  );
});

test("a dropped approval does not prevent a decision that has enough others", async (t) => {
  const { clock, press, deps, leave, voters, request } = await workspace(t, { quorum: 3 });
  for (const userId of ["U1", "U2"]) await press(userId);
  leave("S0DBA", "U1");
  const [route] = deps.routes;
  assert(route !== undefined);
  route.quorum = 2;
  clock.advance(1_000);
  assert.deepEqual(await press("U3"), { kind: "counted", completes: true, dropped: ["not-approver"] });
  assert.deepEqual([await voters(), (await request()).decision], [["U2", "U3"], "approve"]);
});

test("while Slack does not return an earlier approver, nothing is decided: a limit makes the click wait", async (t) => {
  const { clock, press, record, failing, voters, replies, request } = await workspace(t, { quorum: 2 });
  await press("U1");
  clock.advance(1_000);
  failing.set("U1", refusedBySlack("internal_error"));
  assert.equal(denial(await press("U2")), "voter-unread");
  assert.deepEqual([await voters(), await replies()], [["U1"], [["U2", "because: voter-unread"]]]);
  failing.set("U1", refusedBySlack("ratelimited", 30));
  clock.advance(1_000);
  const evaluate = await record("U2");
  assert.equal((await evaluate()).kind, "later");
  assert.equal((await request()).state, "open");
  failing.clear();
  clock.advance(30_000);
  assert.deepEqual(await evaluate(), { kind: "counted", completes: true });
});

for (const [why, denied] of [
  ["left the group", "not-approver"],
  ["Slack does not return", "person-unknown"],
] as const)
  test(`break-glass does not count, or sign for, an earlier approver who ${why}`, async (t) => {
    const { clock, press, leave, failing, voters, replies } = await workspace(t, { quorum: 3 });
    await press("U1");
    await press("U2");
    if (denied === "not-approver") leave("S0DBA", "U1");
    else failing.set("U1", refusedBySlack("internal_error"));
    clock.advance(1_000);
    assert.deepEqual(await press("U0ADMIN", BREAK_GLASS), { kind: "counted", completes: true, dropped: [denied] });
    assert.deepEqual(await voters(), ["U2", "U0ADMIN"]);
    assert.match(JSON.stringify(await replies()), /decided without it.*Break-glass needs no other approval/);
  });

test("the click that completes a quorum costs one read of each approver and one of the group", async (t) => {
  const { clock, press, count } = await workspace(t, { quorum: 2 });
  await press("U1");
  clock.advance(1_000);
  assert.deepEqual(await press("U2"), { kind: "counted", completes: true });
  assert.deepEqual([count("U1"), count("U2"), count("S0DBA")], [2, 1, 2]);
});

test("a check of an earlier approver needs no owner of an address: the session name is stored with the vote", async (t) => {
  const { clock, press, count, emails, store } = await workspace(t, { quorum: 2 });
  for (const userId of ["U1", "U2"]) emails.set(userId, `${userId}@example.com`);
  await press("U1");
  clock.advance(60_000);
  assert.deepEqual(await press("U2"), { kind: "counted", completes: true });
  assert.deepEqual([count("U1@example.com"), count("U2@example.com")], [1, 1]);
  const sessions = (await store.requests.votes(REQUEST_ID)).map(({ sessionEmail }) => sessionEmail);
  assert.deepEqual(sessions, ["U1@example.com", "U2@example.com"]);
});

test("a repeated click of a person who was just denied is answered from memory for five seconds, each with its reply", async (t) => {
  const { clock, store, press, count, members, kinds } = await workspace(t);
  for (let click = 0; click < 10; click++) {
    assert.equal(denial(await press("U9", { id: `c${click}` })), "not-approver");
    clock.advance(400);
  }
  assert.deepEqual([count("U9"), count("S0DBA")], [1, 1]);
  assert.equal((await kinds()).filter((kind) => kind === "denied U9").length, 10);
  const replies = [];
  for (
    let [next] = await store.clicks.unreplied(clock.now(), 9);
    next;
    [next] = await store.clicks.unreplied(clock.now(), 9)
  ) {
    replies.push(next.reply);
    await store.clicks.recordReplied(next);
  }
  assert.deepEqual(
    replies,
    Array.from({ length: 10 }, () => "because: not-approver"),
  );
  members.get("S0DBA")?.add("U9");
  assert.equal(denial(await press("U9", { id: "withdraw", verdict: "withdraw" })), "nothing-to-withdraw");
  clock.advance(1_000);
  assert.equal((await press("U9", { id: "later" })).kind, "counted", "the memory is not extended by what it answers");
});

test("the repeated clicks of a person who has voted cost no read, before and after the decision", async (t) => {
  const { clock, press, count } = await workspace(t, { quorum: 2 });
  assert.deepEqual(await press("U1"), { kind: "counted", completes: false });
  for (let click = 0; click < 30; click++) {
    clock.advance(2_000);
    assert.equal(denial(await press("U1", { id: `again-${click}` })), "already-voted");
  }
  assert.deepEqual([count("U1"), count("S0DBA")], [1, 1]);
  assert.deepEqual(await press("U2"), { kind: "counted", completes: true });
  for (let click = 0; click < 30; click++) {
    clock.advance(2_000);
    assert.equal(denial(await press("U1", { id: `late-${click}` })), "decided");
  }
  assert.deepEqual([count("U1"), count("S0DBA")], [2, 2], "the other click read both");
});

test("an approver without a vote who clicks on a decided request costs one read in five seconds", async (t) => {
  const { clock, press, count } = await workspace(t);
  await press("U1");
  for (let click = 0; click < 30; click++) {
    assert.equal(denial(await press("U2", { id: `c${click}` })), "decided");
    clock.advance(1_000);
  }
  assert.ok(count("S0DBA") <= 1 + 6, `${count("S0DBA")} reads`);
});

test("a person who approves and withdraws again and again reads the group ten times a minute, and nobody else waits", async (t) => {
  const { clock, press, count, store } = await workspace(t, { quorum: 2 });
  const outcomes: string[] = [];
  for (let click = 0; click < 30; click++) {
    outcomes.push((await press("U1", { id: `approve-${click}` })).kind);
    for (const { id } of await store.clicks.unevaluated(Number.MAX_SAFE_INTEGER, 9))
      await store.clicks.recordEvaluated(id, null, null);
    await press("U1", { id: `withdraw-${click}`, verdict: "withdraw" });
    clock.advance(1_000);
  }
  const reads = count("S0DBA");
  assert.ok(reads >= 10 && reads <= 10 + 5, `${reads} reads in thirty seconds`);
  assert.equal(outcomes.filter((kind) => kind === "later").length, 30 - reads);
  assert.deepEqual(await press("U2"), { kind: "counted", completes: false });
  clock.advance(60_000);
  assert.deepEqual(await press("U1", { id: "at last" }), { kind: "counted", completes: true });
});

test("the forms that a person opens again and again leave reads for others, and open unchecked", async (t) => {
  const { clock, press, count, preview } = await workspace(t);
  const previews: string[] = [];
  for (let form = 0; form < 60; form++) {
    previews.push(denial(await preview("U9")));
    clock.advance(1_000);
  }
  assert.deepEqual(previews.slice(0, 10), Array(10).fill("not-approver"));
  assert.ok(previews.includes("unchecked"), "the form opens, and its click is evaluated");
  assert.ok(count("S0DBA") <= 15, `${count("S0DBA")} reads in a minute`);
  assert.equal(denial(await press("U9", { id: "click" })), "not-approver");
});
