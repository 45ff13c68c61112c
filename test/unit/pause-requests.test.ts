import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSyncExecution } from "../../src/app/watch/sync-execution.ts";
import type { ObservedStep } from "../../src/core/execution.ts";
import type { RouteMatch } from "../../src/core/policy.ts";
import { aFacts, anExecution, aRoute, aStep, NOW } from "../support/samples.ts";
import { setUp as setUpSignal } from "./send-signal-setup.ts";
import { setUp as setUpSync } from "./sync-execution-setup.ts";

const PAUSE = "aws:pause" as const;
const aPause = (more: Partial<ObservedStep> = {}) => aStep({ name: "hold", action: PAUSE, inputs: {}, ...more });
const facts = aFacts({ action: PAUSE, canStop: true, stepName: "hold", awsApprovers: [] });
const routes = (...matches: RouteMatch[]) => matches.map((match, index) => aRoute({ name: `r${index}`, match }));

test("a pause without a matching route opens nothing and is no uncovered request", async (t) => {
  const { automation, read, requests, uncovered } = await setUpSync(
    t,
    routes({}, { action: PAUSE, step: "other" }),
    true,
  );
  automation.shows(anExecution({ steps: [aPause()] }));
  await read();
  assert.deepEqual([await requests(), uncovered, automation.calls.canStop], [[], [], 0]);
});

test("a pause that no route covers costs one read of its tags and no further one, is reported once, and hides no later gate", async (t) => {
  const own = await setUpSync(t, routes({ tags: { Team: ["dba"] } }, { action: PAUSE, tags: { Team: ["ops"] } }), true);
  const { automation, watched, abort, requests, clock } = own;
  const reported: unknown[] = [];
  const sync = makeSyncExecution({ ...own.deps, reportChange: (change) => void reported.push(change) });
  const readAgain = async () => {
    clock.advance(5 * 60_000);
    await sync(automation, (await watched()) ?? assert.fail("it is watched"), abort.signal);
    return [automation.calls.tags.length, reported.length, (await requests()).length];
  };
  automation.tagged = { kind: "read", tags: { Team: "dba" } };
  automation.shows(anExecution({ steps: [aPause()] }));
  for (let poll = 0; poll < 5; poll++) assert.deepEqual(await readAgain(), [1, 1, 0]);
  automation.shows(anExecution({ steps: [aPause({ startedAt: clock.now() })] }));
  for (let poll = 0; poll < 2; poll++) assert.deepEqual(await readAgain(), [2, 2, 0], "the next turn has the same id");
  automation.shows(anExecution({ steps: [aPause({ status: "Success" }), aStep({ stepExecutionId: "gate" })] }));
  assert.deepEqual(await readAgain(), [3, 3, 1]);
});

test("a pause that began a moment ago costs one read of its tags too, and a tag that is added later does not count", async (t) => {
  const own = await setUpSync(t, routes({}, { action: PAUSE, tags: { Team: ["ops"] } }), true);
  const { automation, read, requests, clock } = own;
  automation.shows(anExecution({ steps: [aPause({ startedAt: clock.now() })] }));
  await read();
  automation.tagged = { kind: "read", tags: { Team: "ops" } };
  for (const wait of [1_000, 10_000, 5 * 60_000, 2 * 60 * 60_000]) {
    clock.advance(wait);
    await read();
  }
  assert.deepEqual([automation.calls.tags.length, (await requests()).length], [1, 0]);
});

for (const [claim, stopping, expected] of [
  ["allows stops", { kind: "read", allowed: true }, [true]],
  ["denies stops", { kind: "read", allowed: false }, [false]],
  ["does not answer at first", { kind: "failed", code: "x", message: "x", retry: true, since: NOW }, []],
  [
    "did not answer for minutes",
    { kind: "failed", code: "x", message: "x", retry: true, since: NOW - 600_000 },
    [false],
  ],
] as const)
  test(`a pause of a covering route opens with Stop only where AWS ${claim}`, async (t) => {
    const { automation, read, requests } = await setUpSync(t, routes({}, { action: PAUSE }), true);
    automation.stopping = stopping;
    const startedAt = claim === "did not answer for minutes" ? NOW - 600_000 : NOW - 1;
    automation.shows(anExecution({ steps: [aPause({ startedAt })] }));
    await read();
    assert.deepEqual(
      (await requests()).map((request) => request.facts.canStop),
      expected,
    );
  });

for (const decision of ["approve", "reject"] as const)
  test(`a lost reply to ${decision === "approve" ? "Resume" : "a stop"} is not repeated before it can no longer take effect`, async (t) => {
    const { automation, round, sent, clock } = await setUpSignal(t, { facts, decision });
    automation.shows(anExecution({ steps: [aPause()] }));
    automation.onSignal = () => ({ kind: "ambiguous", answered: false, code: "TimeoutError", message: "x" });
    for (let minute = 0; minute < 10; minute++, clock.advance(60_000)) await round();
    assert.deepEqual(
      sent().map(({ verdict }) => verdict),
      [decision === "approve" ? "resume" : "stop"],
    );
    automation.shows(anExecution({ steps: [aPause({ status: "Success" })] }));
    clock.advance(60 * 60_000);
    await round();
    assert.equal(sent().length, 1, "the step is over");
  });
