import assert from "node:assert/strict";
import { test } from "node:test";
import { type RouteMatch, type RouteSubject, TEXT_CONDITIONS } from "../../src/core/policy.ts";
import { findFailingReadings, type TestedCondition, testConditions } from "../../src/core/route-conditions.ts";
import { findDoubts, selectRoute } from "../../src/core/select-route.ts";
import { aRoute } from "../support/samples.ts";
import { iam } from "./principal-samples.ts";
import { routeName, toRoutes } from "./select-route-setup.ts";

test("each text condition compares its own fact", () => {
  const texts = Object.fromEntries(TEXT_CONDITIONS.map((key) => [key, `the ${key}`]));
  for (const key of ["document", "target", "account", "region", "step", "startedBy"]) {
    const tested = (glob: string) => testConditions({ [key]: glob }, { ...texts, parameters: {}, defaults: {} });
    assert.deepEqual(tested(`the ${key}`), [{ key, result: "holds" }]);
    assert.deepEqual(tested("another"), [{ key, result: "fails" }]);
    assert.deepEqual(testConditions({ [key]: "*" }, { parameters: {}, defaults: {} }), [{ key, result: "unknown" }]);
  }
});

const EMPTY: RouteSubject = { parameters: {}, defaults: {} };
const SUBJECT: RouteSubject = {
  ...EMPTY,
  account: "111122223333",
  region: "us-east-1",
  startedBy: iam("user/jane"),
};
const ARN = "arn:aws:ssm:us-east-1:111122223333:document/Prod-DB";

/** The facts about an execution that decide which account a runbook's name belongs to; undefined: unknown. */
type Known = Partial<Record<"region" | "account" | "startedBy", string | undefined>>;

const DOCUMENTS: [glob: string, document: string, result: TestedCondition["result"], more?: Known][] = [
  ["Prod-DB", ARN, "holds"],
  ["Prod-*", ARN, "holds"],
  ["*", ARN, "holds"],
  ["DB", ARN, "fails"],
  ["document/Prod-DB", ARN, "fails"],
  ["Prod-DB", ARN.replace("document/", "x/document/"), "fails"],
  ["x/Prod-DB", ARN.replace("document/", "x/document/"), "fails"],
  ["arn*Prod-DB", "Prod-DB", "fails"],
  ["Prod-DB", "Prod-DB-2", "fails"],
  [ARN, "Prod-DB", "holds"],
  ["arn:*:document/Prod-*", "Prod-DB", "holds"],
  ["*/Prod-DB", "Prod-DB", "holds"],
  ["*:document?Prod-DB", "Prod-DB", "holds"],
  [ARN.replace("us-east-1", "eu-west-1"), "Prod-DB", "owner"],
  [ARN.replace("1111", "4444"), "Prod-DB", "owner"],
  [ARN.replace("1111", "4444"), "Prod-DB-2", "fails"],
  ["*:Prod-DB", "Prod-DB", "owner"],
  [ARN.replace("1111", "4444"), "document/Prod-DB", "fails"],
  [ARN, "Prod-DB", "owner", { region: undefined }],
  [ARN, "Prod-DB", "owner", { account: undefined }],
  [ARN, "Prod-DB", "holds", { startedBy: undefined }],
  [ARN, "Prod-DB", "holds", { startedBy: "someone" }],
  [ARN.replace("arn:aws:", "arn:aws-cn:"), "Prod-DB", "holds", { startedBy: "arn:aws-cn:iam::1:root" }],
  ["arn:aws:ssm:::document/Prod-DB", "Prod-DB", "holds", { region: undefined, account: undefined }],
  ["arn:aws:ssm:us-east-1::document/*", "AWS-Restart", "holds"],
  ["arn:aws:ssm:us-east-1::document/*", "aws-Restart", "holds"],
  ["arn:aws:ssm:us-east-1::document/*", "AmazonInspector-Run", "holds"],
  ["arn:aws:ssm:us-east-1::document/*", "AMZN-Run", "holds"],
  ["arn:aws:ssm:us-east-1::document/*", "My-AWS-Restart", "owner"],
  ["arn:aws:ssm:*:111122223333:document/*", "AWS-Restart", "owner"],
];

for (const [glob, document, result, more = {}] of DOCUMENTS)
  test(`a condition on the runbook ${glob}, for an execution of ${document}, has the result ${result}`, () => {
    const known = Object.entries({ ...SUBJECT, ...more }).filter(([, value]) => value !== undefined);
    const subject: RouteSubject = { ...EMPTY, ...Object.fromEntries(known), document };
    assert.deepEqual(testConditions({ document: glob }, subject), [{ key: "document", result }]);
  });

test("only a runbook has two forms: no other condition matches a part of an ARN", () => {
  for (const startedBy of ["user/jane", "jane"])
    assert.deepEqual(testConditions({ startedBy }, SUBJECT), [{ key: "startedBy", result: "fails" }]);
});

const VALUES: [values: string[], globs: string[], result: TestedCondition["result"]][] = [
  [["prod"], ["prod"], "holds"],
  [["prod"], ["dev", "prod"], "holds"],
  [["prod", "dev"], ["dev", "prod"], "holds"],
  [["test"], ["prod"], "fails"],
  [["test", "x"], ["prod"], "fails"],
  [["prod", "dev"], ["prod"], "values"],
  [["Prod"], ["prod"], "spelling"],
  [["Prod"], ["Prod"], "holds"],
  [["prod"], ["Prod"], "spelling"],
  [["p r\to\u200bd"], ["prod"], "spelling"],
  [["prod"], ["p rod"], "spelling"],
  [["Prod", "PROD"], ["prod"], "spelling"],
  [["Prod", "dev"], ["prod"], "spelling"],
  [["prod", "Prod"], ["prod"], "values"],
  [["ends }}", "{ {x"], ["*"], "holds"],
  [["pr\0o\u001bd"], ["prod"], "spelling"],
  [["a b"], ["a?b"], "spelling"],
  [["a b", "ab"], ["a?b"], "values"],
  [["a", "{{x"], ["*"], "reference"],
  [[""], [""], "holds"],
];

test("a condition on a parameter holds, fails, or depends on the values or on their spelling", () => {
  for (const [values, globs, result] of VALUES) {
    const match: RouteMatch = { parameters: { Env: globs } };
    const given = testConditions(match, { ...SUBJECT, parameters: { Env: values } });
    assert.deepEqual(given, [{ key: "parameters.Env", result }], JSON.stringify([values, globs]));
    assert.deepEqual(testConditions(match, { ...SUBJECT, defaults: { Env: values } }), given, "as its default");
  }
});

test("of the values that an earlier route does not match, a later one compares those that are written", () => {
  const key = "parameters.Env";
  const subject = { ...SUBJECT, parameters: { Env: ["PROD", "dev"] } };
  const left = findFailingReadings(subject, { parameters: { Env: ["prod"] } }, key);
  const tested = testConditions({ parameters: { Env: ["PROD"] } }, subject, left);
  assert.deepEqual(tested, [{ key, result: "values" }]);
});

test("an empty list depends on the default, unless the condition fails for the default too", () => {
  const tested = (defaults: RouteSubject["defaults"]) =>
    testConditions({ parameters: { Env: ["prod"] } }, { ...SUBJECT, parameters: { Env: [] }, defaults })[0]?.result;
  assert.equal(tested({ Env: ["prod"] }), "empty");
  assert.equal(tested({ Env: ["prod", "dev"] }), "empty");
  assert.equal(tested({ Env: ["dev"] }), "fails");
  assert.equal(tested({ Env: [] }), "fails");
  assert.equal(tested({}), "fails");
  assert.equal(tested({ Env: ["{{x}}"] }), "reference");
  assert.equal(tested(null), "unknown");
});

test("the conditions of a route are tested in the order action, texts, parameters, tags", () => {
  const match: RouteMatch = {
    tags: { Team: ["dba"] },
    parameters: { Env: ["prod"], Size: ["*"] },
    step: "x",
    account: "1*",
    action: "aws:pause",
  };
  const subject = { ...SUBJECT, step: "approve", parameters: { Env: ["prod"] }, tags: { Team: "DBA" } };
  const rest = [
    { key: "account", result: "holds" },
    { key: "step", result: "fails" },
    { key: "parameters.Env", result: "holds" },
    { key: "parameters.Size", result: "fails" },
    { key: "tags.Team", result: "spelling" },
  ];
  assert.deepEqual(testConditions(match, subject), [{ key: "action", result: "fails" }, ...rest]);
  assert.deepEqual(testConditions(match, { ...subject, action: "aws:pause" }), rest);
  assert.deepEqual(testConditions({}, SUBJECT), []);
});

test("the readings for which a condition fails are those of its parameter or tag, if it has such a condition", () => {
  const match: RouteMatch = { parameters: { Env: ["prod"] }, tags: { Team: ["dba"] } };
  const find = (key: string, more: Partial<RouteSubject>) => findFailingReadings({ ...SUBJECT, ...more }, match, key);
  assert.deepEqual(find("parameters.Env", { parameters: { Env: ["prod", "Dev"] } }), {
    key: "parameters.Env",
    readings: [
      { text: "Dev", isFolded: false },
      { text: "dev", isFolded: true },
    ],
  });
  assert.deepEqual(find("tags.Team", { tags: { Team: "DBA" } }), {
    key: "tags.Team",
    readings: [{ text: "DBA", isFolded: false }],
  });
  assert.deepEqual(find("tags.Team", { tags: {} }), { key: "tags.Team", readings: [null] });
  assert.equal(find("tags.Team", { tags: null }), null);
  assert.equal(find("parameters.Env", { parameters: { Env: ["{{x}}"] } }), null);
  assert.equal(find("parameters.Size", {}), null);
  assert.equal(find("document", {}), null);
});

test("every condition that decides whether the first possible route applies is a doubt, and no condition of a later one", () => {
  const first = aRoute({ name: "first", match: { parameters: { Env: ["prod"], Size: ["s"], Zone: ["a"] } } });
  const later = aRoute({ name: "later", match: { tags: { Team: ["dba"] } } });
  const subject: RouteSubject = { parameters: { Zone: ["a"], Size: ["S"] }, defaults: null };
  const doubts = [
    { key: "parameters.Env", result: "unknown" },
    { key: "parameters.Size", result: "spelling" },
  ];
  assert.deepEqual(findDoubts([first, later], subject), doubts);
  assert.deepEqual(
    findDoubts([aRoute({ match: { document: "x" } }), first, later], { ...subject, document: "D" }),
    doubts,
  );
  assert.deepEqual(findDoubts([aRoute(), first], subject), []);
  assert.deepEqual(findDoubts([], subject), []);
});

test("the other route is the first later one that the values outside of the doubtful route can reach", () => {
  const byValue = (name: string, ...globs: string[]) => aRoute({ name, match: { parameters: { Env: globs } } });
  const routes = [byValue("none", "x"), byValue("first", "prod"), byValue("same", "prod"), byValue("other", "dev")];
  const of = (...values: string[]) => selectRoute(routes, { parameters: { Env: values }, defaults: {} });
  const uncovered = (reason: string, otherRoute: string | null) => ({
    kind: "uncovered",
    uncovered: { reason, condition: "parameters.Env", route: "first", otherRoute },
  });
  assert.deepEqual(of("prod", "dev"), uncovered("values", "other"));
  assert.deepEqual(of("prod", "test"), uncovered("values", null));
  assert.deepEqual(of("Prod"), uncovered("spelling", null));
  assert.deepEqual(of("test"), { kind: "uncovered", uncovered: { reason: "no-match" } });
});

test("a condition on a tag is unknown if the tags are, whatever the glob is", () => {
  for (const tags of [null, undefined])
    assert.deepEqual(testConditions({ tags: { Team: ["*"] } }, { ...SUBJECT, tags }), [
      { key: "tags.Team", result: "unknown" },
    ]);
});

test("a hundred routes that test the same long parameter fold its values once", (t) => {
  // The limits of AWS's API model: 50 values of 512 characters. A requester writes them.
  const values = Array.from({ length: 50 }, (_, value) => `${value} Größe-x `.repeat(64).slice(0, 512));
  const routes = toRoutes(
    Array.from({ length: 100 }, (_, route) => ({ parameters: { Environment: [`*prod${route}*`, "*x*y*z*"] } })),
  );
  const fold = t.mock.method(String.prototype, "toLowerCase");
  const countFolds = (tried: typeof routes) => {
    const subject: RouteSubject = { ...EMPTY, parameters: { Environment: [...values] } };
    const before = fold.mock.callCount();
    assert.equal(routeName(tried, subject), "no-match");
    return fold.mock.calls.slice(before).filter((call) => String(call.this).length > 100).length;
  };
  const [one, all] = [countFolds(routes.slice(0, 1)), countFolds(routes)];
  assert.ok(one >= values.length, `${one} folded values`);
  assert.equal(all, one);
});
