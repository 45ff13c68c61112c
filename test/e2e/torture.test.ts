import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { formatReport } from "../torture/figures.ts";
import { type Harness, startHarness } from "../torture/harness.ts";
import { makeMutantSchedule } from "../torture/mutant-scenarios.ts";
import { MUTANT_NAMES } from "../torture/mutants.ts";
import { openDatabase } from "../torture/open-database.ts";
import { runSchedule } from "../torture/run-schedule.ts";
import { makeSchedule } from "../torture/schedule.ts";

test("a seed gives the same schedule each time", () => {
  assert.deepEqual(makeSchedule(4711, 3), makeSchedule(4711, 3));
  assert.notDeepEqual(makeSchedule(4711, 3).actions, makeSchedule(4712, 3).actions);
});

let harness: Harness;
suite("the torture test", () => {
  before(async () => {
    if (FULL_MATRIX) harness = await startHarness(await openDatabase("sqlite"));
  });
  after(() => harness?.close());

  // A sample of `npm run torture`, which runs hundreds of other seeds: reads lag, step ids are reused, approvers sign. In
  // `npm test`, the oracle of these schedules judges the kills at crash points.
  for (const seed of FULL_MATRIX ? [285, 11, 12] : []) {
    test(`schedule ${seed} of faults, kills and clicks loses nothing and repeats nothing`, async () => {
      const result = await runSchedule(harness, makeSchedule(seed, 1));
      assert.deepEqual(result.violations, [], formatReport(result).join("\n"));
    });
  }

  // Reads lag, step ids are reused, and Slack sends its requests over HTTP.
  for (const seed of FULL_MATRIX ? [261, 21] : []) {
    test(`schedule ${seed} on two replicas loses nothing and repeats nothing`, async (t) => {
      const replicas = await startHarness(await openDatabase("postgres"));
      t.after(() => replicas.close());
      const result = await runSchedule(replicas, makeSchedule(seed, 2));
      assert.deepEqual(result.violations, [], formatReport(result).join("\n"));
    });
  }

  // `npm run test:all` also searches for each mutant with random schedules.
  for (const mutant of FULL_MATRIX ? MUTANT_NAMES : []) {
    const schedule = makeMutantSchedule(mutant);
    test(`the oracle finds the mutant ${mutant}, and finds no violation without it`, async () => {
      const original = await runSchedule(harness, schedule);
      assert.deepEqual(original.violations, [], formatReport(original).join("\n"));
      const mutated = await runSchedule(harness, schedule, { mutant });
      assert.notDeepEqual(mutated.violations, [], "the oracle found no violation");
    });
  }
});
