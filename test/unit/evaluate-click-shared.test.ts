import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeEvaluateClick } from "../../src/app/decide/evaluate-click.ts";
import { makeOwnClicks } from "../../src/app/decide/own-clicks.ts";
import type { Click } from "../../src/app/ports/click-store.ts";
import { makeDirectory } from "../../src/slack/people/directory.ts";
import type { Purpose, SlackCall } from "../../src/slack/slack-call.ts";
import { aClick, anEntry, aRequest, WORKSPACE } from "../support/samples.ts";
import { fakeSlackCall } from "../support/slack-call.ts";
import { setUp } from "./evaluate-click-setup.ts";

const JANE = "U0JANE";

/** One process that records clicks of Jane on up to `requests` requests and evaluates them in order, over the real directory. */
async function setUpProcess(t: TestContext, requests: number) {
  const { clock, store, deps } = await setUp(t, { approvers: { users: [], groups: ["S0DBA"] } });
  for (let index = 0; index < requests; index++)
    await store.requests.open({
      request: aRequest({ id: `r-${index}`, executionId: `e-${index}`, stepExecutionId: `s-${index}` }),
      channels: [],
      audit: anEntry({ kind: "requested", requestId: `r-${index}` }),
    });
  const calls = { people: 0, groups: 0 };
  const state = { deleted: false, isMember: true, pending: undefined as Promise<void> | undefined };
  const purposes: (Purpose | undefined)[] = [];
  const fake = fakeSlackCall({
    async "users.info"({ user }) {
      calls.people += 1;
      const { deleted } = state;
      await state.pending;
      return { user: { id: user, name: user, team_id: "T0HOME", deleted, updated: 1 } };
    },
    "usergroups.users.list"() {
      calls.groups += 1;
      return { users: state.isMember ? [JANE] : [] };
    },
  });
  const call: SlackCall = (method, args, purpose) => {
    if (method === "users.info") purposes.push(purpose);
    return fake(method, args, purpose);
  };
  let events = 0;
  const nextEvent = () => ++events;
  const own = makeOwnClicks(store.clicks, clock, nextEvent);
  const directory = makeDirectory(call, WORKSPACE, clock, nextEvent).forClicks;
  const turns: string[] = [];
  const groupReadLimit: typeof deps.groupReadLimit = {
    ...deps.groupReadLimit,
    async acquire(userId, purpose, lists) {
      turns.push(userId);
      return deps.groupReadLimit.acquire(userId, purpose, lists);
    },
  };
  const evaluateRow = makeEvaluateClick({ ...deps, groupReadLimit, directory, arrival: own.arrival });
  /** Records a click on the request of this number. Another process receives it unless `isOwn`. */
  const record = async (index: number, isOwn = true, more: Partial<Click> = {}) => {
    const id = `click-${index}`;
    const origin = { kind: "command", channelId: "C0DBA" } as const;
    const click = aClick(JANE, { id, key: id, requestId: `r-${index}`, origin, receivedAt: clock.now(), ...more });
    await (isOwn ? own : store.clicks).record(click);
    return click;
  };
  const evaluate = (click: Click) =>
    evaluateRow({
      ...click,
      ...{ evaluatedAt: null, reply: null, repliedAt: null, nextAttemptAt: 0, attempts: 0, lastError: null },
      replacedBy: null,
    });
  return { clock, calls, purposes, state, turns, record, evaluate };
}

const denial = (outcome: { kind: string; denial?: { kind: string } }) => outcome.denial?.kind ?? outcome.kind;

test("thirty waiting clicks of one person on thirty requests share two lookups of the person and of the group", async (t) => {
  const { clock, calls, record, evaluate } = await setUpProcess(t, 30);
  const first = await record(0);
  assert.equal((await evaluate(first)).kind, "counted");
  const waiting: Click[] = [];
  for (let index = 1; index < 30; index++) {
    clock.advance(20);
    waiting.push(await record(index));
  }
  for (const click of waiting) {
    assert.equal((await evaluate(click)).kind, "counted");
    clock.advance(60);
  }
  assert.deepEqual(calls, { people: 2, groups: 2 });
});

test("a click that arrives during a lookup waits for the next one: a person who was deactivated in between is denied", async (t) => {
  const { clock, calls, state, record, evaluate } = await setUpProcess(t, 2);
  const { promise, resolve } = Promise.withResolvers<void>();
  state.pending = promise;
  const first = evaluate(await record(0));
  while (calls.people === 0) await new Promise(setImmediate);
  state.deleted = true;
  const second = evaluate(await record(1));
  clock.advance(1);
  resolve();
  assert.equal((await first).kind, "counted");
  assert.equal(denial(await second), "account-status");
  assert.equal(calls.people, 2);
});

test("a click that arrives after a lookup ended needs another one, in the same millisecond and after the clock was set back", async (t) => {
  for (const setBackMs of [0, 10_000]) {
    const { clock, calls, state, record, evaluate } = await setUpProcess(t, 2);
    await evaluate(await record(0));
    clock.advance(-setBackMs);
    const late = await record(1);
    clock.advance(setBackMs + 1);
    state.isMember = false;
    clock.advance(3_000);
    assert.equal(denial(await evaluate(late)), "not-approver");
    assert.deepEqual([calls.people, calls.groups], [2, 2]);
  }
});

test("a click that another process received shares no lookup of its first five seconds: the two clocks can differ", async (t) => {
  const { clock, calls, record, evaluate } = await setUpProcess(t, 3);
  const [first, second] = [await record(0, false), await record(1, false)];
  await evaluate(first);
  clock.advance(100);
  await evaluate(second);
  assert.equal(calls.people, 2);
});

test("ten clicks of one person that are evaluated together share one lookup, one read of the group and one of the person's turns", async (t) => {
  const { calls, record, evaluate, turns } = await setUpProcess(t, 11);
  assert.equal((await evaluate(await record(0))).kind, "counted");
  const waiting: Click[] = [];
  for (let index = 1; index < 11; index++) waiting.push(await record(index));
  const outcomes = await Promise.all(waiting.map(evaluate));
  assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(["counted"]));
  assert.deepEqual(calls, { people: 2, groups: 2 });
  // The second click may ask before the read of the first begins; both then take one slot. The other eight never ask.
  assert.ok(turns.length === 1 || turns.length === 2, turns.join());
});

test("the lookup of a person is one of an approver once they were in a list of members; the lookup of a stranger never is", async (t) => {
  const { clock, purposes, state, record, evaluate } = await setUpProcess(t, 6);
  /** A button without a message shows the person a cached reading first, and then needs one after the click. */
  const press = async (index: number, more: Partial<Click> = {}) => {
    clock.advance(4_000);
    purposes.length = 0;
    await evaluate(await record(index, true, more));
    return [...purposes];
  };
  assert.deepEqual(await press(0), ["click"]);
  assert.deepEqual(await press(1), ["approver"]);
  assert.deepEqual(await press(1, { id: "again", key: "again", verdict: "withdraw" }), ["approver"]);
  assert.deepEqual(await press(2, { userId: "U0EVE" }), ["click"]);
  state.isMember = false;
  await press(3);
  clock.advance(60_000);
  assert.deepEqual(await press(4), ["click"], "the last known list no longer has the person");
});
