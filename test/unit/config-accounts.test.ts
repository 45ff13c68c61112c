import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { selectTargets } from "../../src/cli/select-targets.ts";
import { type FileReading, parseFile } from "../../src/config/file.ts";
import { expandTargets } from "../../src/config/targets.ts";
import { toPartition } from "../../src/core/partition.ts";
import { toTargetKey } from "../../src/core/target-key.ts";

const ROUTES = "routes:\n  - name: all\n    channels: [C0AAA]\n    approvers: { groups: [S0AAA] }\n";
const [A, B] = ["111122223333", "444455556666"];
const ROLES = "readRole: Reader, approverRole: ops/Approver";
const ARN = `arn:aws:iam::${A}:role/ops/Reader`;

const targets = (...lines: string[]) => `targets:\n${lines.map((line) => `  - { ${line} }\n`).join("")}${ROUTES}`;

/** Reads files from a map. A text that is missing is a file that does not exist. */
const holding =
  (files: Record<string, string>) =>
  (path: string): FileReading => {
    const text = files[path];
    return text === undefined
      ? { kind: "absent", path: `/work/${path}` }
      : { kind: "text", path: `/work/${path}`, text };
  };
const parse = (text: string, files: Record<string, string> = {}) => {
  const outcome = parseFile("etc/c.yml", text, holding(files));
  return outcome.kind === "problems" ? outcome.problems.map(({ where, what }) => `${where} | ${what}`) : outcome.file;
};
const expand = (text: string, files: Record<string, string> = {}) => {
  const file = parse(text, files);
  return expandTargets(Array.isArray(file) ? assert.fail(file.join("\n")) : (file.targets ?? []));
};

describe("a target with accounts", () => {
  test("has every Region of every account, with a role of the same name in each", () => {
    const text = targets(`name: prod, accounts: ["${A}", "${B}"], regions: [us-east-1, eu-west-1], ${ROLES}`);
    assert.deepEqual(
      expand(text).map((each) => [toTargetKey(each), each.account, each.roles.readRole, each.roles.approverRole]),
      [A, B].flatMap((account) =>
        ["us-east-1", "eu-west-1"].map((region) => [
          `prod/${account}/${region}`,
          account,
          `arn:aws:iam::${account}:role/Reader`,
          `arn:aws:iam::${account}:role/ops/Approver`,
        ]),
      ),
    );
  });

  test("names its roles in the partition of each Region", () => {
    for (const [region, partition] of [
      ["us-east-1", "aws"],
      ["cn-north-1", "aws-cn"],
      ["us-gov-west-1", "aws-us-gov"],
      ["us-iso-east-1", "aws-iso"],
      ["us-isob-east-1", "aws-iso-b"],
      ["eu-isoe-west-1", "aws-iso-e"],
      ["us-isof-south-1", "aws-iso-f"],
      ["eusc-de-east-1", "aws-eusc"],
    ] as const) {
      assert.equal(toPartition(region), partition);
      const [only] = expand(targets(`name: prod, accounts: ["${A}"], regions: [${region}], ${ROLES}`));
      assert.equal(only?.roles.readRole, `arn:${partition}:iam::${A}:role/Reader`);
    }
  });

  test("reads them from a file next to the configuration file, with comments, blank lines and any line endings", () => {
    const text = targets(`name: prod, accountsFile: lists/a.txt, regions: [us-east-1], ${ROLES}`);
    const list = `# all accounts\r\n\r\n${A}\r\n  ${B}  # payments\n`;
    assert.deepEqual(
      expand(text, { "etc/lists/a.txt": list }).map(({ account }) => account),
      [A, B],
    );
  });

  test("reads them from an absolute path, wherever the configuration file is", () => {
    const text = targets(`name: prod, accountsFile: /mnt/lists/a.txt, regions: [us-east-1], ${ROLES}`);
    assert.deepEqual(
      expand(text, { "/mnt/lists/a.txt": `${A}\n` }).map(({ account }) => account),
      [A],
    );
  });

  test("changes the hash of the policy with the accounts in its file, which is that of all files one after the other", () => {
    const file = (name: string) => `name: ${name}, accountsFile: ${name}.txt, regions: [us-east-1], ${ROLES}`;
    const text = targets(file("b"), file("a"));
    const hash = (files: Record<string, string>) => {
      const outcome = parseFile("etc/c.yml", text, holding(files));
      return outcome.kind === "file" ? outcome.hash : assert.fail("a problem");
    };
    const first = hash({ "etc/a.txt": A, "etc/b.txt": B });
    assert.equal(first, createHash("sha256").update(`${text}${B}${A}`).digest("hex"));
    assert.notEqual(first, hash({ "etc/a.txt": "777788889999", "etc/b.txt": B }));
  });

  test("may have one account with the bot's own credentials, or with a role's ARN of that account", () => {
    for (const roles of ["", `, readRole: "${ARN}"`])
      assert.equal(expand(targets(`name: prod, accounts: ["${A}"], regions: [us-east-1]${roles}`)).length, 1);
  });
});

describe("without accounts, a target", () => {
  test("keeps its key and the account of its role", () => {
    const [own, other] = expand(
      targets("name: own, regions: [us-east-1]", `name: other, regions: [us-east-1], readRole: "${ARN}"`),
    );
    assert.deepEqual(
      [own, other].map((each) => each && toTargetKey(each)),
      ["own/us-east-1", "other/us-east-1"],
    );
    assert.equal(other?.roles.readRole, ARN);
  });
});

describe("the configuration refuses", () => {
  const both = `accounts: ["${A}", "${B}"]`;
  const us = "regions: [us-east-1]";
  const FILE = `accountsFile: a.txt, ${us}, ${ROLES}`;
  const rows: [claim: string, text: string, problems: string[], files?: Record<string, string>][] = [
    [
      "an account without 12 digits",
      targets(`name: a, accounts: ["12"], ${us}`),
      ['c.yml:2 targets[0].accounts[0] | "12" is not an AWS account ID.'],
    ],
    [
      "an account that YAML reads as a number",
      targets(`name: a, accounts: [012345678901], ${us}`),
      ["c.yml:2 targets[0].accounts[0] | It is a number, not a text."],
    ],
    ["no account", targets(`name: a, accounts: [], ${us}`), ["c.yml:2 targets[0].accounts | The list is empty."]],
    [
      "an account twice",
      targets(`name: a, accounts: ["${A}", "${A}"], ${us}`),
      [`c.yml:2 targets[0].accounts[1] | "${A}" is a duplicate.`],
    ],
    [
      "both keys",
      targets(`name: a, accounts: ["${A}"], ${FILE}`),
      ["c.yml:2 targets[0].accountsFile | The target has accounts too."],
      { "etc/a.txt": A },
    ],
    [
      "the name of a role without accounts",
      targets(`name: a, ${us}, readRole: Reader`),
      ['c.yml:2 targets[0].readRole | "Reader" is the name of a role, and the target does not say in which accounts.'],
    ],
    [
      "a role's ARN of another account",
      targets(`name: a, accounts: ["${B}"], ${us}, readRole: "${ARN}"`),
      [`c.yml:2 targets[0].readRole | The role belongs to account ${A}, and the target has account ${B}.`],
    ],
    [
      "a role's ARN with several accounts",
      targets(`name: a, ${both}, ${us}, readRole: "${ARN}", approverRole: X`),
      [`c.yml:2 targets[0].readRole | The role belongs to account ${A}, and the target has 2 accounts.`],
    ],
    [
      "several accounts without a role",
      targets(`name: a, ${both}, ${us}, readRole: Reader`),
      [
        "c.yml:2 targets[0].approverRole | It is missing: the bot's own credentials belong to one account, and the target has 2.",
      ],
    ],
    [
      "a Region of an account in two targets",
      targets(`name: a, ${both}, ${us}, ${ROLES}`, `name: b, ${us}, readRole: "${ARN}"`),
      ['c.yml:3 targets[1].regions[0] | "us-east-1" is a duplicate.'],
    ],
    [
      "a file that does not exist",
      targets(`name: a, ${FILE}`),
      ["c.yml:2 targets[0].accountsFile | The file does not exist: /work/etc/a.txt."],
    ],
    [
      "an empty file",
      targets(`name: a, ${FILE}`),
      ["c.yml:2 targets[0].accountsFile | The file contains no account: /work/etc/a.txt."],
      { "etc/a.txt": "" },
    ],
    [
      "a file of comments",
      targets(`name: a, ${FILE}`),
      ["c.yml:2 targets[0].accountsFile | The file contains no account: /work/etc/a.txt."],
      { "etc/a.txt": "# none yet\n\n" },
    ],
    [
      "lines that are no accounts, and duplicates, each with its line",
      targets(`name: a, ${FILE}`),
      ['a.txt:2 | "1111-2222-3333" is not an AWS account ID.', `a.txt:4 | Account ${A} is a duplicate of line 1.`],
      { "etc/a.txt": `${A}\n1111-2222-3333\n${B}\n${A}\n` },
    ],
    [
      "an account of a file in two targets",
      targets(`name: a, ${FILE}`, `name: b, accounts: ["${A}"], ${us}`),
      [`c.yml:3 targets[1].regions[0] | "${A} us-east-1" is a duplicate.`],
      { "etc/a.txt": A },
    ],
    [
      "a role's ARN with a file of several accounts",
      targets(`name: a, accountsFile: a.txt, ${us}, readRole: "${ARN}", approverRole: X`),
      [`c.yml:2 targets[0].readRole | The role belongs to account ${A}, and the target has 2 accounts.`],
      { "etc/a.txt": `${A}\n${B}` },
    ],
    [
      "a bad file together with other problems",
      targets(`name: "a b", ${FILE}`),
      ['c.yml:2 targets[0].name | "a b" cannot be the name of a target.', 'a.txt:1 | "x" is not an AWS account ID.'],
      { "etc/a.txt": "x" },
    ],
  ];
  for (const [claim, text, expected, files] of rows)
    test(claim, () => {
      const found = parse(text, files);
      const lines = Array.isArray(found) ? found.map((line) => line.replace(/^etc\//, "")) : [];
      assert.deepEqual(lines.toSorted(), expected.toSorted());
    });
});

test("consoleUrl needs https, a placeholder, and no other placeholder", () => {
  const problem = (url: string) => {
    const found = parse(`${ROUTES}consoleUrl: "${url}"\n`);
    return Array.isArray(found) ? found.map((line) => line.replace(/^etc\//, "")) : found.consoleUrl;
  };
  const good = "https://example.awsapps.com/start/#/console?account_id={account}&role_name=Operator&destination={url}";
  assert.equal(problem(good), good);
  assert.deepEqual(problem("http://example.com/{url}"), [
    'c.yml:5 consoleUrl | "http://example.com/{url}" is not an address with https.',
  ]);
  assert.deepEqual(problem("https://example.com/"), [
    "c.yml:5 consoleUrl | It has no placeholder, so that every request would have the same link.",
  ]);
  assert.deepEqual(problem("https://example.com/{url}/{role}"), [
    "c.yml:5 consoleUrl | It has a placeholder that does not exist.",
  ]);
  assert.equal(problem("https://example.com/|{url}")?.length, 1);
});

test("policy explain selects targets by name, by key, by account and by Region, and refuses what does not exist", () => {
  const all = expand(
    targets(
      `name: prod, accounts: ["${A}", "${B}"], regions: [us-east-1, eu-west-1], ${ROLES}`,
      "name: own, regions: [us-east-1]",
    ),
  );
  const select = (options: Parameters<typeof selectTargets>[1]) => {
    const selected = selectTargets(all, options);
    return typeof selected === "string" ? selected : selected.targets.map(toTargetKey);
  };
  assert.equal(select({}).length, 5);
  assert.equal(select({ target: "prod" }).length, 4);
  assert.deepEqual(select({ target: `prod/${B}/eu-west-1` }), [`prod/${B}/eu-west-1`]);
  assert.deepEqual(select({ target: "prod", account: B, region: "us-east-1" }), [`prod/${B}/us-east-1`]);
  assert.deepEqual(select({ target: "own", account: B }), ["own/us-east-1"], "the bot's own account is not known here");
  assert.equal(select({ target: "test" }), "There is no target test. The targets are prod, own.");
  assert.equal(
    select({ target: "prod", account: "999900001111" }),
    "Target prod does not include account 999900001111.",
  );
  assert.equal(
    select({ target: `prod/${A}/us-east-1`, region: "eu-west-1" }),
    `Target prod/${A}/us-east-1 does not include account ${A}, Region eu-west-1.`,
  );
  assert.equal(
    select({ region: "us-west-9" }),
    "No target includes Region us-west-9. The targets cover us-east-1, eu-west-1.",
  );
  const named = all.filter(({ name }) => name === "prod");
  assert.equal(
    selectTargets(named, { account: "999900001111" }),
    `No target includes account 999900001111. The targets cover ${A}, ${B}.`,
  );
  assert.match(
    String(selectTargets(named.slice(0, 3), { account: B, region: "eu-west-1" })),
    /^No target includes account \d+, Region eu-west-1\. The targets cover prod\/\d+\/us-east-1, /,
  );
  assert.equal(selectTargets([], { target: "prod" }), "There is no target prod. The only target is default.");
  assert.equal(typeof selectTargets([], { target: "default", region: "us-east-1" }), "object");
  const keyed = selectTargets(all, { target: `prod/${B}/eu-west-1` });
  assert.deepEqual(typeof keyed === "string" ? keyed : keyed.options, {
    target: "prod",
    account: B,
    region: "eu-west-1",
  });
});
