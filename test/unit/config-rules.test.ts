import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { stringify } from "yaml";
import { parseFile } from "../../src/config/file.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";

const MINIMAL = `routes:
  - name: all
    channels: [C0AAA]
    approvers: { groups: [S0AAA] }
`;

const problems = (text: string): string[] => {
  const outcome = parseFile("c.yml", text);
  assert.equal(outcome.kind, "problems");
  return outcome.kind === "problems" ? outcome.problems.map((p) => `${p.where} | ${p.what} | ${p.fix}`) : [];
};

describe("a rule over several keys refuses", () => {
  const second = MINIMAL.replace("routes:\n", "");
  const rows: [string, string, string[]][] = [
    [
      "two routes with the same name",
      MINIMAL + second,
      [
        'c.yml:5 routes[1].name | "all" is a duplicate. | Use unique names: messages and the audit record identify targets and routes by name.',
      ],
    ],
    [
      "a quorum above the number of approvers",
      `${MINIMAL.replace("groups: [S0AAA]", "users: [U0AAA]")}    quorum: 2\n`,
      [
        "c.yml:5 routes[0].quorum | The quorum is 2, but only 1 approver is named. | Name more approvers, or lower the quorum.",
      ],
    ],
    [
      "a route for an unknown target",
      `${MINIMAL}    match: { target: "prod*" }\n`,
      [
        'c.yml:5 routes[0].match.target | No target matches "prod*". | The only target is default. Use the name of a target, or add a target.',
      ],
    ],
    [
      "a Region in two targets",
      `${MINIMAL}targets:\n  - { name: a, regions: [us-east-1] }\n  - { name: b, regions: [us-east-1] }\n`,
      [
        'c.yml:7 targets[1].regions[0] | "us-east-1" is a duplicate. | Keep the Region in one target: otherwise each request there is posted twice.',
      ],
    ],
  ];
  for (const [claim, text, expected] of rows) test(claim, () => assert.deepEqual(problems(text), expected));

  test("a duplicate name next to other errors", () => {
    const text = `${MINIMAL}${second}    remind: 1h\n    quorum: many\n`;
    assert.deepEqual(
      problems(text).map((line) => line.split(" |")[0]),
      ["c.yml:5 routes[1].name", "c.yml:8 routes[1].remind", "c.yml:9 routes[1].quorum"],
    );
  });

  test("an unknown target next to a fraction, which is an error that could stop zod", () => {
    const text = `${MINIMAL}    quorum: 1.5\n    match: { target: prod }\n    selfApproval: true\n    whenRequesterUnknown: deny\n`;
    assert.deepEqual(
      problems(text).map((line) => line.split(" |")[0]),
      ["c.yml:5 routes[0].quorum", "c.yml:6 routes[0].match.target", "c.yml:8 routes[0].whenRequesterUnknown"],
    );
  });
});

describe("one mistake causes one message:", () => {
  const approvers = (text: string, ...lines: string[]) =>
    `${MINIMAL.replace("{ groups: [S0AAA] }", text)}${lines.map((line) => `    ${line}\n`).join("")}`;
  const role = (account: string) => `arn:aws:iam::${account}:role/Reader`;
  const rows: [string, string, string][] = [
    ["a misspelt key of approvers", approvers("{ group: [S0AAA] }"), "c.yml:4 routes[0].approvers.group"],
    [
      "a misspelt key next to a quorum",
      approvers("{ users: [U0AAA], group: [S0AAA] }", "quorum: 2"),
      "c.yml:4 routes[0].approvers.group",
    ],
    [
      "another kind of channel members next to direct messages",
      approvers("{ channel: member }", "dm: true"),
      "c.yml:4 routes[0].approvers.channel",
    ],
    ["approvers that are a list", approvers("[U0AAA]", "quorum: 2"), "c.yml:4 routes[0].approvers"],
    [
      "a role without its account next to another role",
      `${MINIMAL}targets: [{ name: a, regions: [us-east-1], readRole: Reader, approverRole: "${role("111122223333")}" }]\n`,
      "c.yml:5 targets[0].readRole",
    ],
    [
      "a role without its account next to a target of the same Region",
      `${MINIMAL}targets:\n  - { name: a, regions: [us-east-1] }\n  - { name: b, regions: [us-east-1], readRole: Reader }\n`,
      "c.yml:7 targets[1].readRole",
    ],
    [
      "a target without a name next to a route for it",
      `${MINIMAL}    match: { target: prod }\ntargets:\n  - { name: 1, regions: [us-east-1] }\n`,
      "c.yml:7 targets[0].name",
    ],
  ];
  for (const [claim, text, where] of rows)
    test(claim, () =>
      assert.deepEqual(
        problems(text).map((line) => line.split(" |")[0]),
        [where],
      ),
    );
});

test("a file of any shape causes problems, and never an exception", () => {
  const whole = {
    targets: [
      { name: "prod", regions: ["us-east-1"], readRole: "arn:aws:iam::111122223333:role/Reader" },
      { name: "test", regions: ["us-east-1"] },
    ],
    routes: [
      {
        name: "a",
        match: { target: "prod", parameters: { Env: ["prod"] } },
        channels: ["C0AAA"],
        approvers: { users: ["U0AAA"] },
      },
      { name: "b", channels: ["C0AAA"], approvers: { channel: "members" }, dm: false, quorum: 2, selfApproval: true },
    ],
    mask: ["*secret*"],
    admins: { users: ["U0AAA"], groups: ["S0AAA"] },
    identities: { U0AAA: ["arn:aws:iam::111122223333:user/jane"] },
  };
  assert.equal(parseFile("c.yml", stringify(whole)).kind, "file");
  const other = fc.oneof(
    fc.constantFrom<unknown>(null, true, 1.5, -1, "", "x", [], {}, [null], [[]], { name: 1 }, { users: {} }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  /** Replaces one part of a value, chosen by `seeds`, which go down the value level by level. */
  const replace = (value: unknown, [seed, ...seeds]: number[], by: unknown): unknown => {
    if (seed === undefined || typeof value !== "object" || value === null) return by;
    const keys = Object.keys(value);
    const key = keys[seed % (keys.length + 1)];
    if (key === undefined) return by;
    if (Array.isArray(value)) return value.map((each, i) => (String(i) === key ? replace(each, seeds, by) : each));
    return Object.fromEntries(
      Object.entries(value).map(([k, each]) => [k, k === key ? replace(each, seeds, by) : each]),
    );
  };
  const changes = fc.array(fc.tuple(fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), other), {
    minLength: 1,
    maxLength: 3,
  });
  let refused = 0;
  const RUNS = FULL_MATRIX ? 1_000 : 120;
  fc.assert(
    fc.property(changes, (each) => {
      const file = each.reduce<unknown>((value, [seeds, by]) => replace(value, seeds, by), whole);
      const outcome = parseFile("c.yml", stringify(file));
      if (outcome.kind === "file") return;
      refused++;
      assert.ok(outcome.problems.length > 0);
      for (const { where, what, fix } of outcome.problems)
        assert.ok(where && what && fix, `${where} | ${what} | ${fix}`);
    }),
    { numRuns: RUNS },
  );
  assert.ok(refused > RUNS / 2);
});
