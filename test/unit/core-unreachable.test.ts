import assert from "node:assert/strict";
import { test } from "node:test";
import type { RouteMatch } from "../../src/core/policy.ts";
import { unreachableRoutes } from "../../src/core/unreachable.ts";
import { aRoute } from "../support/samples.ts";

const LATER: [claim: string, earlier: RouteMatch, later: RouteMatch, reached: boolean][] = [
  ["a route after one without conditions", {}, { document: "Prod-*" }, false],
  ["a route with the same glob", { document: "Prod-*" }, { document: "Prod-*" }, false],
  ["a route with a narrower glob", { document: "Prod-*" }, { document: "Prod-DB-*" }, false],
  ["a route with a wider glob", { document: "Prod-DB-*" }, { document: "Prod-*" }, true],
  ["a route with a glob that only overlaps", { document: "Prod-*" }, { document: "*-DB" }, true],
  ["a route with fewer conditions", { document: "Prod-*", region: "eu-*" }, { document: "Prod-*" }, true],
  ["a route with more conditions", { document: "Prod-*" }, { document: "Prod-*", region: "eu-*" }, false],
  [
    "a route for a subset of the values",
    { parameters: { E: ["prod", "stage-*"] } },
    { parameters: { E: ["stage-1"] } },
    false,
  ],
  ["a route for one more value", { parameters: { E: ["prod"] } }, { parameters: { E: ["prod", "test"] } }, true],
  ["a route for another parameter", { parameters: { E: ["prod"] } }, { parameters: { F: ["prod"] } }, true],
];

for (const [claim, earlier, later, reached] of LATER)
  test(`${claim} is ${reached ? "reachable" : "unreachable"}`, () => {
    const routes = [aRoute({ name: "first", match: earlier }), aRoute({ name: "second", match: later })];
    assert.deepEqual(unreachableRoutes(routes), reached ? [] : [{ index: 1, route: "second", earlier: "first" }]);
  });
