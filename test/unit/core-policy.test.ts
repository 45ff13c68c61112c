import assert from "node:assert/strict";
import { test } from "node:test";
import { findRoute, type Route, type RouteMatch, type RouteSubject } from "../../src/core/policy.ts";
import { selectRoute } from "../../src/core/select-route.ts";
import { aRoute } from "../support/samples.ts";

const subject = (more: Partial<RouteSubject> = {}): RouteSubject => ({
  document: "Prod-DB-Restart",
  target: "production",
  account: "111122223333",
  region: "us-east-1",
  step: "approve",
  startedBy: "arn:aws:iam::111122223333:user/rosa",
  parameters: { Environment: ["prod"], Tags: ["a", "b"] },
  defaults: { Size: ["small"], Zones: [] },
  ...more,
});

const matchRoute = (routes: readonly Route[], of: RouteSubject) => {
  const selection = selectRoute(routes, of);
  return selection.kind === "route" ? selection.route : null;
};

const SHARED = "arn:aws:ssm:us-east-1:444455556666:document/Prod-DB-Restart";
const OWN = "arn:aws:ssm:us-east-1:111122223333:document/Prod-DB-Restart";

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
  ["one of several values", { parameters: { Tags: ["b"] } }, false],
  ["globs for all of several values", { parameters: { Tags: ["a", "b"] } }, true],
  ["the default of a parameter that the execution leaves out", { parameters: { Size: ["small"] } }, true],
  ["another value than the default", { parameters: { Size: ["large"] } }, false],
  ["a parameter whose default is an empty list", { parameters: { Zones: ["*"] } }, false],
  ["the runbook's ARN in the target's account", { document: OWN }, true],
  ["the runbook's ARN in another account", { document: SHARED }, false],
  ["the ARN of another runbook", { document: OWN.replace("Restart", "Stop") }, false],
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

const BY_ARN: [claim: string, glob: string, document: string, expected: boolean][] = [
  ["a name", "Prod-DB-*", SHARED, true],
  ["an ARN", "arn:aws:ssm:*:444455556666:document/Prod-*", SHARED, true],
  ["the ARN of another account", "arn:aws:ssm:*:111122223333:document/Prod-*", SHARED, false],
  ["another name", "Web-*", SHARED, false],
  ["Amazon's ARN", "arn:aws:ssm:*::document/AWS-*", "AWS-RestartEC2Instance", true],
];

for (const [claim, document, reported, expected] of BY_ARN)
  test(`a route with ${claim} ${expected ? "matches" : "does not match"} the runbook ${reported}`, () => {
    assert.equal(matchRoute([aRoute({ match: { document } })], subject({ document: reported })) !== null, expected);
  });

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
