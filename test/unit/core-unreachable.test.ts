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
  ["a route for any parameters after one for some", { parameters: { E: ["prod"] } }, {}, true],
  [
    "a route after one for a parameter that every object has",
    { parameters: { constructor: ["prod"] } },
    { parameters: { E: ["prod"] } },
    true,
  ],
  ["a route for the same tag", { tags: { team: ["db-*"] } }, { tags: { team: ["db-1"] } }, false],
  ["a route for another value of a tag", { tags: { team: ["db-*"] } }, { tags: { team: ["web"] } }, true],
  ["a route with one more tag", { tags: { team: ["db"] } }, { tags: { team: ["db"], stage: ["prod"] } }, false],
  ["a route with one tag less", { tags: { team: ["db"], stage: ["prod"] } }, { tags: { team: ["db"] } }, true],
  [
    "a route for any value of a tag after one for one value",
    { parameters: { team: ["db"] }, tags: { team: ["db"] } },
    { parameters: { team: ["db"] }, tags: { team: ["*"] } },
    true,
  ],
  ["a route for pauses after one for approvals", {}, { action: "aws:pause" }, true],
  ["a route for approvals after one for pauses", { action: "aws:pause" }, {}, true],
  ["a route for pauses after one for pauses", { action: "aws:pause" }, { action: "aws:pause", step: "wait" }, false],
  ["a route that names the action of approvals", {}, { action: "aws:approve" }, false],
];

for (const [claim, earlier, later, reached] of LATER)
  test(`${claim} is ${reached ? "reachable" : "unreachable"}`, () => {
    const routes = [aRoute({ name: "first", match: earlier }), aRoute({ name: "second", match: later })];
    assert.deepEqual(unreachableRoutes(routes), reached ? [] : [{ index: 1, route: "second", earlier: "first" }]);
  });

test("an unreachable route is reported with the first of the routes that match everything before it", () => {
  const routes = ["first", "second", "third"].map((name) => aRoute({ name, match: { document: "Prod-*" } }));
  assert.deepEqual(unreachableRoutes([aRoute({ name: "other", match: { document: "Test-*" } }), ...routes]), [
    { index: 2, route: "second", earlier: "first" },
    { index: 3, route: "third", earlier: "first" },
  ]);
});
