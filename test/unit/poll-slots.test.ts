import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { CallerIdentity } from "../../src/app/ports/aws.ts";
import type { Store } from "../../src/app/ports/store.ts";
import { shareByRegion } from "../../src/aws/identity.ts";
import { makeHealth } from "../../src/ops/readiness.ts";
import { makePollSlots } from "../../src/workers/poll-slots.ts";
import { startPolls } from "../../src/workers/target-polls.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { fakeAutomation, TARGET, testClock, testLog } from "../support/fakes.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";
import { runEventLoop } from "../support/run-event-loop.ts";

const INTERVAL_MS = 15_000;
const STEP_MS = 50;

/** Starts the polls of many targets over a store without executions. `list` makes each call that lists. */
function startMany(t: TestContext, targets: number, list: () => Promise<unknown>) {
  const clock = testClock();
  const wakeUps = makeWakeUps(NO_PRIORITY);
  const guarded = { executions: { watched: async () => [] }, polls: { record: async () => undefined } };
  const requests = { signedByOthers: async () => [], rebindTarget: async () => undefined };
  const store = { guardedBy: () => guarded, requests, polls: { unannouncedAt: async () => null } } as unknown as Store;
  const health = makeHealth(clock, INTERVAL_MS);
  const intervalMs = () => INTERVAL_MS;
  const pace = {
    intervalMs,
    retryMs: intervalMs,
    unannouncedAt: () => null,
    observe: () => undefined,
    resume: () => undefined,
  };
  const slots = makePollSlots(targets, INTERVAL_MS, clock);
  const begun: number[] = [];
  let hasLeases = false;
  const keys = Array.from({ length: targets }, (_, index) => `t${index}/us-east-1`);
  const polls = keys.map((key) => {
    const automation = {
      ...fakeAutomation({ ...TARGET, key }),
      async listWaiting() {
        begun.push(clock.now());
        await list();
        return { kind: "listed" as const, executions: [] };
      },
    };
    const connection = {
      ...{ key, signers: "bot" as const, covers: () => false, automation: () => automation, failure: () => null },
      ...{ identify: async () => null, close: () => undefined },
    };
    const lease = () => (hasLeases ? { name: key, owner: "me", token: 1, until: Number.POSITIVE_INFINITY } : null);
    const log = testLog();
    return startPolls({ connection, store, lease, pace, slots, health, replica: "me", wakeUps, clock, log });
  });
  t.after(() => Promise.all(polls.map((each) => each.stop())));
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      clock.advance(STEP_MS);
      await runEventLoop(2);
    }
  };
  const acquireAll = () => {
    hasLeases = true;
    for (const key of keys) wakeUps.wake(`lease target:${key}`);
  };
  /** Returns the largest number of polls that began within one second, since the last call. */
  const takePeak = () => {
    const starts = begun.splice(0);
    return Math.max(...starts.map((from, index) => starts.slice(index).filter((at) => at - from < 1_000).length));
  };
  return { clock, wakeUps, begun, pass, acquireAll, takePeak };
}

test("a round over 1,000 targets is spread over the interval: after the start, a common outage, and a wake-up of all", async (t) => {
  const targets = 1_000;
  const most = Math.ceil((1.2 * targets) / (INTERVAL_MS / 1_000));
  let outage: Promise<void> = Promise.resolve();
  const many = startMany(t, targets, () => outage);
  await runEventLoop();
  many.acquireAll();
  await many.pass(INTERVAL_MS);
  assert.equal(many.begun.length, targets, "each target is polled within the first interval");
  assert.ok(many.takePeak() <= most, "after the start");
  await many.pass(2 * INTERVAL_MS);
  assert.ok(many.begun.length >= 1.8 * targets, "an interval does not become much longer");
  assert.ok(many.takePeak() <= most, "in steady state");

  const { promise, resolve } = Promise.withResolvers<void>();
  outage = promise;
  await many.pass(2 * INTERVAL_MS);
  many.takePeak();
  outage = Promise.resolve();
  resolve();
  await many.pass(2 * INTERVAL_MS);
  assert.ok(many.begun.length >= targets);
  assert.ok(many.takePeak() <= most, "after all calls ended at the same moment");

  many.wakeUps.wake("queue");
  await many.pass(INTERVAL_MS);
  assert.ok(many.begun.length >= targets);
  assert.ok(many.takePeak() <= most, "after a wake-up of all targets");
});

test("a few targets are polled within a second, and a clock that is set back delays no poll", async (t) => {
  const few = startMany(t, 5, async () => undefined);
  await runEventLoop();
  few.acquireAll();
  await few.pass(500);
  assert.equal(few.begun.length, 5);

  const clock = testClock();
  const slots = makePollSlots(1_000, INTERVAL_MS, clock);
  const { signal } = new AbortController();
  await slots.acquire(signal);
  clock.advance(-3_600_000);
  await slots.acquire(signal);
  assert.deepEqual(clock.sleeping(), []);
});

test("the targets of a Region share the call that asks whose credentials these are, also after a failure", async () => {
  const calls: string[] = [];
  const failed = { kind: "failed", code: "x", message: "x", retry: true } as const;
  const identity: CallerIdentity = { kind: "identity", account: "111122223333", arn: "arn" };
  const identify = shareByRegion(async (region) => (calls.push(region) > 2 ? identity : failed));
  const { signal } = new AbortController();
  const round = () => Promise.all(["a", "a", "b", "a", "b"].map((region) => identify(region, signal)));
  assert.deepEqual(await round(), Array(5).fill(failed));
  assert.deepEqual(await round(), Array(5).fill(identity));
  assert.deepEqual(calls, ["a", "b", "a", "b"]);
});
