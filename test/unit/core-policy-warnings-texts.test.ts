import assert from "node:assert/strict";
import { test } from "node:test";
import type { Route, RouteMatch } from "../../src/core/policy.ts";
import { identityWarnings, maskWarnings, policyWarnings } from "../../src/core/policy-warnings.ts";
import { aRoute } from "../support/samples.ts";

const prod: RouteMatch = { parameters: { Environment: ["prod"] } };
const strict = (more: Partial<Route> = {}) => aRoute({ name: "strict", match: prod, quorum: 2, ...more });
const rest = (more: Partial<Route> = {}) => aRoute({ name: "rest", ...more });

const laxer = (reasons: string, reach: string, where: string) =>
  `Route "rest" is laxer than route "strict" (${reasons}) and ${reach}. List the permitted values under match.${where} of "rest", or put a route as strict as "strict" without this condition before "rest".`;
const byValue = (reasons: string, name = "Environment") =>
  laxer(
    reasons,
    `applies to each value of ${name} that "strict" does not list: a requester can choose such a value`,
    `parameters.${name}`,
  );

test("each warning about a policy has its exact text, its path and its glob", () => {
  assert.deepEqual(policyWarnings([strict(), rest()]), [
    { path: ["routes", 1], glob: null, text: byValue("quorum 1 instead of 2") },
  ]);
  const tagged = strict({ match: { tags: { Team: ["dba"] } } });
  assert.deepEqual(policyWarnings([aRoute({ match: { step: "x" }, quorum: 3 }), tagged, rest()]), [
    {
      path: ["routes", 2],
      glob: null,
      text: laxer(
        "quorum 1 instead of 2",
        'applies if tag Team is missing or has a value that "strict" does not list: the requester chooses the tags, unless IAM (aws:RequestTag) forces them',
        "tags.Team",
      ),
    },
  ]);
  assert.deepEqual(
    policyWarnings([aRoute({ match: { step: "x" } }), aRoute({ match: { step: "^a", tags: { T: ["b$"] } } })]),
    [
      {
        path: ["routes", 1, "match", "step"],
        glob: '"^a"',
        text: "This looks like a regular expression, but it is a glob: only * and ? have a meaning, and the glob must match the whole text.",
      },
      {
        path: ["routes", 1, "match", "tags", "T"],
        glob: '"b$"',
        text: "This looks like a regular expression, but it is a glob: only * and ? have a meaning, and the glob must match the whole text.",
      },
    ],
  );
  assert.deepEqual(policyWarnings([aRoute({ match: { startedBy: "*bot" } })]), [
    {
      path: ["routes", 0, "match", "startedBy"],
      glob: '"*bot"',
      text: "This glob can match the session name of an assumed role, which the requester chooses. Name the role instead, and allow every session: *:assumed-role/ROLE/*.",
    },
  ]);
  assert.deepEqual(policyWarnings([aRoute()]), []);
  assert.deepEqual(maskWarnings([]), [
    {
      path: ["mask"],
      glob: null,
      text: "The list is empty, so Countersign hides no values: passwords and tokens appear in Slack and in audit events. Remove the key to hide the usual names.",
    },
  ]);
});

test("without identities, the warnings tell what each kind of route loses, and which setting would help", () => {
  const route = (name: string, whenRequesterUnknown: Route["whenRequesterUnknown"]) =>
    aRoute({ name, whenRequesterUnknown });
  const lax =
    '`identities` is empty: people can approve what they start as IAM users ("lax"). List the IAM users, or write whenRequesterUnknown: deny-people.';
  const denying =
    '`identities` is empty: nobody can approve what an IAM user starts, except an admin by break-glass ("people", "strict"). List the IAM users.';
  const denies = [route("people", "deny-people"), route("strict", "deny")];
  assert.deepEqual(identityWarnings([route("lax", "allow"), ...denies], {}), [denying, lax]);
  assert.deepEqual(identityWarnings([route("lax", "allow")], {}), [lax]);
  assert.deepEqual(identityWarnings(denies, {}), [denying]);
});

const members = (channel?: "members") => ({ users: [], groups: [], channel });

/** The rules of the strict and of the other route, and whether the other one is laxer. */
const RULES: [claim: string, one: Partial<Route>, other: Partial<Route>, reasons: string | null][] = [
  ["a higher quorum", {}, { quorum: 3 }, null],
  ["self-approval, like the route before it", { selfApproval: true }, { quorum: 2, selfApproval: true }, null],
  ["no self-approval, unlike the route before it", { selfApproval: true }, { quorum: 2 }, null],
  [
    "approvals for unknown roles",
    { whenRequesterUnknown: "deny" },
    { quorum: 2, whenRequesterUnknown: "deny-people" },
    "whenRequesterUnknown: deny-people",
  ],
  [
    "approvals for unknown people",
    { whenRequesterUnknown: "deny-people" },
    { quorum: 2 },
    "whenRequesterUnknown: allow",
  ],
  [
    "a stricter rule on unknown requesters",
    { whenRequesterUnknown: "deny-people" },
    { quorum: 2, whenRequesterUnknown: "deny" },
    null,
  ],
  [
    "the members of the same channel",
    { approvers: members("members") },
    { quorum: 2, approvers: members("members") },
    null,
  ],
  [
    "the members of fewer channels",
    { approvers: members("members"), channels: ["C0DBA", "C0OPS"] },
    { quorum: 2, approvers: members("members"), channels: ["C0OPS"] },
    null,
  ],
  [
    "the members of a further channel",
    { approvers: members("members") },
    { quorum: 2, approvers: members("members"), channels: ["C0DBA", "C0OPS"] },
    "other approvers",
  ],
  [
    "a further channel whose members decide nothing",
    { approvers: members("members") },
    { quorum: 2, approvers: members(), channels: ["C0DBA", "C0OPS"] },
    null,
  ],
  [
    "one listed approver and one other",
    {},
    { quorum: 2, approvers: { users: ["U0JANE", "U0EVE"], groups: [] } },
    "other approvers",
  ],
  [
    "one listed group and one other",
    {},
    { quorum: 2, approvers: { users: [], groups: ["S0DBA", "S0ALL"] } },
    "other approvers",
  ],
  ["a typed name instead of a dialog", {}, { quorum: 2, confirm: "typed" }, null],
  ["the same confirmation", { confirm: "button" }, { quorum: 2, confirm: "button" }, null],
  ["decisions elsewhere", {}, { quorum: 2, decide: "elsewhere" }, null],
  ["decisions elsewhere, like the route before it", { decide: "elsewhere" }, { quorum: 2, decide: "elsewhere" }, null],
  [
    "every laxer rule",
    { whenRequesterUnknown: "deny", decide: "elsewhere" },
    { selfApproval: true, approvers: members("members"), confirm: "button", decide: "slack" },
    "quorum 1 instead of 2, selfApproval, whenRequesterUnknown: allow, other approvers, confirm: button, decide: slack",
  ],
];

for (const [claim, one, other, reasons] of RULES)
  test(`a later route with ${claim} ${reasons === null ? "is not laxer" : `is laxer: ${reasons}`}`, () => {
    const texts = policyWarnings([strict(one), rest(other)]).map(({ text }) => text);
    assert.deepEqual(texts, reasons === null ? [] : [byValue(reasons)]);
  });

/** The conditions of the strict and of the later route. */
const REACHES: [claim: string, one: RouteMatch, other: RouteMatch, reached: string[]][] = [
  ["each of two parameters", { parameters: { A: ["1"], B: ["2"] } }, {}, ["A", "B"]],
  [
    "only the parameter that it does not list",
    { parameters: { A: ["1"], B: ["2"] } },
    { parameters: { A: ["3"] } },
    ["B"],
  ],
  ["a parameter with several stars", prod, { parameters: { Environment: ["dev", "**"] } }, ["Environment"]],
  ["a parameter with a star and a text", prod, { parameters: { Environment: ["*x", "x*"] } }, []],
  [
    "a parameter that is named like a member of every object",
    { parameters: { constructor: ["1"] } },
    {},
    ["constructor"],
  ],
  ["a step that one of the conditions names", prod, { step: "approve" }, ["Environment"]],
  ["another step", { ...prod, step: "a" }, { step: "b" }, []],
  ["the same step", { ...prod, step: "a" }, { step: "a" }, ["Environment"]],
  ["a pause instead of an approval", prod, { action: "aws:pause" }, []],
  ["a pause of both", { ...prod, action: "aws:pause" }, { action: "aws:pause" }, ["Environment"]],
];

for (const [claim, one, other, reached] of REACHES)
  test(`a laxer route for ${claim} is reported for ${reached.join(" and ") || "no parameter"}`, () => {
    const texts = policyWarnings([strict({ match: one }), rest({ match: other })]).map(({ text }) => text);
    assert.deepEqual(
      texts,
      reached.map((name) => byValue("quorum 1 instead of 2", name)),
    );
  });

test("the first laxer route is reported, although a route between them is stricter or has no part of the same requests", () => {
  const between = [
    aRoute({ name: "stricter", quorum: 3, match: { parameters: { Environment: ["*"] }, step: "x" } }),
    aRoute({ name: "pauses", match: { action: "aws:pause" } }),
  ];
  const found = policyWarnings([strict(), ...between, rest(), aRoute({ name: "last" })]);
  assert.deepEqual(
    found.filter(({ text }) => text.includes('"strict"')),
    [{ path: ["routes", 3], glob: null, text: byValue("quorum 1 instead of 2") }],
  );
});

test("a laxer route before the strict one is not reported, because the strict one does not lead to it", () => {
  assert.deepEqual(policyWarnings([rest({ match: { step: "x" } }), strict()]), []);
});

test("a route as strict between them ends the search only if it matches every such request", () => {
  const found = (match: RouteMatch, between: RouteMatch) => {
    const routes = [strict({ match }), aRoute({ name: "as strict", quorum: 2, match: between }), rest()];
    const texts = policyWarnings(routes).map(({ text }) => text);
    return texts.filter((text) => text.includes('"strict"'));
  };
  const [environment, size] = ["Environment", "Size"].map((name) => byValue("quorum 1 instead of 2", name));
  assert.deepEqual(found(prod, {}), []);
  assert.deepEqual(found({ ...prod, step: "a" }, { step: "a" }), []);
  assert.deepEqual(found(prod, { step: "a" }), [environment]);
  assert.deepEqual(found({ ...prod, step: "a" }, { step: "b" }), [environment]);
  assert.deepEqual(found(prod, prod), [environment]);
  assert.deepEqual(found({ parameters: { ...prod.parameters, Size: ["s"] } }, { parameters: { Size: ["s"] } }), [size]);
});
