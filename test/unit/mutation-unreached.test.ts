import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { hasCode } from "../../scripts/find-tests.ts";

const mutate = (file: string) => {
  const { status, stdout } = spawnSync(process.execPath, ["scripts/mutation.ts", file], { encoding: "utf8" });
  return { status, stdout };
};

test("the mutation tool fails for a file with code that no test reaches, and names it", () => {
  const { status, stdout } = mutate("src/cli/serve.ts");
  assert.equal(status, 1, stdout);
  assert.match(stdout, /not mutated, because no unit or contract test reaches them:\nsrc\/cli\/serve\.ts\n/);
  assert.doesNotMatch(stdout, /100\.0 %/);
});

test("the mutation tool passes a file that has only types: it has no mutants", () => {
  assert.equal(hasCode("src/app/ports/click-store.ts"), false);
  assert.equal(hasCode("src/app/ports/slack.ts"), true);
  const { status, stdout } = mutate("src/app/ports/click-store.ts");
  assert.equal(status, 0, stdout);
});
