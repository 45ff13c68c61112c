import assert from "node:assert/strict";
import { test } from "node:test";
import { findWarnings } from "../../src/core/warnings.ts";
import { aFacts, aRequest, aRoute } from "../support/samples.ts";

const CASES: [claim: string, target: string | undefined, route: string | undefined | null, expected: string[]][] = [
  ["no warning", undefined, undefined, []],
  ["only that of the target", "Production account", undefined, ["Production account"]],
  ["only that of the route", undefined, "Deletes data", ["Deletes data"]],
  ["that of the target first", "Production account", "Deletes data", ["Production account", "Deletes data"]],
  ["the same one once", "Production account", "Production account", ["Production account"]],
  ["that of the target without a route", "Production account", null, ["Production account"]],
];
for (const [claim, targetWarning, warning, expected] of CASES)
  test(`a request has the warnings of its target and its route: ${claim}`, () => {
    const request = aRequest({ facts: aFacts(targetWarning === undefined ? {} : { targetWarning }) });
    const route = warning === null ? null : aRoute(warning === undefined ? {} : { warning });
    assert.deepEqual(findWarnings({ request, route }), expected);
  });
