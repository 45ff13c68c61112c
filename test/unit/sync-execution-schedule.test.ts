import assert from "node:assert/strict";
import { test } from "node:test";
import { NOT_WAITING } from "../../src/core/execution.ts";
import { TARGET } from "../support/fakes.ts";
import { anExecution, aStep, EXECUTION_ID, NOW } from "../support/samples.ts";
import { SLOW_MS, setUp } from "./sync-execution-setup.ts";

test("after a decision the execution is read often at first, then more rarely, and at least once a minute", async (t) => {
  const { clock, read, patch } = await setUp(t);
  await read();
  await patch({ state: "decided", decision: "approve", signal: "accepted" });
  const waits: number[] = [];
  for (let attempt = 0; attempt < 10; attempt++) {
    waits.push((await read()) ?? 0);
    clock.advance(waits.at(-1) ?? 0);
  }
  assert.ok((waits[0] ?? 0) <= 5_000, `first after ${waits[0]} ms`);
  assert.ok(
    waits.every((wait, index) => wait >= (waits[index - 1] ?? 0) && wait <= 60_000),
    waits.join(),
  );
});

test("an execution without open requests is read often while it runs, and rarely while it waits for something else", async (t) => {
  const { automation, clock, read, requests } = await setUp(t);
  await read();
  const passed = aStep({ status: "Success" });
  automation.shows(anExecution({ status: "InProgress", steps: [passed] }));
  assert.ok(((await read()) ?? 0) <= 5_000);
  const again = aStep({ stepExecutionId: "step-again" });
  automation.shows(anExecution({ steps: [passed, again] }));
  clock.advance(5_000);
  await read();
  assert.deepEqual(
    (await requests()).map(({ state }) => state),
    ["closed", "open"],
  );
  automation.shows(
    anExecution({
      steps: [passed, { ...again, status: "Success" }, aStep({ stepExecutionId: "p", action: "aws:pause" })],
    }),
  );
  clock.advance(5_000);
  await read();
  assert.equal(await read(), SLOW_MS);
});

test("with many executions, the rare reads of a target are about five a second, and each one at most 30 minutes apart", async (t) => {
  const { deps, read } = await setUp(t);
  const counted: string[] = [];
  for (const [count, seconds] of [
    [1_500, 300],
    [1_505, 301],
    [9_000, 1_800],
    [9_005, 1_800],
  ] as const) {
    const executions = { ...deps.executions, count: async (target: string) => counted.push(target) && count };
    assert.equal(await read(executions), seconds * 1000, `${count} executions`);
  }
  assert.deepEqual([...new Set(counted)], [TARGET.key]);
});

test("the end of an execution is stored in its requests, and the execution is forgotten", async (t) => {
  const { automation, read, requests, watched } = await setUp(t);
  await read();
  automation.shows(anExecution({ status: "InProgress", steps: [aStep({ status: "Success" })] }));
  await read();
  automation.shows(anExecution({ status: "Success", endedAt: NOW + 9, steps: [aStep({ status: "Success" })] }));
  assert.equal(await read(), null);
  assert.deepEqual(
    (await requests()).map(({ executionStatus, executionEndedAt }) => [executionStatus, executionEndedAt]),
    [["Success", NOW + 9]],
  );
  assert.equal(await watched(), undefined);
});

/** Reads whenever a read is due, for this long. Returns true if the execution was forgotten. */
async function notFoundFor(ms: number, { read, clock }: Pick<Awaited<ReturnType<typeof setUp>>, "read" | "clock">) {
  const end = clock.now() + ms;
  while (clock.now() < end) {
    const wait = await read();
    if (wait === null) return true;
    clock.advance(wait);
  }
  return false;
}

const leaveList = (store: Awaited<ReturnType<typeof setUp>>["store"], now: number) =>
  store.owned.executions.watch({
    target: TARGET.key,
    executionId: EXECUTION_ID,
    fingerprint: NOT_WAITING,
    nextReadAt: now,
    unchangedReads: 0,
  });

test("an execution that AWS has not known for three minutes closes its requests and is forgotten", async (t) => {
  const world = await setUp(t);
  await world.read();
  world.automation.reads.clear();
  await leaveList(world.store, world.clock.now());
  assert.equal(await notFoundFor(10 * 60_000, world), true);
  const [request] = await world.requests();
  assert.deepEqual([request?.state, request?.outcome?.kind], ["closed", "not-found"]);
  assert.ok((request?.closedAt ?? 0) - NOW >= 3 * 60_000, "one reply closes nothing");
});

test("an execution that AWS does not know once, or while the list shows it, keeps its requests open", async (t) => {
  const world = await setUp(t);
  await world.read();
  world.automation.reads.clear();
  assert.equal(await notFoundFor(10 * 60_000, world), false);
  assert.equal((await world.requests())[0]?.state, "open");

  await leaveList(world.store, world.clock.now());
  assert.equal(await notFoundFor(2 * 60_000, world), false);
  world.automation.shows(anExecution());
  await world.read();
  world.automation.reads.clear();
  assert.equal(await notFoundFor(2 * 60_000, world), false);
  assert.equal((await world.requests())[0]?.state, "open");
});

test("an execution that is not found at its first read is forgotten", async (t) => {
  const { automation, read, requests, watched } = await setUp(t);
  automation.reads.clear();
  assert.equal(await read(), null);
  assert.deepEqual([await requests(), await watched()], [[], undefined]);
});

test("a failed read closes nothing and is repeated more and more rarely, until one succeeds", async (t) => {
  const { clock, automation, read, requests, log } = await setUp(t);
  await read();
  automation.reads.set(EXECUTION_ID, { kind: "failed", code: "AccessDeniedException", message: "no", retry: false });
  const waits: number[] = [];
  for (let attempt = 0; attempt < 10; attempt++) {
    waits.push((await read()) ?? 0);
    clock.advance(waits.at(-1) ?? 0);
  }
  assert.ok(
    waits.every((wait, index) => wait >= (waits[index - 1] ?? 0) && wait <= SLOW_MS),
    waits.join(),
  );
  assert.equal((await requests())[0]?.state, "open");
  assert.ok(log.lines.some(({ fields }) => fields.code === "AccessDeniedException"));
  automation.shows(anExecution());
  await read();
  assert.equal((await requests()).length, 1);
});

test("a waiting aws:pause step is read rarely and opens no request; it is forgotten once it has left the list", async (t) => {
  const { automation, read, requests, watched, store } = await setUp(t);
  automation.shows(anExecution({ steps: [aStep({ action: "aws:pause" })] }));
  assert.equal(await read(), SLOW_MS);
  assert.deepEqual(await requests(), []);
  automation.shows(anExecution({ status: "InProgress", steps: [aStep({ action: "aws:pause", status: "Success" })] }));
  const row = await watched();
  assert(row !== undefined);
  await store.owned.executions.watch({ ...row, fingerprint: NOT_WAITING, nextReadAt: NOW });
  assert.equal(await read(), null);
});
