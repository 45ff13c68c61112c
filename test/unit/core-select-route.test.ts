import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Route, RouteMatch, RouteSubject } from "../../src/core/policy.ts";
import { selectRoute, tryRoutes } from "../../src/core/select-route.ts";
import type { Uncovered } from "../../src/core/uncovered.ts";
import { aRoute } from "../support/samples.ts";

const toRoutes = (matches: readonly RouteMatch[]) =>
  matches.map((match, index) => aRoute({ name: `route ${index}`, match }));
const verdicts = (matches: RouteMatch[], subject: RouteSubject) =>
  tryRoutes(toRoutes(matches), subject).map(({ verdict, conditions }) =>
    [verdict, ...conditions.map(({ key }) => key)].join(" "),
  );
const routeName = (routes: readonly Route[], subject: RouteSubject) => {
  const selection = selectRoute(routes, subject);
  return selection.kind === "route" ? selection.route.name : selection.uncovered.reason;
};

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

const NAMES = ["P", "Q", "R"];
const word = fc.constantFrom("a", "b", "ab", "*", "a*", "?");
const value = fc.constantFrom("a", "b", "ab", "A", " a", "B\t", "c");
const match: fc.Arbitrary<RouteMatch> = fc.record(
  {
    step: word,
    parameters: fc.dictionary(fc.constantFrom(...NAMES), fc.array(word, { minLength: 1, maxLength: 3 })),
  },
  { requiredKeys: [] },
);
const policy = fc.array(match, { maxLength: 5 }).map(toRoutes);
const lists = fc.dictionary(fc.constantFrom(...NAMES), fc.array(value, { minLength: 1, maxLength: 3 }));

/** Returns every choice of one value for each parameter. */
function combinations(parameters: Record<string, string[]>): Record<string, string>[] {
  return Object.entries(parameters).reduce<Record<string, string>[]>(
    (all, [name, values]) => all.flatMap((each) => values.map((one) => ({ ...each, [name]: one }))),
    [{}],
  );
}

const foldText = (text: string) => text.replace(/\s/g, "").toLowerCase();

test("the route is the one that every combination of single values selects, as written and without case and white space", () => {
  let covered = 0;
  let doubtful = 0;
  fc.assert(
    fc.property(policy, lists, lists, (routes, parameters, defaults) => {
      const effective = { ...defaults, ...parameters };
      const readings = Object.fromEntries(
        Object.entries(effective).map(([name, values]) => [name, values.flatMap((each) => [each, `folded:${each}`])]),
      );
      const results = new Set(
        combinations(readings).map(
          (choice) =>
            routes.find(
              (route) =>
                (route.match.step === undefined || matches(route.match.step, "a")) &&
                Object.entries(route.match.parameters ?? {}).every(([name, globs]) => {
                  const chosen = choice[name];
                  if (chosen === undefined) return false;
                  return chosen.startsWith("folded:")
                    ? globs.some((glob) => matches(foldText(glob), foldText(chosen.slice(7))))
                    : globs.some((glob) => matches(glob, chosen));
                }),
            )?.name ?? null,
        ),
      );
      const selection = selectRoute(routes, { step: "a", parameters, defaults });
      if (selection.kind === "route") covered++;
      if (results.size > 1) {
        doubtful++;
        assert.ok(selection.kind === "uncovered" && selection.uncovered.reason !== "no-match");
        const { route, otherRoute } = selection.uncovered;
        assert.ok(results.has(route) && results.has(otherRoute) && route !== otherRoute, `${route} ${otherRoute}`);
      } else {
        const [only = null] = results;
        assert.deepEqual(selection.kind === "route" ? selection.route.name : null, only);
        assert.ok(selection.kind === "route" || selection.uncovered.reason === "no-match");
      }
    }),
    { numRuns: 3_000 },
  );
  assert.ok(covered > 100 && doubtful > 100, `${covered} ${doubtful}`);
});

/** The same matching with a regular expression. */
function matches(glob: string, text: string): boolean {
  return new RegExp(`^${glob.replaceAll("*", "[\\s\\S]*").replaceAll("?", "[\\s\\S]")}$`).test(text);
}

test("no spelling of a value, and no other value besides it, selects another route than the value itself", () => {
  const space = fc.constantFrom("", " ", "\t", "\n", "\u00a0", "\u200b", "\ufeff", "\r\n");
  const globs = fc.array(fc.constantFrom("prod", "dev", "prod-*", "p*", "*"), { minLength: 1, maxLength: 2 });
  const rules = fc.array(fc.record({ parameters: fc.record({ E: globs }) }), { maxLength: 4 }).map(toRoutes);
  const disguise = fc.record({
    ...{ before: space, after: space, inside: space, at: fc.nat(8), upper: fc.array(fc.boolean(), { maxLength: 8 }) },
    others: fc.array(fc.constantFrom("prod", "dev", "prod-1", "x", "Prod"), { maxLength: 3 }),
    first: fc.boolean(),
  });
  fc.assert(
    fc.property(rules, fc.constantFrom("prod", "dev", "prod-1", "x"), disguise, (routes, honest, how) => {
      const own = selectRoute(routes, { parameters: { E: [honest] }, defaults: {} });
      const recased = [...honest].map((unit, index) => (how.upper[index] ? unit.toUpperCase() : unit)).join("");
      const spelled = how.before + recased.slice(0, how.at) + how.inside + recased.slice(how.at) + how.after;
      const values = how.first ? [spelled, ...how.others] : [...how.others, spelled];
      const other = selectRoute(routes, { parameters: { E: values }, defaults: {} });
      if (other.kind === "route") assert.deepEqual(other, own);
    }),
    { numRuns: 3_000 },
  );
});

test("the order of the values and their repetition change nothing", () => {
  fc.assert(
    fc.property(policy, lists, fc.func(fc.integer()), (routes, parameters, order) => {
      const shuffled = Object.fromEntries(
        Object.entries(parameters).map(([name, values]) => [
          name,
          [...values, ...values].sort((a, b) => order(a) - order(b)),
        ]),
      );
      const [one, two] = [parameters, shuffled].map((each) =>
        selectRoute(routes, { step: "a", parameters: each, defaults: {} }),
      );
      assert.deepEqual(two, one);
    }),
    { numRuns: 1_000 },
  );
});

test("200 parameters of 50 long values are matched without trying their combinations", () => {
  const names = Array.from({ length: 200 }, (_, index) => `P${index}`);
  const parameters = Object.fromEntries(
    names.map((name) => [name, Array.from({ length: 50 }, (_, index) => `v${index} ${"x".repeat(500)}`)]),
  );
  const routes = toRoutes([
    { parameters: Object.fromEntries(names.map((name) => [name, ["v*", "w*"]])) },
    { parameters: Object.fromEntries(names.map((name) => [name, ["v1*"]])) },
  ]);
  const time = (work: () => void) => {
    const started = performance.now();
    work();
    return performance.now() - started;
  };
  const all = time(() => {
    assert.equal(routeName(routes, { parameters, defaults: {} }), "route 0");
    assert.equal(routeName(routes.slice(1), { parameters, defaults: {} }), "values");
  });
  // 20,000 readings for each route; their combinations would never end. The limit allows for a busy machine.
  assert.ok(all < 20_000, `${all}`);
  // A policy reads only the parameters that it names.
  const few = toRoutes([{ parameters: { P0: ["v*"], P1: ["v1*"] } }]);
  const some = time(() => assert.equal(routeName(few, { parameters, defaults: {} }), "values"));
  assert.ok(some < all / 4, `${some} ${all}`);
});

test("if all facts are known, the explanation ends at the route that applies", () => {
  const text = fc.constantFrom("a", "b", "ab", "");
  const subject = fc.record({
    ...{ document: text, target: text, account: text, region: text, step: text, startedBy: text },
    parameters: fc.dictionary(fc.constantFrom("P", "Q"), fc.array(text)),
    defaults: fc.constant({}),
  });
  fc.assert(
    fc.property(policy, subject, (routes, each) => {
      const trials = tryRoutes(routes, each);
      const selection = selectRoute(routes, each);
      if (selection.kind === "route") assert.equal(trials.at(-1)?.route, selection.route);
      if (selection.kind === "route") assert.ok(trials.slice(0, -1).every(({ verdict }) => verdict === "fails"));
    }),
    { numRuns: 1_000 },
  );
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
