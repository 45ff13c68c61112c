import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { explainRoutes } from "../../src/core/explain.ts";
import { matchRoute, type PartialSubject, type RouteMatch } from "../../src/core/policy.ts";
import { aRoute } from "../support/samples.ts";

const route = (name: string, match: RouteMatch) => aRoute({ name, match });
const verdicts = (matches: RouteMatch[], subject: PartialSubject) =>
  explainRoutes(
    matches.map((match, index) => route(`route ${index}`, match)),
    subject,
  ).map(({ verdict, conditions }) => [verdict, ...conditions].join(" "));

const prod: RouteMatch = { parameters: { Environment: ["prod"] } };

test("a parameter that was not given may have the runbook's default, so the result depends on it", () => {
  const described = { document: "D", moreParameters: true };
  assert.deepEqual(verdicts([prod, {}], { ...described, parameters: {} }), [
    "depends parameters.Environment",
    "matches",
  ]);
  assert.deepEqual(verdicts([prod, {}], { ...described, parameters: { Environment: ["test"] } }), [
    "fails parameters.Environment",
    "matches",
  ]);
  assert.deepEqual(verdicts([{ ...prod, document: "Other" }], { ...described, parameters: {} }), ["fails document"]);
});

test("an execution has no parameters beyond its own", () => {
  assert.deepEqual(verdicts([prod, {}], { document: "D", parameters: {} }), [
    "fails parameters.Environment",
    "matches",
  ]);
});

test("if all facts are known, the explanation ends at the route that applies", () => {
  const word = fc.constantFrom("a", "b", "*", "a*");
  const match = fc.record(
    {
      document: word,
      step: word,
      startedBy: word,
      parameters: fc.dictionary(fc.constantFrom("P", "Q"), fc.array(word)),
    },
    { requiredKeys: [] },
  );
  const text = fc.constantFrom("a", "b", "ab", "");
  const subject = fc.record({
    ...{ document: text, target: text, account: text, region: text, step: text, startedBy: text },
    parameters: fc.dictionary(fc.constantFrom("P", "Q"), fc.array(text)),
  });
  fc.assert(
    fc.property(fc.array(match), subject, (matches, each) => {
      const routes = matches.map((one, index) => route(`route ${index}`, one));
      const last = explainRoutes(routes, each).at(-1);
      assert.equal(last?.verdict === "matches" ? last.route : null, matchRoute(routes, each));
    }),
    { numRuns: 2_000 },
  );
});
