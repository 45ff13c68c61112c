import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeWakeUps, type Topic } from "../../src/workers/wake-ups.ts";
import { type Look, startWorker, type WorkResult } from "../../src/workers/worker.ts";
import { eventually } from "../support/eventually.ts";
import { testClock, testLog } from "../support/fakes.ts";

const TICK_MS = 1_000;
const BACKOFF_MS = 10_000;

interface Options {
  concurrency: number;
  work: (row: string) => Promise<WorkResult>;
  wakes?: Topic[];
}

/** A worker over rows that are due from a time on, the longest due first. A row that is done is due no longer. */
function setUp(t: TestContext, rows: string[], options: Options) {
  const clock = testClock();
  const log = testLog();
  const wakeUps = makeWakeUps();
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

const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
};

test("a row that hangs delays none behind it, and is not started twice", async (t) => {
  const hang = Promise.withResolvers<void>();
  const { started, wakeUps, due } = setUp(t, ["slow", "a", "b"], {
    concurrency: 2,
    async work(row) {
      if (row === "slow") await hang.promise;
      return "done";
    },
  });
  await eventually("all are started", () => started.length === 3);
  due.set("c", 0);
  wakeUps.wake("deliver");
  await eventually("the new row is started", () => started.length === 4);
  assert.deepEqual(started, ["slow", "a", "b", "c"]);
  hang.resolve();
});

test("rows in progress may still look due, so each look asks for more rows than there is room for", async (t) => {
  const hang = Promise.withResolvers<void>();
  const { looks, wakeUps } = setUp(t, ["a", "b", "c"], {
    concurrency: 2,
    async work() {
      await hang.promise;
      return "done";
    },
  });
  await settled();
  wakeUps.wake("deliver");
  await settled();
  assert.deepEqual(
    looks.map(({ limit, inProgress, woken }) => [limit, [...inProgress], woken]),
    [
      [4, [], false],
      [6, ["a", "b"], true],
    ],
  );
  hang.resolve();
});

test("without a backlog the worker waits for its tick; with one it looks again as soon as a row is done", async (t) => {
  const { clock, looks, started, due } = setUp(t, ["a"], { concurrency: 1, work: async () => "done" });
  await settled();
  due.set("b", 0);
  due.set("c", 0);
  await settled();
  assert.deepEqual([looks.length, started], [1, ["a"]]);
  clock.advance(TICK_MS);
  await settled();
  assert.deepEqual(started, ["a", "b", "c"]);
});

test("a row may ask for another look without a backlog", async (t) => {
  const { looks } = setUp(t, ["a"], { concurrency: 5, work: async () => "look-again" });
  await settled();
  assert.equal(looks.length, 2);
});

test("a row that fails is logged and backs off, and a full batch of such rows hides no other", async (t) => {
  const bad = Array.from({ length: 40 }, (_, index) => `bad-${index}`);
  const { clock, log, started } = setUp(t, [...bad, "good"], {
    concurrency: 2,
    async work(row) {
      if (row !== "good") throw new Error("broken");
      return "done";
    },
  });
  await eventually("the good row is started", () => {
    clock.advance(TICK_MS / 10);
    return started.includes("good");
  });
  const { level, fields } = log.lines[0] ?? {};
  assert.equal(level, "error");
  assert.deepEqual(
    [fields?.event, fields?.worker, fields?.row, fields?.length],
    ["row.failed", "test", "bad-0", "bad-0".length],
  );
});

test("a row that fails causes no other look at once: where no back-off can be recorded it would be due again", async (t) => {
  const { looks, clock } = setUp(t, ["bad-1", "bad-2"], {
    concurrency: 1,
    async work() {
      throw new Error("broken");
    },
  });
  await settled();
  assert.equal(looks.length, 1);
  clock.advance(TICK_MS);
  await settled();
  assert.equal(looks.length, 2);
});

test("a row that is done wakes others, a row that failed does not", async (t) => {
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
  await settled();
  assert.deepEqual([started.length, woken], [2, 1]);
});

test("stopping tells the rows in progress, waits for them, and starts no other", async (t) => {
  const hang = Promise.withResolvers<void>();
  const { worker, started, wakeUps } = setUp(t, ["a", "b"], {
    concurrency: 1,
    async work() {
      await hang.promise;
      return "look-again";
    },
  });
  await settled();
  let isStopped = false;
  const stopping = worker.stop().then(() => {
    isStopped = true;
  });
  wakeUps.wake("deliver");
  await settled();
  assert.equal(isStopped, false);
  hang.resolve();
  await stopping;
  assert.deepEqual(started, ["a"]);
});
