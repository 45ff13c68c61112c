import assert from "node:assert/strict";
import { test } from "node:test";
import type { RouteMatch, RouteSubject } from "../../src/core/policy.ts";
import { selectRoute } from "../../src/core/select-route.ts";
import type { Uncovered } from "../../src/core/uncovered.ts";
import { aRoute } from "../support/samples.ts";
import { routeName, verdicts } from "./select-route-setup.ts";

const prod: RouteMatch = { parameters: { Environment: ["prod"] } };
const strict = aRoute({ name: "strict", match: prod, quorum: 2 });
const lax = aRoute({ name: "lax", match: { parameters: { Environment: ["dev"] } } });
const rest = aRoute({ name: "rest" });

const given = (...values: string[]): RouteSubject => ({ parameters: { Environment: values }, defaults: {} });
const left = (defaults: RouteSubject["defaults"]): RouteSubject => ({ parameters: {}, defaults });

const doubt = (
  reason: Exclude<Uncovered["reason"], "no-match">,
  route: string,
  otherRoute: string | null,
  condition = "parameters.Environment",
): Uncovered => ({ reason, condition, route, otherRoute });

/** Each attack with the result for the strict route first, and for the lax route first. */
const ATTACKS: [claim: string, subject: RouteSubject, strictFirst: string | Uncovered, laxFirst: string | Uncovered][] =
  [
    ["the value of the strict route", given("prod"), "strict", "strict"],
    ["the value of the lax route", given("dev"), "lax", "lax"],
    ["a value of each route", given("prod", "dev"), doubt("values", "strict", "lax"), doubt("values", "lax", "strict")],
    [
      "both in the other order",
      given("dev", "prod"),
      doubt("values", "strict", "lax"),
      doubt("values", "lax", "strict"),
    ],
    [
      "a value that is not listed besides one that is",
      given("prod", "x"),
      doubt("values", "strict", "rest"),
      doubt("values", "strict", "rest"),
    ],
    [
      "a value with white space after it",
      given("prod "),
      doubt("spelling", "strict", "rest"),
      doubt("spelling", "strict", "rest"),
    ],
    ["a value in other case", given("Prod"), doubt("spelling", "strict", "rest"), doubt("spelling", "strict", "rest")],
    [
      "a value with an invisible character",
      given("pr\u200bod"),
      doubt("spelling", "strict", "rest"),
      doubt("spelling", "strict", "rest"),
    ],
    ["the lax value in other case", given("DEV"), doubt("spelling", "lax", "rest"), doubt("spelling", "lax", "rest")],
    [
      "a reference that AWS replaces",
      given("{{ssm:env}}"),
      doubt("reference", "strict", "lax"),
      doubt("reference", "lax", "strict"),
    ],
    ["the default of the strict route", left({ Environment: ["prod"] }), "strict", "strict"],
    [
      "a default with a value of each route",
      left({ Environment: ["prod", "dev"] }),
      doubt("values", "strict", "lax"),
      doubt("values", "lax", "strict"),
    ],
    [
      "a default that could not be read",
      left(null),
      doubt("unknown", "strict", "lax"),
      doubt("unknown", "lax", "strict"),
    ],
    ["no default", left({}), "rest", "rest"],
    [
      "an empty list instead of the default",
      { ...given(), defaults: { Environment: ["prod"] } },
      doubt("empty", "strict", "rest"),
      doubt("empty", "strict", "rest"),
    ],
    ["an empty list as the default says", { ...given(), defaults: { Environment: [] } }, "rest", "rest"],
    [
      "an empty list whose default is unknown",
      { ...given(), defaults: null },
      doubt("unknown", "strict", "lax"),
      doubt("unknown", "lax", "strict"),
    ],
  ];

for (const [claim, subject, strictFirst, laxFirst] of ATTACKS)
  test(`${claim} selects the same route or none, whichever route comes first`, () => {
    for (const [routes, expected] of [
      [[strict, lax, rest], strictFirst],
      [[lax, strict, rest], laxFirst],
    ] as const) {
      const selection = selectRoute(routes, subject);
      assert.deepEqual(selection.kind === "route" ? selection.route.name : selection.uncovered, expected);
    }
  });

test("a route without a condition on the parameter applies, whatever the values are", () => {
  assert.equal(routeName([rest, strict], given("prod", "dev")), "rest");
  assert.equal(routeName([rest, strict], left(null)), "rest");
});

test("a runbook without its account selects no route that depends on the account", () => {
  const shared = aRoute({ name: "shared", match: { document: "arn:aws:ssm:*:444455556666:document/Prod-*" } });
  const subject: RouteSubject = { document: "Prod-DB", account: "111122223333", region: "us-east-1", ...left({}) };
  assert.deepEqual(selectRoute([shared, rest], subject), {
    kind: "uncovered",
    uncovered: doubt("owner", "shared", "rest", "document"),
  });
});

test("a parameter that was not given may have the runbook's default, so the result depends on it", () => {
  const described = { document: "D", defaults: null };
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

test("an execution has no parameters beyond its own and its runbook's defaults", () => {
  assert.deepEqual(verdicts([prod, {}], { document: "D", parameters: {}, defaults: {} }), [
    "fails parameters.Environment",
    "matches",
  ]);
});

const BY_TAG = [aRoute({ name: "dba", match: { tags: { Team: ["dba"] } } }), aRoute({ name: "rest" })];
const TAGS: [claim: string, tags: Record<string, string> | null | undefined, result: string][] = [
  ["the tag's value", { Team: "dba" }, "dba"],
  ["another value", { Team: "web" }, "rest"],
  ["no such tag", {}, "rest"],
  ["a name that every object has", { constructor: "dba" }, "rest"],
  ["case and white space", { Team: " DBA" }, "uncovered spelling tags.Team"],
  ["tags that could not be read", null, "uncovered unknown tags.Team"],
  ["tags that were not given", undefined, "uncovered unknown tags.Team"],
];

for (const [claim, tags, result] of TAGS)
  test(`a route by tag: ${claim}`, () => {
    const selection = selectRoute(BY_TAG, { parameters: {}, defaults: {}, tags });
    const found =
      selection.kind === "route"
        ? selection.route.name
        : `uncovered ${selection.uncovered.reason} ${"condition" in selection.uncovered ? selection.uncovered.condition : ""}`;
    assert.equal(found, result);
  });
