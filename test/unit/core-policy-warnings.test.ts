import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { globMatches, globsOverlap } from "../../src/core/glob.ts";
import type { Route } from "../../src/core/policy.ts";
import { identityWarnings, maskWarnings, policyWarnings } from "../../src/core/policy-warnings.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { aRoute } from "../support/samples.ts";

const prod = { parameters: { Environment: ["prod"] } };
const strict = (more: Partial<Route> = {}) => aRoute({ name: "strict", match: prod, quorum: 2, ...more });
const rest = (more: Partial<Route> = {}) => aRoute({ name: "rest", ...more });

const LAXER: [claim: string, routes: Route[], reasons: string | null][] = [
  ["a lower quorum", [strict(), rest()], "quorum 1 instead of 2"],
  ["self-approval", [strict(), rest({ quorum: 2, selfApproval: true })], "selfApproval"],
  [
    "approvals for an unknown requester",
    [strict({ whenRequesterUnknown: "deny" }), rest({ quorum: 2 })],
    "whenRequesterUnknown: allow",
  ],
  [
    "an additional approver",
    [strict(), rest({ quorum: 2, approvers: { users: ["U0EVE"], groups: [] } })],
    "other approvers",
  ],
  [
    "an additional group",
    [strict(), rest({ quorum: 2, approvers: { users: [], groups: ["S0ALL"] } })],
    "other approvers",
  ],
  [
    "the channel's members",
    [strict(), rest({ quorum: 2, approvers: { users: [], groups: [], channel: "members" } })],
    "other approvers",
  ],
  ["no typed name", [strict({ confirm: "typed" }), rest({ quorum: 2 })], "confirm: dialog"],
  ["a click alone", [strict(), rest({ quorum: 2, confirm: "button" })], "confirm: button"],
  ["decisions in Slack", [strict({ decide: "elsewhere" }), rest({ quorum: 2 })], "decide: slack"],
  ["several laxer rules", [strict({ confirm: "typed" }), rest()], "quorum 1 instead of 2, confirm: dialog"],
  [
    "a star as its only condition",
    [strict(), rest({ match: { parameters: { Environment: ["*"] } } })],
    "quorum 1 instead of 2",
  ],
  [
    "an overlapping runbook",
    [strict({ match: { ...prod, document: "Prod-*" } }), rest({ match: { document: "*-DB" } })],
    "quorum 1 instead of 2",
  ],
  ["the same rules", [strict(), rest({ quorum: 2 })], null],
  ["fewer approvers", [strict(), rest({ quorum: 2, approvers: { users: ["U0JANE"], groups: [] } })], null],
  ["its values listed", [strict(), rest({ match: { parameters: { Environment: ["dev", "test-*"] } } })], null],
  [
    "another runbook",
    [strict({ match: { ...prod, document: "Prod-*" } }), rest({ match: { document: "Web-*" } })],
    null,
  ],
  ["an earlier place", [rest({ match: { parameters: { Environment: ["dev"] } } }), strict()], null],
  ["a strict route before it", [strict(), aRoute({ name: "as strict", quorum: 2 }), rest()], null],
];

for (const [claim, routes, reasons] of LAXER)
  test(`a route with ${claim} ${reasons === null ? "is not reported" : "is reported as laxer"}`, () => {
    const found = policyWarnings(routes);
    assert.deepEqual(
      found.map(({ path, text }) => [path.join(" "), /\((.*?)\)/.exec(text)?.[1]]),
      reasons === null ? [] : [["routes 1", reasons]],
    );
    for (const { text } of found) assert.match(text, /each value of Environment that "strict" does not list/);
  });

const REGULAR = [
  "^prod",
  "prod$",
  "prod.*",
  "prod.+",
  "prod|stage",
  "prod-\\d",
  "(prod)",
  "prod-[0-9]",
  "prod-\\w{2}",
  "p{2}",
];
const GLOBS = [
  "prod",
  "prod-*",
  "*.prod.example.com",
  "pr?d",
  "a+b",
  "a^b",
  "a$b",
  "v1.2",
  "*:assumed-role/Deployer/*",
  "a,b@c=d",
  "{x}",
];

test("a glob that looks like a regular expression is reported with its path", () => {
  for (const glob of REGULAR) {
    const [document, parameter] = policyWarnings([
      aRoute({ match: { document: glob, parameters: { E: ["x", glob] } } }),
    ]);
    const [quoted, match] = [JSON.stringify(glob), ["routes", 0, "match"]];
    assert.deepEqual([document?.path, document?.glob], [[...match, "document"], quoted]);
    assert.deepEqual([parameter?.path, parameter?.glob], [[...match, "parameters", "E"], quoted]);
    assert.match(parameter?.text ?? "", /looks like a regular expression/);
  }
  for (const glob of GLOBS) assert.deepEqual(policyWarnings([aRoute({ match: { document: glob } })]), [], glob);
});

test("a glob over the requester that compares a role's session name is reported, because the requester chooses that name", () => {
  const chosen = [
    "*deployer*",
    "*/ci-bot",
    "*bot",
    "*:assumed-role/*Deployer*",
    "*:assumed-role/Deployer/ci-*",
    "arn:aws:sts::111122223333:assumed-role/Deployer/ci-bot",
    "arn:aws:sts::*:assumed-role/*/rosa@example.com",
  ];
  const fixed = [
    "*",
    "*:assumed-role/Deployer/*",
    "*:assumed-role/Deployer/?**",
    "arn:aws:sts::*:assumed-role/Deployer/*",
    "*:assumed-role/Deployer*",
    "*:assumed-role/*-Deployer/*",
    "*:user/rosa",
    "arn:aws:iam::111122223333:user/ci-bot",
    "arn:aws:iam::111122223333:*",
    // The session name is the user of Identity Center: AWS sets it.
    "arn:aws:sts::*:assumed-role/AWSReservedSSO_Admin_*/rosa@example.com",
  ];
  const found = (startedBy: string) => policyWarnings([aRoute({ match: { startedBy } })]);
  for (const glob of chosen) {
    const [warning, ...more] = found(glob);
    assert.deepEqual(
      [warning?.path, warning?.glob, more],
      [["routes", 0, "match", "startedBy"], JSON.stringify(glob), []],
    );
    assert.match(warning?.text ?? "", /session name of an assumed role, which the requester chooses/);
  }
  for (const glob of fixed) assert.deepEqual(found(glob), [], glob);
});

test("two globs overlap if and only if some text matches both", () => {
  const glob = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 4 });
  const texts = [""];
  for (let from = 0, length = 0; length < 6; length++) {
    const end = texts.length;
    for (; from < end; from++) texts.push(`${texts[from]}a`, `${texts[from]}b`);
  }
  let overlapping = 0;
  fc.assert(
    fc.property(glob, glob, (a, b) => {
      const expected = texts.some((text) => globMatches(a, text) && globMatches(b, text));
      if (expected) overlapping++;
      assert.equal(globsOverlap(a, b), expected);
      assert.equal(globsOverlap(b, a), expected);
    }),
    { numRuns: FULL_MATRIX ? 2_000 : 600 },
  );
  assert.ok(overlapping > 200);
});

test("a mask that hides nothing gets a warning", () => {
  assert.deepEqual(maskWarnings(["*password*"]), []);
  assert.match(maskWarnings([])[0]?.text ?? "", /hides no values/);
});

test("without identities, each route whose rule on self-approval needs them is named, with the effect of its setting", () => {
  const routes = [
    aRoute({ name: "lax", whenRequesterUnknown: "allow" }),
    aRoute({ name: "people", whenRequesterUnknown: "deny-people" }),
    aRoute({ name: "strict", whenRequesterUnknown: "deny" }),
    aRoute({ name: "own", selfApproval: true }),
  ];
  const texts = identityWarnings(routes, {});
  assert.equal(texts.length, 2);
  assert.match(
    texts[0] ?? "",
    /^`identities` is empty: nobody can approve what an IAM user starts, except an admin by break-glass \("people", "strict"\)/,
  );
  assert.match(texts[1] ?? "", /^`identities` is empty: people can approve what they start .*\("lax"\)/);
  assert.deepEqual(identityWarnings(routes, { U0JANE: ["arn:aws:iam::111122223333:user/jane"] }), []);
  assert.deepEqual(identityWarnings(routes.slice(3), {}), []);
});

test("a missing tag that leads to a laxer route is a warning, and a route as strict before it ends it", () => {
  const tagged = strict({ match: { tags: { Team: ["dba"] } } });
  const [found, ...more] = policyWarnings([tagged, rest()]);
  assert.match(
    found?.text ?? "",
    /laxer than route "strict".*if tag Team is missing.*aws:RequestTag.*match\.tags\.Team/,
  );
  assert.deepEqual(more, []);
  assert.deepEqual(policyWarnings([tagged, aRoute({ name: "as strict", quorum: 2 }), rest()]), []);
  assert.deepEqual(policyWarnings([tagged, rest({ match: { tags: { Team: ["web"] } } })]), []);
});
