import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Variables } from "../../src/config/environment.ts";
import { type FileReading, readTextFile } from "../../src/config/file.ts";
import { loadConfig } from "../../src/config/load.ts";
import { formatProblems, hideSecrets } from "../../src/config/problem.ts";

const LEAST = "routes:\n  - name: all\n    channels: [C0AAA]\n    approvers: { groups: [S0AAA] }\n";
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

test("without targets the environment's Region is the only one, under the name default", () => {
  assert.deepEqual(config(ENVIRONMENT, LEAST).targets, [{ name: "default", regions: ["us-east-1"] }]);
});

test("with targets no Region is needed in the environment", () => {
  const { AWS_REGION: _, ...variables } = ENVIRONMENT;
  const { targets } = config(variables, `${LEAST}targets: [{ name: prod, regions: [eu-west-1] }]\n`);
  assert.deepEqual(targets, [{ name: "prod", regions: ["eu-west-1"] }]);
});

test("without any Region there is one problem, and it names both ways out", () => {
  const { AWS_REGION: _, ...variables } = ENVIRONMENT;
  const outcome = load(variables, LEAST);
  assert.equal(outcome.kind === "problems" && outcome.problems.length, 1);
  assert.deepEqual(wheres(variables, LEAST), ["AWS_REGION"]);
});

test("a Region that is wrong is told once", () => {
  assert.deepEqual(wheres({ ...ENVIRONMENT, AWS_REGION: "nowhere" }, LEAST), ["AWS_REGION"]);
});

test("all problems of environment and file come at once, the environment's first", () => {
  assert.deepEqual(wheres({ PORT: "x" }, "routes: []\nmask: 1\n"), [
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "PORT",
    "countersign.yml:1 routes",
    "countersign.yml:2 mask",
  ]);
});

test("the Config is frozen however deep", () => {
  const thawed: unknown[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Object.isFrozen(value)) thawed.push(value);
    Object.values(value).forEach(look);
  };
  look(config(ENVIRONMENT, `${LEAST}    match: { parameters: { A: b } }\nadmins: { users: [U0AAA] }\n`));
  assert.deepEqual(thawed, []);
});

test("nothing of one Config is shared with the next", () => {
  assert.notEqual(config(ENVIRONMENT, LEAST).mask, config(ENVIRONMENT, LEAST).mask);
});

describe("the file itself", () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-config-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const at = (path: string) => {
    const outcome = loadConfig({ ...ENVIRONMENT, COUNTERSIGN_CONFIG: path }, readTextFile);
    return outcome.kind === "problems" ? outcome.problems : [];
  };

  test("absent: where it was looked for, and how to make one", () => {
    const path = join(folder, "absent.yml");
    assert.deepEqual(at(path), [
      {
        where: path,
        what: `The file does not exist: ${path}.`,
        fix: "Run cp countersign.example.yml countersign.yml and edit the copy, or set COUNTERSIGN_CONFIG to the path of your file.",
      },
    ]);
  });

  test("a relative path is told in full", () => {
    assert.match(at("no-such.yml")[0]?.what ?? "", new RegExp(`does not exist: ${process.cwd()}/no-such\\.yml\\.$`));
  });

  test("a directory", () => assert.match(at(folder)[0]?.what ?? "", /^The file cannot be read \(it is a directory\)/));

  test("bytes that are no text", () => {
    const path = join(folder, "latin1.yml");
    writeFileSync(path, Buffer.from([0x72, 0xe9, 0xff]));
    assert.match(at(path)[0]?.what ?? "", /^The file cannot be read \(it is not text in UTF-8\)/);
  });

  test("a good one", () => {
    const path = join(folder, "good.yml");
    writeFileSync(path, LEAST);
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
    (text) => `${LEAST}    match: { target: "${text}", account: "${text}", parameters: { "${text} ": [] } }\n`,
    (text) => `${LEAST}${text}: 1\n${text}: 2\n`,
    (text) => `${LEAST}mask: [*${text}]\n`,
    (text) => `${LEAST}mask: !${text} [a]\n`,
    (text) => `${LEAST}targets: [{ name: "${text}!", regions: ["${text}"] }]\n`,
    (text) => `routes:\n\t- ${text}\n`,
  );
  const slot = fc.constantFrom("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET");

  test("whichever it is, however it was mistyped, and wherever else it was pasted", () => {
    fc.assert(
      fc.property(slot, token, around, file, fc.boolean(), (name, [prefix, secret], wrap, write, lone) => {
        const variables = { ...(lone ? {} : ENVIRONMENT), [name]: wrap(prefix + secret) };
        const outcome = load(variables, write(prefix + secret));
        assert.equal(outcome.kind, "problems");
        if (outcome.kind === "problems") assert.ok(!formatProblems(outcome.problems).includes(secret));
      }),
      { numRuns: 2000 },
    );
  });

  test("nor does one show a token that stands only in a variable for something else", () => {
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

  test("nor a database's password", () => {
    const outcome = load(
      { ...ENVIRONMENT, DATABASE_URL: "postgres://bot:correct-horse@db/c" },
      "routes: correct-horse\n",
    );
    assert.ok(outcome.kind === "problems" && !formatProblems(outcome.problems).includes("correct-horse"));
  });

  test("while our own words about tokens stay readable", () => {
    const [problem] = hideSecrets([{ where: "A", what: "a bot token (xoxb-), or xapp-.", fix: "xoxb-..." }], ["A"]);
    assert.deepEqual(problem, { where: "A", what: "a bot token (xoxb-), or xapp-.", fix: "xoxb-..." });
  });
});

test("problems are printed a block each", () => {
  const problem = { where: "PORT", what: "It is set, but empty.", fix: "Give it a value." };
  assert.equal(
    formatProblems([problem, problem]),
    "PORT\n  It is set, but empty.\n  Fix: Give it a value.\n\nPORT\n  It is set, but empty.\n  Fix: Give it a value.",
  );
});
