import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_HIDDEN_NAMES } from "../../src/core/hidden-names.ts";
import { makeMask } from "../../src/core/mask.ts";
import { maskExecution } from "../../src/core/mask-execution.ts";
import { inTurns, makeSlices, SLICE_STEPS, type Work } from "../../src/core/slices.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { anExecution, aStep } from "../support/samples.ts";

/** Values of 512 characters, the limit of the API model. */
const fill = (text: string) => text.repeat(Math.ceil(512 / text.length)).slice(0, 512);
const VALUES: Record<string, (name: number, value: number) => string> = {
  "plain text": (name, value) => fill(`${name}x${value}-`),
  "hidden pairs": (name, value) => fill(`password${value}=secretvalue${name}${value};`),
  "hidden members": (name, value) => `[${fill(`{"Name":"DB_PASSWORD${value}","Value":"s${name}x${value}"},`)}`,
  "what may be base64": (name, value) => fill(`QUJDREVGR0hJSktM${name}MTIzNDU2Nzg5${value}`),
  "escapes and percent signs": (name, value) => fill(`%20\\"${name}\\u0041%25${value}`),
};

function large(
  toValue: (name: number, value: number) => string,
  names = 200,
  isHidden = (name: number) => name % 2 === 0,
) {
  const parameters = Array.from({ length: names }, (_, name): [string, string[]] => [
    `${isHidden(name) ? "Password" : "Visible"}${name}`,
    Array.from({ length: 50 }, (_, value) => toValue(name, value)),
  ]);
  const step = aStep({ inputs: { Message: "Restart?", Pairs: ['{"Name":"DbToken","Value":"zq9-first"}'] } });
  return anExecution({ parameters: Object.fromEntries([["Pwd", ["short-secret"]], ...parameters]), steps: [step] });
}

function maskInSlices(execution: ReturnType<typeof large>) {
  const mask = makeMask(DEFAULT_HIDDEN_NAMES, execution);
  const costs: number[] = [];
  const work = mask.inSlices(() => maskExecution(execution, mask));
  for (;;) {
    const next = work.next();
    if (next.done === true) return { masked: next.value, costs, mask };
    costs.push(next.value);
  }
}

for (const [what, toValue] of Object.entries(VALUES))
  for (const [where, isHidden] of [
    ["half hidden", undefined],
    ["visible", () => false],
  ] as const)
    test(`masking in slices has the same result as at once, and no slice costs more than one text too much: ${what}, ${where}`, () => {
      const execution = large(toValue, 200, isHidden);
      const whole = makeMask(DEFAULT_HIDDEN_NAMES, execution);
      const { masked, costs, mask } = maskInSlices(execution);
      assert.deepEqual(masked, maskExecution(execution, whole));
      assert.deepEqual([mask.withheld(), mask.steps()], [whole.withheld(), whole.steps()]);
      assert.ok(costs.length >= 15, `${costs.length} slices`);
      // The tree of the patterns is one part, and so is the search for visible values.
      assert.ok(Math.max(...costs) <= SLICE_STEPS + 20_500, `${Math.max(...costs)} steps`);
    });

test("a text that is too long to read in one slice teaches nothing, and is withheld", () => {
  const withText = (length: number) =>
    anExecution({ steps: [aStep({ inputs: { Text: "password=secretvalue;".padEnd(length, "some words ") } })] });
  const { costs, mask } = maskInSlices(withText(900_000));
  assert.ok(Math.max(...costs) <= SLICE_STEPS + 20_500, `${Math.max(...costs)} steps`);
  assert.equal(mask.withheld(), 1);
  assert.equal(makeMask(DEFAULT_HIDDEN_NAMES, withText(900_000)).text("secretvalue"), "secretvalue");
  assert.equal(makeMask(DEFAULT_HIDDEN_NAMES, withText(100_000)).text("secretvalue"), "(hidden)");
});

test("texts without a secret are read in slices too: their names cost as much", () => {
  const execution = large(VALUES["plain text"] as (typeof VALUES)[string], 200, () => false);
  execution.parameters.Pwd = [];
  execution.steps = [aStep()];
  const { costs, mask } = maskInSlices(execution);
  assert.equal(mask.withheld(), 0);
  assert.ok(costs.length >= 50, `${costs.length} slices`);
  assert.ok(Math.max(...costs) <= SLICE_STEPS + 20_500, `${Math.max(...costs)} steps`);
});

test("a text that is masked at once between two slices does not disturb them", () => {
  const execution = large(VALUES["plain text"] as (typeof VALUES)[string], 200, () => false);
  const mask = makeMask(DEFAULT_HIDDEN_NAMES, execution);
  const work = mask.inSlices(() => maskExecution(execution, mask));
  work.next();
  assert.equal(mask.text("the short-secret"), "the (hidden)");
  work.next();
  assert.equal(mask.text("a short-secret"), "a (hidden)");
  const whole = makeMask(DEFAULT_HIDDEN_NAMES, execution);
  whole.text("the short-secret");
  whole.text("a short-secret");
  assert.deepEqual(makeSlices().finish(work), maskExecution(execution, whole));
});

test("an error of a task ends its slices, and later work is whole again", () => {
  const slices = makeSlices();
  const error = new Error("no such step");
  assert.throws(
    () =>
      slices
        .run(() => {
          throw error;
        })
        .next(),
    error,
  );
  assert.equal(slices.finish(cost(SLICE_STEPS, 5)), 5);
});

function* cost(each: number, parts: number): Work<number> {
  for (let part = 0; part < parts; part++) yield each;
  return parts;
}

/** The resolution of a thread's processor time, in microseconds. */
const TICK = 4_000;

test("no turn of the event loop takes long: a request at the limits costs little more per turn than a small one", async () => {
  const small = large(VALUES["hidden members"] as (typeof VALUES)[string], 0);
  const most = large(VALUES["hidden members"] as (typeof VALUES)[string]);
  /** Returns the longest turn, in microseconds of this thread's processor time: other processes do not count. */
  const longestTurn = async (execution: ReturnType<typeof large>) => {
    const turns: number[] = [];
    let since = process.threadCpuUsage();
    const record = () => {
      const { user, system } = process.threadCpuUsage(since);
      turns.push(user + system);
    };
    const turn = async () => {
      record();
      await systemClock.turn();
      since = process.threadCpuUsage();
    };
    const mask = makeMask(DEFAULT_HIDDEN_NAMES, execution);
    const work = mask.inSlices(() => maskExecution(execution, mask));
    await inTurns(work, turn);
    record();
    return Math.max(...turns);
  };
  const best = async (execution: ReturnType<typeof large>, count: number) => {
    const runs: number[] = [];
    for (let run = 0; run < count; run++) runs.push(await longestTurn(execution));
    return Math.min(...runs);
  };
  await best(most, 2); // compiles the code
  const [least, longest] = [await best(small, 7), await best(most, 5)];
  assert.ok(longest < 5 * Math.max(least, TICK), `${least} and ${longest} microseconds`);
});

test("turns of the event loop resolve one caller each", async () => {
  let turn = 0;
  const count = () => setImmediate(() => turn++ < 10 && count());
  count();
  const seen = await Promise.all([1, 2, 3].map(() => systemClock.turn().then(() => turn)));
  assert.equal(new Set(seen).size, 3, `in the turns ${seen}`);
});
