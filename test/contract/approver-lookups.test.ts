import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SLOT_TIMEOUT_MS } from "../../src/slack/rate-limits/limits.ts";
import type { Purpose } from "../../src/slack/slack-call.ts";
import { eventually } from "../support/eventually.ts";
import { testClock } from "../support/fakes.ts";
import { runEventLoop } from "../support/run-event-loop.ts";
import { fakeSlackCall, limited, refusedBySlack } from "../support/slack-call.ts";
import { aStore, ENGINES } from "../support/stores.ts";

/** Two replicas whose lookups of people Slack limits while `retryAfter` is set. */
async function setUp(t: TestContext, engine = ENGINES[0]) {
  const clock = testClock();
  const store = await aStore(t, { ...(engine === undefined ? {} : { engine }), now: clock.now });
  const slots: number[] = [];
  const rateLimits: typeof store.rateLimits = {
    ...store.rateLimits,
    async acquireSlot(...request) {
      slots.push(clock.now());
      return store.rateLimits.acquireSlot(...request);
    },
  };
  const slack = { calls: [] as number[], retryAfter: undefined as number | undefined };
  const call = fakeSlackCall({
    "users.info"() {
      slack.calls.push(clock.now());
      if (slack.retryAfter !== undefined) throw refusedBySlack("ratelimited", slack.retryAfter);
      return { user: { id: "U0JANE" } };
    },
  });
  const replicas = [limited(call, rateLimits, clock), limited(call, rateLimits, clock)] as const;
  const lookUp = (purpose: Purpose, replica: 0 | 1 = 0) => replicas[replica]("users.info", { user: "U0JANE" }, purpose);
  /** Begins lookups, and returns how many are made without a wait. */
  const countAtOnce = async (purpose: Purpose, count: number, replica: 0 | 1 = 0) => {
    const before = slack.calls.length;
    for (let index = 0; index < count; index++) void lookUp(purpose, replica);
    await eventually("all lookups are made or wait", async () => {
      await runEventLoop();
      const made = slack.calls.length - before;
      const waiting = clock.sleeping().filter((ms) => ms === SLOT_TIMEOUT_MS["users.info"]).length;
      // The first that waits sleeps until the next slot.
      const hasHead = clock.sleeping().some((ms) => ms === 750 || ms === 1_000);
      return made === count || (hasHead && made + waiting === count);
    });
    return slack.calls.length - before;
  };
  return { clock, slack, slots, lookUp, countAtOnce };
}

for (const engine of ENGINES)
  test(`${engine.name}: lookups of approvers wait for no slot until Slack limits them; then every replica keeps the pace for fifteen minutes`, async (t) => {
    const { clock, slack, slots, lookUp, countAtOnce } = await setUp(t, engine);
    assert.equal(await countAtOnce("approver", 150), 150);
    assert.equal(slots.length, 0);

    slack.retryAfter = 30;
    const wait = { kind: "limited", retryAfterMs: 30_000 };
    assert.deepEqual(await lookUp("approver"), wait);
    slack.retryAfter = undefined;
    assert.deepEqual(await lookUp("approver", 1), wait, "no replica calls before Retry-After has elapsed");
    assert.equal(slack.calls.length, 151);

    clock.advance(30_000);
    assert.equal(await countAtOnce("approver", 30, 1), 20);
    clock.advance(15 * 60_000 - 1);
    await runEventLoop();
    slots.length = 0;
    await lookUp("approver");
    assert.equal(slots.length, 1);
    clock.advance(1);
    await lookUp("approver");
    assert.equal(slots.length, 1);
  });

test("lookups for others acquire slots also where Slack limits nothing, and never use all of Slack's rate", async (t) => {
  const { clock, slack, countAtOnce } = await setUp(t);
  assert.equal(await countAtOnce("click", 1), 1);
  assert.equal(await countAtOnce("background", 40), 9);
  for (let second = 0; second < 120; second++) {
    clock.advance(500);
    await runEventLoop();
    clock.advance(500);
    await runEventLoop();
  }
  const inAMinute = slack.calls.map((from) => slack.calls.filter((at) => at >= from && at < from + 60_000).length);
  assert.ok(Math.max(...inAMinute) <= 80, `${Math.max(...inAMinute)} lookups in a minute`);
});

test("after a 429, approvers still have slots while the clicks of others wait, and do not queue behind them", async (t) => {
  const { clock, slack, lookUp, countAtOnce } = await setUp(t);
  slack.retryAfter = 1;
  await lookUp("approver");
  slack.retryAfter = undefined;
  clock.advance(1_000);
  assert.equal(await countAtOnce("click", 30), 10);
  const before = slack.calls.length;
  for (let index = 0; index < 5; index++) void lookUp("approver");
  await eventually("the approvers are looked up", () => slack.calls.length === before + 5);
});
