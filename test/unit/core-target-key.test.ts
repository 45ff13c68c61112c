import assert from "node:assert/strict";
import { test } from "node:test";
import { toTargetKey } from "../../src/core/target-key.ts";

test("the key of a target contains its account only if the configuration lists accounts", () => {
  const region = "us-east-1";
  assert.equal(toTargetKey({ name: "prod", region }), "prod/us-east-1");
  assert.equal(toTargetKey({ name: "prod", account: null, region }), "prod/us-east-1");
  assert.equal(toTargetKey({ name: "prod", account: "111122223333", region }), "prod/111122223333/us-east-1");
});
