import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RouteMatch } from "../../src/core/policy.ts";
import { selectRoute, tryRoutes } from "../../src/core/select-route.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { routeName, toRoutes } from "./select-route-setup.ts";

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
    { numRuns: FULL_MATRIX ? 3_000 : 800 },
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
    { numRuns: FULL_MATRIX ? 3_000 : 800 },
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
