import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const HEAP = new URL("../../src/ops/heap.ts", import.meta.url).href;
const DEPLOYED = ["deploy/Dockerfile", "deploy/countersign.service", "bench/bots.ts", "docs/operations.md"];

test("Node knows the option of the deployment files and V8 the flag of the bot, and the benchmark has the same option", () => {
  const [option = "", ...others] = DEPLOYED.map((path) =>
    /NODE_OPTIONS[:= "]*(--[\w-]+=\d+)/.exec(readFileSync(path, "utf8"))?.at(1),
  );
  assert.deepEqual(others, [option, option, option]);
  const script = `(await import("${HEAP}")).limitHeapGrowth(); console.log("ended")`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    env: { NODE_OPTIONS: option },
    encoding: "utf8",
  });
  assert.deepEqual([stdout, stderr], ["ended\n", ""]);
});
