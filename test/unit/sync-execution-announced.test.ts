import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeSyncExecution } from "../../src/app/watch/sync-execution.ts";
import { fingerprint, NOT_WAITING, toListed } from "../../src/core/execution.ts";
import { TARGET } from "../support/fakes.ts";
import { anExecution, aStep, EXECUTION_ID, NOW } from "../support/samples.ts";
import { SLOW_MS, setUp } from "./sync-execution-setup.ts";

/** An execution that only an event has announced. */
async function setUpAnnounced(t: TestContext) {
  const own = await setUp(t);
  const { store, clock } = own;
  await store.owned.executions.forget(TARGET.key, EXECUTION_ID);
  const announce = (mayWait = true) =>
    store.executions.announce([{ target: TARGET.key, executionId: EXECUTION_ID, mayWait }], clock.now());
  await announce();
  return { ...own, announce };
}

const running = (more: object = {}) =>
  anExecution({ status: "InProgress", steps: [aStep({ status: "InProgress", ...more })] });
const waiting = fingerprint(toListed(anExecution()) ?? assert.fail("it waits"));

test("the read that an event asked for opens the request, and the list then shows no change", async (t) => {
  const { read, requests, watched, automation } = await setUpAnnounced(t);
  assert.equal(await read(), SLOW_MS);
  assert.equal((await requests()).length, 1);
  assert.equal((await watched())?.fingerprint, waiting);
  assert.equal(automation.calls.read.length, 1);
});

test("an announced execution that does not wait yet is read again within seconds, and then left to the polls", async (t) => {
  const { clock, read, watched, automation } = await setUpAnnounced(t);
  automation.shows(running());
  const waits: (number | null)[] = [];
  while ((await watched()) !== undefined) {
    waits.push(await read());
    clock.advance(waits.at(-1) ?? 0);
  }
  assert.equal(waits.length, 4);
  assert.ok(
    waits.slice(0, -1).every((wait) => wait !== null && wait > 0 && wait < 10_000),
    waits.join(),
  );
});

test("an announced execution that begins to wait meanwhile gets its request", async (t) => {
  const { clock, read, requests, automation } = await setUpAnnounced(t);
  automation.shows(running());
  clock.advance((await read()) ?? 0);
  automation.shows(anExecution());
  assert.equal(await read(), SLOW_MS);
  assert.equal((await requests()).length, 1);
});

test("an announced execution that has ended, or that AWS does not know, is forgotten after one read", async (t) => {
  for (const shown of [anExecution({ status: "Success", steps: [aStep({ status: "Success" })] }), null]) {
    const { read, requests, automation } = await setUpAnnounced(t);
    if (shown === null) automation.reads.clear();
    else automation.shows(shown);
    assert.equal(await read(), null);
    assert.deepEqual(await requests(), []);
  }
});

test("an announced execution that cannot be read is left to the polls after some failures", async (t) => {
  const { clock, read, watched, automation } = await setUpAnnounced(t);
  automation.reads.set(EXECUTION_ID, { kind: "failed", code: "AccessDeniedException", message: "no", retry: false });
  for (let count = 0; count < 6; count++) clock.advance((await read()) ?? 0);
  assert.equal(await watched(), undefined);
});

test("an event about a gate that a runbook reaches again is followed by the slow reads, not by quick ones", async (t) => {
  const { clock, store, read, watched, requests, automation } = await setUp(t);
  await read();
  const row = await watched();
  assert(row !== undefined);
  // The first gate was decided, and the list was asked while the runbook ran.
  await store.owned.executions.watch({ ...row, fingerprint: NOT_WAITING, nextReadAt: NOW, listedAt: NOW + 1_000 });
  clock.advance(3_000);
  const second = aStep({ name: "second", stepExecutionId: "step-2", startedAt: NOW + 2_000 });
  automation.shows(anExecution({ steps: [aStep({ status: "Success", endedAt: NOW + 500 }), second] }));
  assert.equal(await read(), SLOW_MS);
  assert.deepEqual((await requests()).map(({ state }) => state).toSorted(), ["closed", "open"]);
  assert.notEqual((await watched())?.fingerprint, NOT_WAITING);
});

test("duplicate and late events read again and change nothing", async (t) => {
  const { clock, read, requests, kinds, announce, automation } = await setUpAnnounced(t);
  await read();
  const before = await requests();
  for (let count = 0; count < 3; count++) {
    clock.advance(1_000);
    await announce();
    await read();
  }
  assert.deepEqual(await requests(), before);
  assert.deepEqual([automation.calls.read.length, (await kinds()).length], [4, 1]);
});

test("each change is reported with its time in AWS and the event that announced it", async (t) => {
  const own = await setUpAnnounced(t);
  const { clock, store, watched, automation, abort, requests } = own;
  const reported: object[] = [];
  const sync = makeSyncExecution({ ...own.deps, reportChange: (change) => void reported.push(change) });
  const read = async () => sync(automation, (await watched()) ?? assert.fail("it is watched"), abort.signal);
  await read();
  const seen = { executionId: EXECUTION_ID, announcedAt: NOW };
  const opened = { ...seen, seenAt: NOW, changedAt: (await requests())[0]?.facts.waitingSince };
  assert.deepEqual(reported, [opened]);
  clock.advance(60_000);
  automation.shows(anExecution({ status: "Success", steps: [aStep({ status: "Success", endedAt: NOW + 30_000 })] }));
  await store.executions.wake(TARGET.key, EXECUTION_ID, clock.now());
  await read();
  assert.deepEqual(reported.slice(1), [{ ...seen, seenAt: NOW + 60_000, changedAt: NOW + 30_000 }]);
});

const steps: [string, object[], string | null][] = [
  ["one waiting step", [aStep({ name: "a" })], "a"],
  [
    "the step inside a waiting loop",
    [aStep({ name: "loop", action: "aws:loop", stepExecutionId: "l" }), aStep({ name: "in", parentStepId: "l" })],
    "in",
  ],
  ["two waiting steps", [aStep({ name: "a" }), aStep({ name: "b", stepExecutionId: "s2" })], null],
  ["no waiting step", [aStep({ status: "Success" })], null],
];
for (const [claim, given, expected] of steps) {
  test(`what the list shows of an execution with ${claim}`, () => {
    const shown = toListed(anExecution({ steps: given as ReturnType<typeof aStep>[] }));
    assert.equal(shown?.currentStepName ?? null, expected);
  });
}
