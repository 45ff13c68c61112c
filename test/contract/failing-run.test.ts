import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const RUN = new URL("../../scripts/test.ts", import.meta.url).pathname;

test("a run with a failed test has an exit code that says so", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-failing-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "failing.test.mjs");
  writeFileSync(file, 'import { test } from "node:test"; test("fails", () => { throw new Error("failed"); });');
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, [RUN, file], {
    env,
    encoding: "utf8",
  });
  assert.match(stdout, /fail 1/);
  assert.equal(status, 1);
});
