import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Variables } from "../../src/config/environment.ts";
import { type FileReading, readTextFile } from "../../src/config/file.ts";
import { loadConfig, loadPolicy } from "../../src/config/load.ts";
import { locateFinding } from "../../src/config/locate-finding.ts";
import { formatProblems, hideSecrets } from "../../src/config/problem.ts";
import { findUnknownRegions } from "../../src/config/regions.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";

const MINIMAL = "routes:\n  - name: all\n    channels: [C0AAA]\n    approvers: { groups: [S0AAA] }\n";
const ENVIRONMENT = { SLACK_BOT_TOKEN: "xoxb-1-abc", SLACK_APP_TOKEN: "xapp-1-abc", AWS_REGION: "us-east-1" };

const holding =
  (text: string) =>
  (path: string): FileReading => ({ kind: "text", path: `/etc/${path}`, text });
const load = (variables: Variables, text: string) => loadConfig(variables, holding(text));
const wheres = (variables: Variables, text: string) => {
  const outcome = load(variables, text);
  return outcome.kind === "problems" ? outcome.problems.map(({ where }) => where) : [];
};
const config = (variables: Variables, text: string) => {
  const outcome = load(variables, text);
  return outcome.kind === "config" ? outcome.config : assert.fail(formatProblems(outcome.problems));
};

test("without targets, the only target is the environment's Region, named default", () => {
  assert.deepEqual(config(ENVIRONMENT, MINIMAL).targets, [{ name: "default", regions: ["us-east-1"] }]);
});

test("with targets, the environment needs no Region", () => {
  const { AWS_REGION: _, ...variables } = ENVIRONMENT;
  const { targets } = config(variables, `${MINIMAL}targets: [{ name: prod, regions: [eu-west-1] }]\n`);
  assert.deepEqual(targets, [{ name: "prod", regions: ["eu-west-1"] }]);
});

test("without any Region there is one problem, and its fix names both remedies", () => {
  const { AWS_REGION: _, ...variables } = ENVIRONMENT;
  const outcome = load(variables, MINIMAL);
  assert.equal(outcome.kind === "problems" && outcome.problems.length, 1);
  assert.deepEqual(wheres(variables, MINIMAL), ["AWS_REGION"]);
  const fix = outcome.kind === "problems" ? outcome.problems[0]?.fix : "";
  assert.match(fix ?? "", /Set AWS_REGION, or name targets/);
});

test("every Region is checked, and an unknown one is reported at its variable or its line", () => {
  const places = (variables: Variables, text: string) => {
    const loaded = load({ ...ENVIRONMENT, ...variables }, text);
    if (loaded.kind !== "config") return assert.fail(formatProblems(loaded.problems));
    return findUnknownRegions(loaded.config).map(({ path, text }) => {
      const finding = { path, id: null, route: null };
      return `${locateFinding(finding, loaded.locate)}: ${text}`;
    });
  };
  const unknown = (place: string, region = "us-esat-1") =>
    `${place}: Countersign does not know the Region ${region}. Did you mean us-east-1?`;
  const bus = "arn:aws:events:us-esat-1:111122223333:event-bus/audit";
  const queue = "https://sqs.us-esat-1.amazonaws.com/111122223333/waiting";
  assert.deepEqual(places({ AWS_REGION: "us-esat-1" }, MINIMAL), [unknown("AWS_REGION")]);
  assert.deepEqual(places({ AWS_REGION: undefined, AWS_DEFAULT_REGION: "us-esat-1" }, MINIMAL), [
    unknown("AWS_DEFAULT_REGION"),
  ]);
  assert.deepEqual(places({ EVENT_BUS_NAME: bus, WAITING_QUEUE_URL: queue }, MINIMAL), [
    unknown("EVENT_BUS_NAME"),
    unknown("WAITING_QUEUE_URL"),
  ]);
  const named = `${MINIMAL}targets: [{ name: prod, regions: [us-east-1, us-esat-2] }]\n`;
  assert.deepEqual(places({ AWS_REGION: "us-esat-1", EVENT_BUS_NAME: "audit" }, named), [
    "countersign.yml:5 targets[0].regions[1]: Countersign does not know the Region us-esat-2. Did you mean us-east-2?",
    unknown("AWS_REGION"),
  ]);
});

test("an invalid Region is reported once", () => {
  assert.deepEqual(wheres({ ...ENVIRONMENT, AWS_REGION: "nowhere" }, MINIMAL), ["AWS_REGION"]);
});

test("all problems of environment and file are reported at once, the environment first", () => {
  assert.deepEqual(wheres({ PORT: "x" }, "routes: []\nmask: 1\n"), [
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "PORT",
    "countersign.yml:1 routes",
    "countersign.yml:2 mask",
  ]);
});

test("the Config is deeply frozen", () => {
  const thawed: unknown[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Object.isFrozen(value)) thawed.push(value);
    Object.values(value).forEach(look);
  };
  look(config(ENVIRONMENT, `${MINIMAL}    match: { parameters: { A: b } }\nadmins: { users: [U0AAA] }\n`));
  assert.deepEqual(thawed, []);
});

test("two Configs share no value", () => {
  assert.notEqual(config(ENVIRONMENT, MINIMAL).mask, config(ENVIRONMENT, MINIMAL).mask);
});

describe("the configuration file:", () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-config-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const at = (path: string) => {
    const outcome = loadConfig({ ...ENVIRONMENT, COUNTERSIGN_CONFIG: path }, readTextFile);
    return outcome.kind === "problems" ? outcome.problems : [];
  };

  test("an absent file is reported with its full path and how to create one", () => {
    const path = join(folder, "absent.yml");
    assert.deepEqual(at(path), [
      {
        where: path,
        what: `The file does not exist: ${path}.`,
        fix: "Run cp countersign.example.yml countersign.yml and edit the copy, or set COUNTERSIGN_CONFIG to the path of your file.",
      },
    ]);
  });

  test("a relative path is reported in full", () => {
    assert.match(at("no-such.yml")[0]?.what ?? "", new RegExp(`does not exist: ${process.cwd()}/no-such\\.yml\\.$`));
  });

  test("a directory is refused", () =>
    assert.match(at(folder)[0]?.what ?? "", /^The file cannot be read \(it is a directory\)/));

  test("bytes that are not text are refused", () => {
    const path = join(folder, "latin1.yml");
    writeFileSync(path, Buffer.from([0x72, 0xe9, 0xff]));
    assert.match(at(path)[0]?.what ?? "", /^The file cannot be read \(it is not text in UTF-8\)/);
  });

  test("a valid file has no problems", () => {
    const path = join(folder, "good.yml");
    writeFileSync(path, MINIMAL);
    assert.deepEqual(at(path), []);
  });
});

describe("no problem shows a secret", () => {
  const letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";
  const tail = fc
    .string({ unit: fc.constantFrom(...letters), minLength: 12, maxLength: 60 })
    .map((text) => `Z9${text}`);
  const around = fc.constantFrom<(token: string) => string>(
    (token) => token,
    (token) => ` ${token}`,
    (token) => `${token}\r`,
    (token) => `"${token}"`,
    (token) => `Bearer ${token}`,
    (token) => `${token} ${token}`,
    (token) => `${token}\n`,
  );
  const token = fc.tuple(fc.constantFrom("xoxb-", "xapp-", "xoxp-", "xoxe.xoxb-", ""), tail);
  const file = fc.constantFrom<(token: string) => string>(
    (text) => `botToken: ${text}\n`,
    (text) => `"${text}": 1\n`,
    (text) => `routes: ${text}\n`,
    (text) => `routes:\n  - name: [${text}]\n    channels: ["${text}"]\n    approvers: { users: ["${text}"] }\n`,
    (text) => `${MINIMAL}    match: { target: "${text}", account: "${text}", parameters: { "${text} ": [] } }\n`,
    (text) => `${MINIMAL}${text}: 1\n${text}: 2\n`,
    (text) => `${MINIMAL}mask: [*${text}]\n`,
    (text) => `${MINIMAL}mask: !${text} [a]\n`,
    (text) => `${MINIMAL}targets: [{ name: "${text}!", regions: ["${text}"] }]\n`,
    (text) => `routes:\n\t- ${text}\n`,
  );
  const slot = fc.constantFrom("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET");

  test("for each secret, each typing mistake, and each place where it was also pasted", () => {
    fc.assert(
      fc.property(slot, token, around, file, fc.boolean(), (name, [prefix, secret], wrap, write, lone) => {
        const variables = { ...(lone ? {} : ENVIRONMENT), [name]: wrap(prefix + secret) };
        const outcome = load(variables, write(prefix + secret));
        assert.equal(outcome.kind, "problems");
        if (outcome.kind === "problems") assert.ok(!formatProblems(outcome.problems).includes(secret));
      }),
      { numRuns: FULL_MATRIX ? 2_000 : 120 },
    );
  });

  test("for a token that is only in a variable for something else", () => {
    const others = [
      "SLACK_API_URL",
      "COUNTERSIGN_CONFIG",
      "DATABASE_URL",
      "EVENT_BUS_NAME",
      "PORT",
      "LOG_LEVEL",
      "AWS_REGION",
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...others),
        fc.constantFrom("xoxb-", "xapp-", "xoxp-"),
        tail,
        (name, prefix, secret) => {
          const outcome = loadConfig({ ...ENVIRONMENT, [name]: prefix + secret }, (path) => ({ kind: "absent", path }));
          if (outcome.kind === "problems") assert.ok(!formatProblems(outcome.problems).includes(secret));
        },
      ),
    );
  });

  test("for a database password", () => {
    const outcome = load(
      { ...ENVIRONMENT, DATABASE_URL: "postgres://bot:correct-horse@db/c" },
      "routes: correct-horse\n",
    );
    assert.ok(outcome.kind === "problems" && !formatProblems(outcome.problems).includes("correct-horse"));
  });

  test("while prefixes in our own messages remain readable", () => {
    const [problem] = hideSecrets([{ where: "A", what: "a bot token (xoxb-), or xapp-.", fix: "xoxb-..." }], ["A"]);
    assert.deepEqual(problem, { where: "A", what: "a bot token (xoxb-), or xapp-.", fix: "xoxb-..." });
  });
});

test("each problem is printed as one block", () => {
  const problem = { where: "PORT", what: "It is set, but empty.", fix: "Give it a value." };
  assert.equal(
    formatProblems([problem, problem]),
    "PORT\n  It is set, but empty.\n  Fix: Give it a value.\n\nPORT\n  It is set, but empty.\n  Fix: Give it a value.",
  );
});

describe("a route for a place that no target has is refused", () => {
  const A = "111122223333";
  const roles = "readRole: Reader, approverRole: Approver";
  const two = `targets:
  - { name: prod, accounts: ["${A}"], regions: [us-east-1], ${roles} }
  - { name: dev, accounts: ["444455556666"], regions: [us-east-1, eu-west-1], ${roles} }
`;
  const own = "targets: [{ name: prod, regions: [us-east-1] }]\n";
  const rows: [string, string, string, string | null][] = [
    [
      "a misspelled Region",
      "region: us-esat-1",
      own,
      'No Region of target prod matches "us-esat-1". Did you mean us-east-1? Correct the condition, or add the Region to a target.',
    ],
    [
      "a misspelled Region without targets in the file",
      "region: us-esat-1",
      "",
      'No Region of target default matches "us-esat-1". Did you mean us-east-1? Correct the condition, or add the Region to a target.',
    ],
    [
      "a glob that matches no Region",
      'region: "ap-*"',
      two,
      'No Region of the targets matches "ap-*". Known there: us-east-1, eu-west-1. Correct the condition, or add the Region to a target.',
    ],
    [
      "a Region of another target",
      "target: prod, region: eu-west-1",
      two,
      'No Region of target prod matches "eu-west-1". Known there: us-east-1. Correct the condition, or add the Region to a target.',
    ],
    [
      "an account with a wrong digit",
      'account: "111122223334"',
      two,
      `No account of the targets matches "111122223334". Did you mean ${A}? Correct the condition, or add the account to a target.`,
    ],
    [
      "an account of another target",
      'target: "p*", account: "4444*"',
      two,
      `No account of target prod matches "4444*". Known there: ${A}. Correct the condition, or add the account to a target.`,
    ],
    [
      "an account outside of the Region",
      `region: eu-west-1, account: "${A}"`,
      two,
      `No account of target dev matches "${A}". Known there: 444455556666. Correct the condition, or add the account to a target.`,
    ],
    ["not a Region and an account that a target has", `region: "us-*", account: "1111*"`, two, null],
    ["not an account while that of the bot is unknown", 'account: "999999999999"', own, null],
  ];
  for (const [claim, match, targets, expected] of rows)
    test(claim, () => {
      const text = `${MINIMAL}    match: { ${match} }\n${targets}`;
      const outcomes = [load(ENVIRONMENT, text), loadPolicy(ENVIRONMENT, holding(text))];
      for (const outcome of outcomes) {
        const problems = outcome.kind === "problems" ? outcome.problems : [];
        const shown = problems.map(({ where, what, fix }) => `${where} ${what} ${fix}`);
        const key = match.includes("account") && !expected?.startsWith("No Region") ? "account" : "region";
        assert.deepEqual(shown, expected === null ? [] : [`countersign.yml:5 routes[0].match.${key} ${expected}`]);
      }
    });
});
