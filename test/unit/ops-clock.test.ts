import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/ops/clock.ts";

test("a wait until a time in the past ends at once, without a warning of Node", async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => void warnings.push(name);
  process.on("warning", onWarning);
  await systemClock.sleep(-5_000);
  await systemClock.turn();
  process.off("warning", onWarning);
  assert.deepEqual(warnings, []);
});
