import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseFile } from "../../src/config/file.ts";

const MINIMAL = `routes:
  - name: all
    channels: [C0AAA]
    approvers: { groups: [S0AAA] }
`;
const JANE = "arn:aws:iam::111122223333:user/ops/jane";
const READER = "arn:aws:iam::111122223333:role/Reader";
const APPROVER = "arn:aws:iam::111122223333:role/teams/Approver";

const file = (text: string) => {
  const outcome = parseFile("c.yml", text);
  assert.deepEqual(outcome.kind === "problems" ? outcome.problems : [], []);
  return outcome.kind === "file" ? outcome.file : assert.fail();
};
/** Each problem without its fix. */
const problems = (text: string): string[] => {
  const outcome = parseFile("c.yml", text);
  return outcome.kind === "problems" ? outcome.problems.map(({ where, what }) => `${where} | ${what}`) : [];
};
const route = (...lines: string[]) => `${MINIMAL}${lines.map((line) => `    ${line}\n`).join("")}`;

test("all keys about approvers and roles are read", () => {
  const { routes, identities, targets } = file(`
targets:
  - { name: production, regions: [us-east-1], readRole: "${READER}", approverRole: "${APPROVER}" }
routes:
  - name: all
    channels: [C0AAA]
    dm: true
    approvers: { users: [U0AAA], channel: members }
    notify: { groups: [S0OPS] }
    selfApproval: false
    whenRequesterUnknown: deny
    confirm: typed
identities: { U0AAA: ["${JANE}", "arn:aws:sts::111122223333:assumed-role/Deployer/jane"] }
`);
  const [found] = routes;
  assert.deepEqual(found?.approvers, { users: ["U0AAA"], groups: [], channel: "members" });
  assert.deepEqual(found?.notify, { users: [], groups: ["S0OPS"] });
  assert.deepEqual([found?.dm, found?.confirm, found?.whenRequesterUnknown], [true, "typed", "deny"]);
  assert.equal(identities.U0AAA?.length, 2);
  assert.deepEqual(targets?.[0], {
    name: "production",
    regions: ["us-east-1"],
    readRole: READER,
    approverRole: APPROVER,
  });
});

describe("a file is refused for", () => {
  const two = (a: string, b: string) =>
    `${MINIMAL}targets:\n  - { name: a, regions: [us-east-1]${a} }\n  - { name: b, regions: [us-east-1]${b} }\n`;
  const inSecond = (arn: string) => arn.replace("111122223333", "444455556666");
  const rows: [claim: string, text: string, expected: string[]][] = [
    [
      "a tag with an empty key",
      route('match: { tags: { "": [orders] } }'),
      ['c.yml:5 routes[0].match.tags. | "" cannot be the key of a tag.'],
    ],
    [
      "a value of approvers.channel other than members",
      MINIMAL.replace("groups: [S0AAA]", "channel: everyone"),
      ['c.yml:4 routes[0].approvers.channel | It is "everyone".'],
    ],
    [
      "direct messages to all members of a channel",
      `${MINIMAL.replace("groups: [S0AAA]", "channel: members")}    dm: true\n`,
      [
        "c.yml:5 routes[0].dm | Direct messages go to people and groups, but the only approvers are the channel's members.",
      ],
    ],
    [
      "a rule for unknown requesters without effect",
      route("selfApproval: true", "whenRequesterUnknown: allow"),
      [
        "c.yml:6 routes[0].whenRequesterUnknown | It has no effect, because selfApproval: true lets the requester approve.",
      ],
    ],
    ["a text in place of a yes or no", route('selfApproval: "no"'), ['c.yml:5 routes[0].selfApproval | It is "no".']],
    ["an unknown way to confirm", route("confirm: twice"), ['c.yml:5 routes[0].confirm | It is "twice".']],
    [
      "a person to notify twice",
      route("notify: { users: [U0AAA, U0AAA] }"),
      ['c.yml:5 routes[0].notify.users[1] | "U0AAA" is a duplicate.'],
    ],
    [
      "an identity that is a glob",
      `${MINIMAL}identities: { U0AAA: ["arn:aws:iam::*:user/jane"] }\n`,
      ['c.yml:5 identities.U0AAA[0] | "arn:aws:iam::*:user/jane" is not the ARN of a user, a role or a role session.'],
    ],
    [
      "an identity of a group",
      `${MINIMAL}identities: { S0AAA: ["${JANE}"] }\n`,
      ['c.yml:5 identities.S0AAA | "S0AAA" is not the ID of a person.'],
    ],
    [
      "an identity that zod would drop",
      `${MINIMAL}identities: { __proto__: ["${JANE}"] }\n`,
      ['c.yml:5 identities.__proto__ | "__proto__" is not the ID of a person.'],
    ],
    [
      "an empty list of identities",
      `${MINIMAL}identities: { U0AAA: [] }\n`,
      ["c.yml:5 identities.U0AAA | The list is empty."],
    ],
    [
      "a role's name instead of its ARN",
      `${MINIMAL}targets: [{ name: a, regions: [us-east-1], approverRole: Approver }]\n`,
      [
        'c.yml:5 targets[0].approverRole | "Approver" is the name of a role, and the target does not say in which accounts.',
      ],
    ],
    [
      "two roles of two accounts",
      `${MINIMAL}targets: [{ name: a, regions: [us-east-1], readRole: "${READER}", approverRole: "${inSecond(APPROVER)}" }]\n`,
      ["c.yml:5 targets[0].approverRole | It is in a different account than readRole."],
    ],
    [
      "the same Region of one account in two targets",
      two(`, readRole: "${READER}"`, `, readRole: "${READER}2"`),
      ['c.yml:7 targets[1].regions[0] | "us-east-1" is a duplicate.'],
    ],
    ["nothing, if two targets have the same Region of different accounts", two("", `, readRole: "${READER}"`), []],
  ];
  for (const [claim, text, expected] of rows) test(claim, () => assert.deepEqual(problems(text), expected));
});
