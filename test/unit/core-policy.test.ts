import assert from "node:assert/strict";
import { test } from "node:test";
import { findRoute, matchRoute, type RouteMatch, type RouteSubject } from "../../src/core/policy.ts";
import { aRoute } from "../support/samples.ts";

const subject = (more: Partial<RouteSubject> = {}): RouteSubject => ({
  document: "Prod-DB-Restart",
  target: "production",
  account: "111122223333",
  region: "us-east-1",
  step: "approve",
  startedBy: "arn:aws:iam::111122223333:user/rosa",
  parameters: { Environment: ["prod"], Tags: ["a", "b"] },
  ...more,
});

const MATCHES: [claim: string, match: RouteMatch, expected: boolean][] = [
  ["no condition", {}, true],
  ["a matching document glob", { document: "Prod-DB-*" }, true],
  ["the document in other case", { document: "prod-db-*" }, false],
  ["a part of the document name", { document: "DB" }, false],
  ["the target", { target: "production" }, true],
  ["another target", { target: "staging" }, false],
  ["account and Region", { account: "1111*", region: "us-*" }, true],
  ["account, but not Region", { account: "1111*", region: "eu-*" }, false],
  ["the step", { step: "approve" }, true],
  ["the requester", { startedBy: "*:user/rosa" }, true],
  ["the value of a parameter", { parameters: { Environment: ["prod"] } }, true],
  ["one of several globs", { parameters: { Environment: ["stag*", "pr?d"] } }, true],
  ["one of several values", { parameters: { Tags: ["b"] } }, true],
  ["one parameter of two", { parameters: { Environment: ["prod"], Tags: ["z"] } }, false],
  ["a parameter that the execution lacks", { parameters: { Owner: ["*"] } }, false],
  [
    "a parameter named like an inherited property of objects",
    { parameters: { constructor: ["*"], toString: ["*"] } },
    false,
  ],
];

for (const [claim, match, expected] of MATCHES) {
  test(`a route with ${claim} ${expected ? "matches" : "does not match"} the request`, () => {
    assert.equal(matchRoute([aRoute({ match })], subject()) !== null, expected);
  });
}

test("the first matching route applies; without one the result is null", () => {
  const routes = [
    aRoute({ name: "other", match: { document: "Web-*" } }),
    aRoute({ name: "first", match: { document: "Prod-*" } }),
    aRoute({ name: "all" }),
  ];
  assert.equal(matchRoute(routes, subject())?.name, "first");
  assert.equal(matchRoute(routes, subject({ document: "Web-Deploy" }))?.name, "other");
  assert.equal(matchRoute(routes, subject({ document: "Else" }))?.name, "all");
  assert.equal(matchRoute(routes.slice(0, 2), subject({ document: "Else" })), null);
});

test("the route of a request is found by its exact name; a request without a route has none", () => {
  const routes = [aRoute({ name: "databases" }), aRoute({ name: "all" })];
  assert.equal(findRoute(routes, "all"), routes[1]);
  for (const name of ["All", "", null, undefined]) assert.equal(findRoute(routes, name), null);
});
