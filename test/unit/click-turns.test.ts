import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ClickRow } from "../../src/app/ports/click-store.ts";
import { mayBegin, startClickWorker } from "../../src/workers/clicks.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { eventually } from "../support/eventually.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";
import { runEventLoop } from "../support/run-event-loop.ts";
import { aClick } from "../support/samples.ts";

const of = (counts: Record<string, number>) =>
  Object.entries(counts).flatMap(([userId, count]) => Array.from({ length: count }, () => ({ userId })));
const everybody = (count: number, each = 1) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`U0OTHER${index}`, each]));

for (const [inProgress, userId, expected, why] of [
  [{}, "U0EVE", true, "a first click begins"],
  [{ U0EVE: 1 }, "U0EVE", false, "a person who is not known as an approver has one click in evaluation"],
  [{ U0JANE: 9 }, "U0JANE", true, "an approver alone has ten"],
  [{ U0JANE: 10 }, "U0JANE", false, "and not eleven"],
  [{ U0JANE: 10 }, "U0EVE", true, "ten clicks of one person leave room for the first click of another"],
  [{ U0JANE: 5, U0MIA: 1 }, "U0JANE", false, "two people have five each"],
  [{ U0JANE: 5, U0MIA: 4 }, "U0MIA", true, "two people have five each"],
  [{ U0JANE: 10, U0MIA: 1 }, "U0MIA", false, "clicks that began earlier count"],
  [{ U0JANE: 1, ...everybody(9) }, "U0JANE", false, "ten people have one each"],
  [everybody(19), "U0EVE", true, "twenty people are in evaluation"],
  [everybody(20), "U0EVE", false, "and not twenty-one"],
] as const)
  test(`${why}: ${JSON.stringify(inProgress)}, ${userId}`, () => {
    const isApprover = (id: string) => id === "U0JANE" || id === "U0MIA";
    assert.equal(mayBegin(userId, of(inProgress), isApprover), expected);
  });

/** Starts the worker over these due clicks. An evaluation lasts until `end`. */
function start(t: TestContext, clicks: { id: string; userId: string; requestId?: string }[]) {
  const due = new Map(
    clicks.map(({ id, userId, requestId = `of-${id}` }) => [
      id,
      { ...aClick(userId, { id, requestId }), nextAttemptAt: 0 } as ClickRow,
    ]),
  );
  const evaluating = new Map<string, () => void>();
  const begun: string[] = [];
  const asked: unknown[] = [];
  const log = testLog();
  const worker = startClickWorker({
    clicks: {
      async unevaluated(_now: number, limit: number, options: unknown) {
        asked.push(options);
        return [...due.values()].slice(0, limit);
      },
      claim: async (id: string) => due.delete(id),
      postpone: async () => undefined,
    } as never,
    async evaluate({ id }) {
      begun.push(id);
      await new Promise<void>((resolve) => evaluating.set(id, resolve));
      return { kind: "withdrawn" };
    },
    named: ["U0JANE"],
    isApprover: (userId) => userId === "U0JANE" || userId === "U0MIA",
    own: { ids: () => [], begin: () => false },
    wakeUps: makeWakeUps(NO_PRIORITY),
    clock: testClock(),
    log,
  });
  t.after(async () => {
    const stopped = worker.stop();
    for (const end of evaluating.values()) end();
    await stopped;
  });
  const end = (id: string) => {
    evaluating.get(id)?.();
    evaluating.delete(id);
  };
  return { begun, asked, end };
}

const clicksOf = (userId: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `${userId}-${index}`, userId }));

test("ten clicks of an approver are evaluated together, and one click of anyone else", async (t) => {
  const { begun, asked, end } = start(t, [...clicksOf("U0JANE", 12), ...clicksOf("U0EVE", 3)]);
  await eventually("the clicks begin", () => begun.length === 11);
  await runEventLoop();
  assert.deepEqual(
    begun,
    [...clicksOf("U0JANE", 10), ...clicksOf("U0EVE", 1)].map(({ id }) => id),
  );
  assert.deepEqual(asked[0], { first: ["U0JANE"], own: [], ofEach: 10 });
  end("U0EVE-0");
  await eventually("the stranger's next click begins when the first one ended", () => begun.includes("U0EVE-1"));
  end("U0JANE-0");
  await runEventLoop();
  assert.equal(begun.includes("U0JANE-10"), false, "next to another person's click, an approver has five");
});

test("an approver's click begins at once next to ten clicks of another", async (t) => {
  const { begun } = start(t, [...clicksOf("U0JANE", 30), ...clicksOf("U0MIA", 2)]);
  await eventually("the clicks begin", () => begun.includes("U0MIA-0"));
  await runEventLoop();
  assert.equal(begun.filter((id) => id.startsWith("U0JANE")).length, 10);
  assert.equal(begun.filter((id) => id.startsWith("U0MIA")).length, 1);
});

test("two clicks of one approver on one request are never evaluated at once, whichever of them is found first", async (t) => {
  const { begun, end } = start(t, [
    { id: "later", userId: "U0JANE", requestId: "r-1" },
    { id: "earlier", userId: "U0JANE", requestId: "r-1" },
    { id: "other", userId: "U0JANE", requestId: "r-2" },
    { id: "of-mia", userId: "U0MIA", requestId: "r-1" },
  ]);
  await eventually("the others begin", () => begun.includes("of-mia"));
  await runEventLoop();
  assert.deepEqual(begun, ["later", "other", "of-mia"]);
  end("later");
  await eventually("the second click begins when the first one ended", () => begun.includes("earlier"));
});
