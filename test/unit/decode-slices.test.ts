import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeExecution, MAX_DECODED_LENGTH } from "../../src/aws/decode.ts";
import { finishInTurns, SLICE_STEPS, type Work } from "../../src/core/slices.ts";

const RAW = { AutomationExecutionId: "e", AutomationExecutionStatus: "Waiting" } as const;

/** A list of 50 values of 512 characters, the limits of AWS's API model for a parameter. */
const list = (name: number) => Array.from({ length: 50 }, (_, value) => `${name}"x${value}-`.repeat(103).slice(0, 512));
const lists = Array.from({ length: 200 }, (_, name) => list(name));
const Inputs = Object.fromEntries(lists.map((each, name) => [`Input${name}`, JSON.stringify(each)]));
const large = () => decodeExecution(RAW, [{ StepName: "run", Inputs }]);

async function countTurns<T>(work: Work<T>): Promise<{ turns: number; value: T }> {
  let turns = 0;
  const value = await finishInTurns(work, async () => void turns++);
  return { turns, value };
}

test("the inputs of a step at the limits are decoded in many turns of the event loop, and those of a small one in none", async () => {
  const { turns, value } = await countTurns(large());
  assert.deepEqual(Object.values(value.steps[0]?.inputs ?? {}), lists);
  assert.ok(turns >= 50, `${turns} turns`);
  const small = { StepName: "approve", Inputs: { Message: '"Restart?"', Approvers: JSON.stringify(list(1)) } };
  assert.equal((await countTurns(decodeExecution(RAW, Array(5).fill(small)))).turns, 1);
  assert.equal((await countTurns(decodeExecution(RAW, [small]))).turns, 0);
  assert.ok((await countTurns(decodeExecution(RAW, Array(20_000).fill({ StepName: "x" })))).turns > 0);
});

test("no part of the decoding is longer than the longest input that is decoded, and a longer one stays a text", () => {
  const longest = JSON.stringify("x".repeat(MAX_DECODED_LENGTH - 2));
  const longer = JSON.stringify(lists);
  const work = decodeExecution(RAW, [{ StepName: "run", Inputs: { ...Inputs, longest, longer } }]);
  const costs: number[] = [];
  for (;;) {
    const next = work.next();
    if (next.done === true) {
      const [step] = next.value.steps;
      assert.equal(step?.inputs.longest, JSON.parse(longest));
      assert.equal(step?.inputs.longer, longer);
      break;
    }
    costs.push(next.value);
  }
  assert.ok(Math.max(...costs) <= 4 * SLICE_STEPS, `${Math.max(...costs)} steps`);
});
