import assert from "node:assert/strict";
import { test } from "node:test";
import { toLine, toRate, totalByFolder } from "../../scripts/mutation-rates.ts";

test("each folder has a rate of its own, so that many good files elsewhere do not hide a bad folder", () => {
  const totals = totalByFolder([
    { file: "src/core/a.ts", killed: 97, all: 98 },
    { file: "src/core/b.ts", killed: 2, all: 2 },
    { file: "src/app/signal/a.ts", killed: 1, all: 4 },
  ]);
  assert.deepEqual(totals.map(toLine), [" 99.0 %  99 of 100  src/core", " 25.0 %  1 of 4  src/app/signal"]);
  assert.equal(toRate({ file: "src/core/types.ts", killed: 0, all: 0 }), 100);
});
