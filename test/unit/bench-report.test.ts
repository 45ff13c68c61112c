import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MEASUREMENT_NAMES, makeReport } from "../../bench/report.ts";

test("docs/performance.md and its charts show the stored results, with a row for each measurement", () => {
  const report = makeReport();
  for (const [path, text] of Object.entries(report))
    assert.equal(readFileSync(new URL(`../../docs/${path}`, import.meta.url), "utf8"), text, path);
  const rows = report["performance.md"]?.split("\n").filter((line) => line.startsWith("| ")) ?? [];
  assert.ok(rows.length > MEASUREMENT_NAMES.length, rows.join("\n"));
  assert.doesNotMatch(rows.join("\n"), /not measured/);
});

test("each figure that misses its goal has a cause", () => {
  const [table = "", causes = ""] = (makeReport()["performance.md"] ?? "").split("## Causes of the misses");
  const missed = [...table.matchAll(/^\| (.*?) \|.*\*\*missed\*\*/gm)].map(([, figure = ""]) => figure);
  const explained = [...causes.matchAll(/^- \*\*(.*?)\*\*: (?!Not known)/gm)].map(([, figure]) => figure);
  assert.ok(missed.length > 0);
  assert.deepEqual(explained, missed);
});
