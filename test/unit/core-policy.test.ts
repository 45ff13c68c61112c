import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findRoute, globMatches, matchRoute, type RouteMatch, type RouteSubject } from "../../src/core/policy.ts";
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

/** The same meaning, by a regular expression: what the walk is held against. */
function byRegExp(glob: string, text: string): boolean {
  const pattern = [...glob.matchAll(/[\s\S]/g)]
    .map(([unit]) =>
      unit === "*" ? "[\\s\\S]*" : unit === "?" ? "[\\s\\S]" : unit.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&"),
    )
    .join("");
  return new RegExp(`^(?:${pattern})$`).test(text);
}

test("a glob matches what the regular expression of the same meaning matches", () => {
  const letters = fc.constantFrom("a", "b", "*", "?", ".", "\n", "\\", "é", "😀");
  const glob = fc.array(letters, { maxLength: 8 }).map((units) => units.join(""));
  const text = fc.array(fc.constantFrom("a", "b", "*", ".", "\n", "\\", "é", "😀"), { maxLength: 12 });
  fc.assert(
    fc.property(glob, text, (pattern, units) => {
      const whole = units.join("");
      assert.equal(globMatches(pattern, whole), byRegExp(pattern, whole), JSON.stringify([pattern, whole]));
    }),
    { numRuns: 5_000 },
  );
});

test("a text matches itself, and any run of it may be a star", () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/[*?]/.test(text)),
      fc.nat(),
      fc.nat(),
      (text, a, b) => {
        const [from, to] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y) as [number, number];
        assert.ok(globMatches(text, text));
        assert.ok(globMatches(`${text.slice(0, from)}*${text.slice(to)}`, text));
      },
    ),
  );
});

test("hostile globs and texts cost no more than their lengths multiplied", () => {
  const hostile: [string, string][] = [
    [`${"*a".repeat(100)}*b`, "a".repeat(5_000)],
    [`${"*".repeat(5_000)}b`, "a".repeat(5_000)],
    [`${"?*".repeat(200)}x`, "a".repeat(5_000)],
    [`*${"a".repeat(500)}b`, "a".repeat(5_000)],
  ];
  const started = performance.now();
  for (const [glob, text] of hostile) assert.equal(globMatches(glob, text), false);
  // A backtracking matcher would need longer than the universe has.
  assert.ok(performance.now() - started < 5_000);
});

const MATCHES: [claim: string, match: RouteMatch, expected: boolean][] = [
  ["no condition", {}, true],
  ["the document by glob", { document: "Prod-DB-*" }, true],
  ["a document in another case", { document: "prod-db-*" }, false],
  ["a part of the document", { document: "DB" }, false],
  ["the target", { target: "production" }, true],
  ["another target", { target: "staging" }, false],
  ["account and Region", { account: "1111*", region: "us-*" }, true],
  ["account, but not Region", { account: "1111*", region: "eu-*" }, false],
  ["the step", { step: "approve" }, true],
  ["who started it", { startedBy: "*:user/rosa" }, true],
  ["a parameter's value", { parameters: { Environment: ["prod"] } }, true],
  ["one of several globs", { parameters: { Environment: ["stag*", "pr?d"] } }, true],
  ["one of several values", { parameters: { Tags: ["b"] } }, true],
  ["one parameter of two", { parameters: { Environment: ["prod"], Tags: ["z"] } }, false],
  ["a parameter that the execution lacks", { parameters: { Owner: ["*"] } }, false],
  ["a parameter named like a member of every object", { parameters: { constructor: ["*"], toString: ["*"] } }, false],
];

for (const [claim, match, expected] of MATCHES) {
  test(`a route with ${claim} ${expected ? "covers" : "does not cover"} the request`, () => {
    assert.equal(matchRoute([aRoute({ match })], subject()) !== null, expected);
  });
}

test("the first route that matches wins, and none is null", () => {
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

test("a request's route is found by its exact name, and a request without a route has none", () => {
  const routes = [aRoute({ name: "databases" }), aRoute({ name: "all" })];
  assert.equal(findRoute(routes, "all"), routes[1]);
  for (const name of ["All", "", null, undefined]) assert.equal(findRoute(routes, name), null);
});
