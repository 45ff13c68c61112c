import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openDatabase } from "../torture/open-database.ts";
import { story } from "../torture/figures.ts";
import { MUTANT_STORIES } from "../torture/mutant-scenarios.ts";
import { MUTANT_NAMES } from "../torture/mutants.ts";
import { runSchedule } from "../torture/run-schedule.ts";
import { makeSchedule } from "../torture/schedule.ts";
import { openStage, type Stage } from "../torture/harness.ts";

let stage: Stage;
before(async () => {
  stage = await openStage(await openDatabase("sqlite"));
});
after(() => stage.close());

// A taste of `npm run torture`: other seeds are run there, by the thousand.
for (const seed of [11, 12]) {
  test(`schedule ${seed} of faults, kills and clicks loses nothing and does nothing twice`, async () => {
    const result = await runSchedule(stage, makeSchedule(seed, 1));
    assert.deepEqual(result.violations, [], story(result).join("\n"));
  });
}

test("schedule 21 on two replicas loses nothing and does nothing twice", async (t) => {
  const replicas = await openStage(await openDatabase("postgres"));
  t.after(() => replicas.close());
  const result = await runSchedule(replicas, makeSchedule(21, 2));
  assert.deepEqual(result.violations, [], story(result).join("\n"));
});

test("a seed gives the same schedule each time", () => {
  assert.deepEqual(makeSchedule(4711, 3), makeSchedule(4711, 3));
  assert.notDeepEqual(makeSchedule(4711, 3).actions, makeSchedule(4712, 3).actions);
});

for (const mutant of MUTANT_NAMES) {
  const schedule = { seed: 0, replicas: 1, actions: MUTANT_STORIES[mutant] ?? [] };
  test(`the oracle finds the mutant ${mutant}, and nothing without it`, async () => {
    const sound = await runSchedule(stage, schedule);
    assert.deepEqual(sound.violations, [], story(sound).join("\n"));
    const mutated = await runSchedule(stage, schedule, { mutant });
    assert.notDeepEqual(mutated.violations, [], "the oracle saw nothing wrong");
  });
}
