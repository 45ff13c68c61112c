import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeApplyChanges } from "../../src/app/watch/apply-changes.ts";
import { NOT_WAITING } from "../../src/app/watch/poll-target.ts";
import { makeSyncExecution } from "../../src/app/watch/sync-execution.ts";
import { fakeAutomation, TARGET, testClock, testLog } from "../support/fakes.ts";
import {
  aClick,
  anAttempt,
  anExecution,
  aRoute,
  aStep,
  aVote,
  EXECUTION_ID,
  NOW,
  STEP_ID,
} from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const SLOW_MS = 5 * 60_000;

async function setUp(t: TestContext, routes = [aRoute()]) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const automation = fakeAutomation();
  const log = testLog();
  let ids = 0;
  const apply = makeApplyChanges({
    requests: store.owned.requests,
    routes,
    clock,
    newId: () => `request-${++ids}`,
    log,
  });
  const look = makeSyncExecution({ ...store.owned, apply, mask: ["*password*"], clock, random: () => 0.5, log });
  await store.owned.executions.watch({
    target: TARGET.key,
    executionId: EXECUTION_ID,
    fingerprint: "waits",
    nextReadAt: NOW,
    unchangedReads: 0,
  });
  automation.shows(anExecution());
  const watched = async () => (await store.executions.watched(TARGET.key))[0];
  const abort = new AbortController();
  /** Reads the execution, whether it is due or not. Returns in how many milliseconds it is to be read next. */
  const read = async () => {
    const row = await watched();
    assert(row !== undefined, "it is watched");
    await look(automation, row, abort.signal);
    const next = await watched();
    return next === undefined ? null : next.nextReadAt - clock.now();
  };
  const requests = () => store.requests.ofExecution(TARGET, EXECUTION_ID);
  const kinds = async (id = "request-1") =>
    (await store.requests.history(id)).map(({ kind, actor }) => `${kind} ${actor}`);
  const patch = async (more: object, attempt = anAttempt({ requestId: "request-1", at: clock.now() })) => {
    const [request] = await requests();
    assert(request !== undefined);
    const expectedVersion = request.version;
    await store.requests.advance({ requestId: request.id, expectedVersion, patch: more, attempt, audit: [] });
  };
  return { clock, store, automation, log, look, read, watched, requests, kinds, patch, abort };
}

test("a waiting approval becomes a request with its messages, and then is read rarely", async (t) => {
  const { read, requests, kinds, store, clock } = await setUp(t, [aRoute({ channels: ["C0DBA", "C0OPS"] })]);
  const wait = await read();
  const [request, ...more] = await requests();
  assert.deepEqual(more, []);
  assert.deepEqual([request?.stepExecutionId, request?.state, request?.route], [STEP_ID, "open", "databases"]);
  assert.equal((await store.messages.due(clock.now(), 10)).length, 2);
  assert.deepEqual(await kinds(), ["requested arn:aws:iam::111122223333:user/rosa"]);
  assert.equal(wait, SLOW_MS);
  await read();
  assert.equal((await requests()).length, 1);
});

test("a replica with the target's old name goes on with the request that was renamed, and reads it no oftener", async (t) => {
  const { automation, read, watched, requests, store } = await setUp(t);
  await read();
  const row = await watched();
  assert(row !== undefined);
  await store.requests.rebindTarget({ ...TARGET, key: "renamed/us-east-1" });
  await store.owned.executions.watch(row);
  assert.equal(await read(), SLOW_MS);
  assert.equal(await read(), SLOW_MS);
  assert.equal((await requests()).length, 1);
  automation.shows(anExecution({ status: "Cancelled" }));
  assert.equal(await read(), null);
  assert.deepEqual(
    (await requests()).map(({ state }) => state),
    ["closed"],
  );
});

test("a request that no route covers is on record, has no message, and the log says so", async (t) => {
  const { read, requests, log, store, clock } = await setUp(t, []);
  await read();
  assert.equal((await requests())[0]?.route, null);
  assert.deepEqual(await store.messages.due(clock.now(), 10), []);
  assert.equal(log.lines.find(({ level }) => level === "warn")?.fields.event, "request.unrouted");
});

test("nothing of a masked parameter reaches the store or the log", async (t) => {
  const { automation, read, requests, kinds, log, store } = await setUp(t);
  const parameters = { DbPassword: ["hunter2-hunter2"] };
  const message = "Use hunter2-hunter2?";
  automation.shows(anExecution({ parameters, steps: [aStep({ inputs: { Message: message } })] }));
  await read();
  automation.shows(
    anExecution({
      parameters,
      status: "Failed",
      failureMessage: message,
      steps: [aStep({ status: "Failed", failureMessage: message })],
    }),
  );
  await read();
  const everything = JSON.stringify([await requests(), await store.requests.history("request-1"), log.lines]);
  assert.equal((await kinds()).length, 2);
  assert.doesNotMatch(everything, /hunter2/);
});

test("the slow re-read finds the same step waiting again in a loop, which no list shows", async (t) => {
  const { automation, read, requests } = await setUp(t);
  await read();
  automation.shows(anExecution({ steps: [aStep({ status: "Success" }), aStep({ stepExecutionId: "again" })] }));
  await read();
  assert.deepEqual(
    (await requests()).map(({ stepExecutionId, state }) => [stepExecutionId, state]),
    [
      [STEP_ID, "closed"],
      ["again", "open"],
    ],
  );
});

test("decided elsewhere: the request ends with who did it, and those who voted here are told", async (t) => {
  const { automation, read, requests, kinds, store, clock } = await setUp(t);
  await read();
  await store.clicks.record(aClick("U0JANE", { requestId: "request-1" }));
  await store.requests.advance({
    requestId: "request-1",
    expectedVersion: 1,
    patch: {},
    vote: aVote("U0JANE", { requestId: "request-1" }),
    audit: [],
    click: "click-U0JANE",
  });
  const by = "arn:aws:iam::111122223333:user/omar";
  automation.shows(
    anExecution({ steps: [aStep({ status: "Success", outputs: { ApproverDecisions: [`{"approver":"${by}"}`] } })] }),
  );
  await read();
  const [request] = await requests();
  assert.deepEqual([request?.state, request?.outcome?.where, request?.outcome?.by], ["closed", "aws", [by]]);
  assert.deepEqual((await kinds()).slice(-1), [`closed ${by}`]);
  const [told] = await store.clicks.unreplied(clock.now(), 10);
  assert.match(told?.reply ?? "", /approval of Prod-DB-Restart.*did not decide it.*approved in AWS/);
});

test("our own signal's end names those who decided", async (t) => {
  const { automation, read, requests, kinds, store } = await setUp(t);
  await read();
  await store.requests.advance({
    requestId: "request-1",
    expectedVersion: 1,
    patch: { state: "decided", decision: "approve", signal: "accepted" },
    vote: aVote("U0JANE", { requestId: "request-1" }),
    audit: [],
  });
  automation.shows(anExecution({ status: "InProgress", steps: [aStep({ status: "Success" })] }));
  await read();
  assert.equal((await requests())[0]?.outcome?.where, "slack");
  assert.deepEqual((await kinds()).slice(-1), ["closed U0JANE"]);
});

test("after a decision the execution is followed: often at first, then ever more rarely, at least once a minute", async (t) => {
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

test("when its requests are over the execution is followed while it goes on, and read rarely while it waits for something else", async (t) => {
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

test("while a signal is on its way its end is not judged; when it should long be over, it is", async (t) => {
  const { clock, automation, read, requests, patch } = await setUp(t);
  await read();
  await patch({ state: "decided", decision: "approve", signal: "sending" });
  automation.shows(anExecution({ status: "InProgress", steps: [aStep({ status: "Success" })] }));
  assert.equal(await read(), 1_000);
  assert.equal((await requests())[0]?.state, "decided");
  clock.advance(30_000);
  await read();
  assert.deepEqual([(await requests())[0]?.state, (await requests())[0]?.outcome?.where], ["closed", "slack"]);
});

test("an ended execution is noted in all its requests and forgotten", async (t) => {
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

/** Reads every time it is due until so much time has passed; true when it was forgotten on the way. */
async function goneFor(ms: number, { read, clock }: Pick<Awaited<ReturnType<typeof setUp>>, "read" | "clock">) {
  const end = clock.now() + ms;
  while (clock.now() < end) {
    const wait = await read();
    if (wait === null) return true;
    clock.advance(wait);
  }
  return false;
}

const leftTheList = (store: Awaited<ReturnType<typeof setUp>>["store"], now: number) =>
  store.owned.executions.watch({
    target: TARGET.key,
    executionId: EXECUTION_ID,
    fingerprint: NOT_WAITING,
    nextReadAt: now,
    unchangedReads: 0,
  });

test("an execution that AWS has not known for minutes ends its requests and is forgotten", async (t) => {
  const world = await setUp(t);
  await world.read();
  world.automation.readings.clear();
  await leftTheList(world.store, world.clock.now());
  assert.equal(await goneFor(10 * 60_000, world), true);
  const [request] = await world.requests();
  assert.deepEqual([request?.state, request?.outcome?.kind], ["closed", "not-found"]);
  assert.ok((request?.closedAt ?? 0) - NOW >= 3 * 60_000, "one answer alone closes nothing");
});

test("an execution that AWS denies to know once, or while the list shows it, keeps its requests open", async (t) => {
  const world = await setUp(t);
  await world.read();
  world.automation.readings.clear();
  assert.equal(await goneFor(10 * 60_000, world), false);
  assert.equal((await world.requests())[0]?.state, "open");

  await leftTheList(world.store, world.clock.now());
  assert.equal(await goneFor(2 * 60_000, world), false);
  world.automation.shows(anExecution());
  await world.read();
  world.automation.readings.clear();
  assert.equal(await goneFor(2 * 60_000, world), false);
  assert.equal((await world.requests())[0]?.state, "open");
});

test("an execution that vanished before it was read at all leaves nothing behind", async (t) => {
  const { automation, read, requests, watched } = await setUp(t);
  automation.readings.clear();
  assert.equal(await read(), null);
  assert.deepEqual([await requests(), await watched()], [[], undefined]);
});

test("a read that fails ends nothing and is repeated ever more rarely; then it is as before", async (t) => {
  const { clock, automation, read, requests, log } = await setUp(t);
  await read();
  automation.readings.set(EXECUTION_ID, { kind: "failed", code: "AccessDeniedException", message: "no", retry: false });
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

test("a pause that waits is read rarely and opens nothing; once it has left the list it is forgotten", async (t) => {
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

test("when somebody decides while AWS is asked, the reading is judged with the decision, not against it", async (t) => {
  const { automation, read, requests, patch } = await setUp(t);
  await read();
  automation.shows(anExecution({ status: "InProgress", steps: [aStep({ status: "Success" })] }));
  automation.onRead = async () => {
    automation.onRead = () => undefined;
    await patch({ state: "decided", decision: "approve", signal: "accepted" });
  };
  await read();
  assert.equal((await requests())[0]?.outcome?.where, "slack");
});

test("when the bot stops while AWS is asked, nothing is written", async (t) => {
  const { automation, read, requests, watched, abort } = await setUp(t);
  const before = await watched();
  automation.onRead = () => abort.abort();
  await read();
  assert.deepEqual([await requests(), await watched()], [[], before]);
});
