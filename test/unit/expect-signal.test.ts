import assert from "node:assert/strict";
import { test } from "node:test";
import { makeEvaluateClick } from "../../src/app/decide/evaluate-click.ts";
import { makePreviewVerdict } from "../../src/app/decide/preview-verdict.ts";
import type { Click } from "../../src/app/ports/click-store.ts";
import type { Route } from "../../src/core/policy.ts";
import { aClick, aFacts, anEntry, aRequest, aVote, MESSAGE_TS, REQUEST_ID } from "../support/samples.ts";
import { setUp } from "./evaluate-click-setup.ts";
import { sso } from "./principal-samples.ts";

const TWO: Partial<Route> = { quorum: 2 };
const BREAK_GLASS = { authority: "break-glass", reason: "fire", typed: "Prod-DB-Restart" } as const;

/** Who clicks, with what, on which route, and how often the execution is read before the decision. */
const CLICKS: [claim: string, userId: string, more: Partial<Click>, route: Partial<Route>, reads: number][] = [
  ["an approver who is named", "U000", {}, {}, 1],
  ["a rejection by one of two approvers", "U000", { verdict: "reject", reason: "no" }, TWO, 1],
  ["a member of the last known list", "U0LISTED", {}, {}, 1],
  ["somebody who is neither named nor listed", "U0STRANGER", {}, {}, 0],
  ["an approval that does not complete the quorum", "U000", {}, TWO, 0],
  ["a withdrawal", "U000", { verdict: "withdraw" }, {}, 0],
  ["break-glass by an admin", "U0ADMIN", BREAK_GLASS, TWO, 1],
  ["break-glass by an approver who is no admin", "U000", BREAK_GLASS, {}, 0],
  ["a click where decisions are made elsewhere", "U000", {}, { decide: "elsewhere" }, 0],
];

for (const [claim, userId, more, route, reads] of CLICKS)
  test(`${claim}: ${reads} early reads of the execution`, async (t) => {
    const { deps, directory, store, clock } = await setUp(t, route);
    directory.groups.set("S0DBA", new Set(["U0LISTED"]));
    const expected: string[] = [];
    const evaluate = makeEvaluateClick({ ...deps, expectSignal: ({ id }) => void expected.push(id) });
    await store.clicks.record(aClick(userId, { receivedAt: clock.now(), ...more }));
    const [row] = await store.clicks.unevaluated(clock.now(), 1);
    await evaluate(row ?? assert.fail("no click"));
    assert.deepEqual(expected, Array(reads).fill(REQUEST_ID));
  });

test("a click that waits for Slack causes one early read, however often it is evaluated", async (t) => {
  const { deps, directory, store, clock } = await setUp(t);
  const { person } = directory;
  directory.person = async () => ({ kind: "unknown", error: "ratelimited", retryAfterMs: 1_000 });
  const expected: string[] = [];
  const evaluate = makeEvaluateClick({ ...deps, expectSignal: ({ id }) => void expected.push(id) });
  await store.clicks.record(aClick("U000", { receivedAt: clock.now() }));
  const outcomes: string[] = [];
  for (let evaluation = 0; evaluation < 4; evaluation++) {
    if (evaluation === 3) directory.person = person;
    const [row] = await store.clicks.unevaluated(clock.now(), 1);
    outcomes.push((await evaluate(row ?? assert.fail("no click"))).kind);
    clock.advance(1_000);
  }
  assert.deepEqual([outcomes, expected], [["later", "later", "later", "counted"], [REQUEST_ID]]);
});

test("the second of two approvals is expected to lead to a signal, a closed request and a preview are not", async (t) => {
  const { deps, store, clock } = await setUp(t, TWO);
  const expected: string[] = [];
  const counting = { ...deps, expectSignal: ({ id }: { id: string }) => void expected.push(id) };
  const change = { requestId: REQUEST_ID, patch: {}, audit: [] };
  await store.requests.advance({ ...change, expectedVersion: 1, vote: aVote("U001") });
  await makePreviewVerdict(counting)(aClick("U000"), "approve");
  assert.deepEqual(expected, []);
  const press = async (userId: string) => {
    await store.clicks.record(aClick(userId, { id: userId, key: userId, receivedAt: clock.now() }));
    const row = (await store.clicks.unevaluated(clock.now(), 9)).find(({ id }) => id === userId);
    await makeEvaluateClick(counting)(row ?? assert.fail("no click"));
  };
  await press("U000");
  assert.deepEqual(expected, [REQUEST_ID]);
  await press("U002");
  assert.deepEqual(expected, [REQUEST_ID], "the request is decided");
});

test("the lookups of a known approver begin together, those of a stranger one after another", async (t) => {
  const { deps, directory, store, clock } = await setUp(t, { quorum: 3, approvers: { users: [], groups: ["S0DBA"] } });
  directory.groups.set("S0DBA", new Set(["U0LISTED"]));
  const running: string[] = [];
  const overlaps: string[] = [];
  const observed =
    <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      overlaps.push([...running, name].join("+"));
      running.push(name);
      await new Promise(setImmediate);
      running.splice(running.indexOf(name), 1);
      return call(...args);
    };
  const { person, isAmong } = directory;
  const own = { ...directory, person: observed("person", person), isAmong: observed("list", isAmong) };
  const evaluate = makeEvaluateClick({ ...deps, directory: own });
  for (const [userId, expected] of [
    ["U0LISTED", ["person", "person+list"]],
    ["U0STRANGER", ["person", "list", "list"]],
  ] as const) {
    overlaps.length = 0;
    await store.clicks.record(aClick(userId, { id: userId, key: userId, receivedAt: clock.now() }));
    const row = (await store.clicks.unevaluated(clock.now(), 9)).find(({ id }) => id === userId);
    await evaluate(row ?? assert.fail("no click"));
    assert.deepEqual(overlaps, expected, userId);
  }
});

test("an approval that is taken back while the requester is looked up does not count for the next one", async (t) => {
  const { deps, store, clock } = await setUp(t, TWO);
  const facts = aFacts({ executedBy: sso("rosa@example.com") });
  const addressOwners = { "rosa@example.com": { kind: "pending" } } as const;
  const request = aRequest({ id: "two", stepExecutionId: "two", facts, addressOwners });
  await store.requests.open({ request, channels: ["C0DBA"], audit: anEntry() });
  const [message] = await store.messages.ofRequest("two");
  await store.messages.recordPosted(message?.id ?? "", MESSAGE_TS, 1);
  const change = { requestId: "two", patch: {}, audit: [] };
  await store.requests.advance({ ...change, expectedVersion: 1, vote: aVote("U001", { requestId: "two" }) });
  const evaluate = makeEvaluateClick({
    ...deps,
    async lookUpRequester(id) {
      await store.requests.advance({ ...change, expectedVersion: 2, removeVotes: ["U001"] });
      return deps.lookUpRequester(id);
    },
  });
  await store.clicks.record(aClick("U000", { requestId: "two", receivedAt: clock.now() }));
  const [row] = await store.clicks.unevaluated(clock.now(), 1);
  assert.deepEqual(await evaluate(row ?? assert.fail("no click")), { kind: "counted", completes: false });
});
