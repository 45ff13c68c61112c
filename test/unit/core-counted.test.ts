import assert from "node:assert/strict";
import { test } from "node:test";
import { counted } from "../../src/core/counted.ts";

test("only one is singular, and a plural that is not the word with an s is given", () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => counted(count, "record")),
    ["0 records", "1 record", "2 records"],
  );
  assert.deepEqual(
    [0, 1, 2].map((count) => counted(count, "request is", "requests are")),
    ["0 requests are", "1 request is", "2 requests are"],
  );
});
