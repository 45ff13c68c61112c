import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeWakeUps, type Topic } from "../../src/workers/wake-ups.ts";
import { type Look, startWorker, type WorkResult } from "../../src/workers/worker.ts";
import { eventually } from "../support/eventually.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";

const TICK_MS = 1_000;
const BACKOFF_MS = 10_000;

interface Options {
  concurrency: number;
  work: (row: string) => Promise<WorkResult>;
  wakes?: Topic[];
  /** A look returns what it found after this. */
  found?: () => Promise<void>;
}

/** Starts a worker for rows with a due time, longest due first. A completed row is no longer due. */
function setUp(t: TestContext, rows: string[], options: Options) {
  const clock = testClock();
  const log = testLog();
  const wakeUps = makeWakeUps(NO_PRIORITY);
  const due = new Map(rows.map((row) => [row, 0]));
  const looks: Look[] = [];
  const started: string[] = [];
  const worker = startWorker<string>({
    name: "test",
    topics: ["deliver"],
    wakeUps,
    everyMs: TICK_MS,
    async due(look) {
      looks.push({ ...look, inProgress: new Set(look.inProgress) });
      const found = [...due].filter(([, from]) => from <= clock.now()).sort(([, a], [, b]) => a - b);
      await options.found?.();
      return found.slice(0, look.limit).map(([row]) => row);
    },
    keyOf: (row) => row,
    async work(row) {
      started.push(row);
      const result = await options.work(row);
      due.delete(row);
      return result;
    },
    backOff: async (row, until) => void due.set(row, until),
    backOffMs: BACKOFF_MS,
    concurrency: options.concurrency,
    wakes: options.wakes ?? [],
    about: (row) => ({ length: row.length }),
    clock,
    log,
  });
  t.after(() => worker.stop());
  return { worker, clock, log, wakeUps, due, looks, started };
}

const runEventLoop = async () => {
  for (let times = 0; times < 20; times++) await new Promise(setImmediate);
};

test("a row that hangs does not delay later rows and is not started twice", async (t) => {
  const hang = Promise.withResolvers<void>();
  const { started, wakeUps, due } = setUp(t, ["slow", "a", "b"], {
    concurrency: 2,
    async work(row) {
      if (row === "slow") await hang.promise;
      return "done";
    },
  });
  await eventually("all rows are started", () => started.length === 3);
  due.set("c", 0);
  wakeUps.wake("deliver");
  await eventually("the new row is started", () => started.length === 4);
  assert.deepEqual(started, ["slow", "a", "b", "c"]);
  hang.resolve();
});

test("a row that ends during a look is not started by it: the look may have found the row as it was before", async (t) => {
  const work = Promise.withResolvers<void>();
  let look = Promise.resolve();
  const { started, wakeUps, looks, due, clock } = setUp(t, ["a"], {
    concurrency: 2,
    found: () => look,
    async work() {
      await work.promise;
      return "done";
    },
  });
  await eventually("the row is started", () => started.length === 1);
  const slow = Promise.withResolvers<void>();
  look = slow.promise;
  wakeUps.wake("deliver");
  await eventually("the second look has begun", () => looks.length === 2);
  work.resolve();
  await runEventLoop();
  slow.resolve();
  await runEventLoop();
  assert.deepEqual(started, ["a"]);

  due.set("a", 0);
  clock.advance(TICK_MS);
  await eventually("the next look starts it", () => started.length === 2);
});

test("each look requests more rows than can start, because rows in progress may still be due in the store", async (t) => {
  const hang = Promise.withResolvers<void>();
  const { looks, wakeUps } = setUp(t, ["a", "b", "c"], {
    concurrency: 2,
    async work() {
      await hang.promise;
      return "done";
    },
  });
  await runEventLoop();
  wakeUps.wake("deliver");
  await runEventLoop();
  assert.deepEqual(
    looks.map(({ limit, inProgress, woken }) => [limit, [...inProgress], woken]),
    [
      [4, [], false],
      [6, ["a", "b"], true],
    ],
  );
  hang.resolve();
});

test("a worker without a backlog waits for its tick; with a backlog it looks again as soon as a row is complete", async (t) => {
  const { clock, looks, started, due } = setUp(t, ["a"], { concurrency: 1, work: async () => "done" });
  await runEventLoop();
  due.set("b", 0);
  due.set("c", 0);
  await runEventLoop();
  assert.deepEqual([looks.length, started], [1, ["a"]]);
  clock.advance(TICK_MS);
  await runEventLoop();
  assert.deepEqual(started, ["a", "b", "c"]);
});

test("a row can request another look without a backlog", async (t) => {
  const { looks } = setUp(t, ["a"], { concurrency: 5, work: async () => "look-again" });
  await runEventLoop();
  assert.equal(looks.length, 2);
});

test("a row that fails is logged and backs off, and many failing rows do not block other rows", async (t) => {
  const bad = Array.from({ length: 40 }, (_, index) => `bad-${index}`);
  const { clock, log, started } = setUp(t, [...bad, "good"], {
    concurrency: 2,
    async work(row) {
      if (row !== "good") throw new Error("broken");
      return "done";
    },
  });
  await eventually("the good row is started", () => {
    clock.advance(TICK_MS);
    return started.includes("good");
  });
  const { level, fields } = log.lines[0] ?? {};
  assert.equal(level, "error");
  assert.deepEqual(
    [fields?.event, fields?.worker, fields?.row, fields?.length],
    ["row.failed", "test", "bad-0", "bad-0".length],
  );
});

test("a row that fails causes no immediate look, because it is still due if its back-off cannot be recorded", async (t) => {
  const { looks, clock } = setUp(t, ["bad-1", "bad-2"], {
    concurrency: 1,
    async work() {
      throw new Error("broken");
    },
  });
  await runEventLoop();
  assert.equal(looks.length, 1);
  clock.advance(TICK_MS);
  await runEventLoop();
  assert.equal(looks.length, 2);
});

test("a completed row wakes other workers; a failed row does not", async (t) => {
  const { wakeUps, started } = setUp(t, ["good", "bad"], {
    concurrency: 2,
    wakes: ["reply"],
    async work(row) {
      if (row === "bad") throw new Error("broken");
      return "done";
    },
  });
  let woken = 0;
  wakeUps.subscribe(["reply"], () => woken++);
  await runEventLoop();
  assert.deepEqual([started.length, woken], [2, 1]);
});

test("stopping waits for the rows in progress and starts no other row", async (t) => {
  const hang = Promise.withResolvers<void>();
  const { worker, started, wakeUps } = setUp(t, ["a", "b"], {
    concurrency: 1,
    async work() {
      await hang.promise;
      return "look-again";
    },
  });
  await runEventLoop();
  let isStopped = false;
  const stopping = worker.stop().then(() => {
    isStopped = true;
  });
  wakeUps.wake("deliver");
  await runEventLoop();
  assert.equal(isStopped, false);
  hang.resolve();
  await stopping;
  assert.deepEqual(started, ["a"]);
});
