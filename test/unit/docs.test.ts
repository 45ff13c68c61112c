import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { parse, parseDocument } from "yaml";
import { WAITING_RULES } from "../../sandbox/aws/events/waiting-rule.ts";
import { VARIABLES } from "../../src/config/environment.ts";
import { parseFile } from "../../src/config/file.ts";
import { fileJsonSchema } from "../../src/config/file-schema.ts";

const FENCE = /^```(\w*)\n(.*?)^```$/gms;
const PACKAGE: { scripts: Record<string, string> } = JSON.parse(readFileSync("package.json", "utf8"));
const MANIFEST = parse(readFileSync("manifest.yml", "utf8"));

interface Page {
  path: string;
  text: string;
  /** Without blocks of code. */
  prose: string;
  /** What is between backticks. */
  words: string[];
  blocks: (language: string) => string[];
  shell: string;
}

function readPage(path: string): Page {
  const text = readFileSync(path, "utf8");
  const blocks = (language: string) =>
    [...text.matchAll(FENCE)].filter(([, found]) => found === language).map(([, , block = ""]) => block);
  const prose = text.replace(FENCE, "");
  const words = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, word = ""]) => word);
  return { path, text, prose, words, blocks, shell: blocks("sh").join("\n") };
}

const pages = globSync(["*.md", "docs/**/*.md", "deploy/**/*.md", "sandbox/**/README.md"]).map(readPage);
const page = (path: string) => pages.find((each) => each.path === path) ?? assert.fail(path);
/** For people who install and run the bot. The others name things of the code too. */
const GUIDES = ["README.md", "deploy/README.md", "docs/install.md", "docs/permissions.md", "docs/policy.md"];
const guides = GUIDES.map(page);
const operatorPages = [...guides, page("docs/operations.md"), page("docs/security.md"), page("docs/configuration.md")];

test("the README is one screen with the two commands, and a picture", () => {
  const { text } = page("README.md");
  assert.match(text, /^npm ci && npm run sandbox$/m);
  assert.match(text, /^npm cit$/m);
  assert.match(text, /^!\[.+\]\(docs\/images\/.+\.png\)$/m);
  assert.ok(text.split("\n").length < 50, "move details into docs/");
});

test("the README names the permission that tags need, and who chooses them", () => {
  const { text } = page("README.md");
  assert.match(text, /A route can match on tags\. The bot then needs `ssm:ListTagsForResource`/);
  assert.match(text, /The requester chooses the tags unless IAM\s+forces them \(`aws:RequestTag`\)/);
});

test("each page that a newcomer needs is linked from the README", () => {
  const { text } = page("README.md");
  for (const { path } of pages.filter((each) => /^docs\/[a-z]+\.md$/.test(each.path)))
    assert.ok(text.includes(`](${path}`), path);
});

/** The anchor that GitHub makes for a heading. */
const toAnchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");

describe("links", () => {
  for (const { path, prose } of pages)
    test(`of ${path} lead to files and headings that exist`, () => {
      for (const [, target = ""] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [file = "", anchor] = target.split("#");
        const found = file === "" ? path : join(dirname(path), file);
        assert.ok(existsSync(found), `${path}: ${target}`);
        if (anchor === undefined) continue;
        const headings = [...readFileSync(found, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) =>
          toAnchor(text),
        );
        assert.ok(headings.includes(anchor), `${path}: ${target}`);
      }
    });
});

describe("commands", () => {
  const builtIn = ["ci", "cit", "install", "pack", "sbom", "version"];
  for (const { path, words, shell } of pages)
    test(`npm in ${path}: each script exists`, () => {
      const named = [...`${words.join("\n")}\n${shell}`.matchAll(/\bnpm (?:run )?(?:--silent )?([a-z][\w:-]*)/g)];
      for (const [, name = ""] of named) assert.ok(builtIn.includes(name) || name in PACKAGE.scripts, `npm ${name}`);
    });

  const cli = globSync("src/cli/*.ts").map((path) => readFileSync(path, "utf8"));
  const commands = cli.flatMap((text) => [...text.matchAll(/\.command\("([\w-]+)/g)].map(([, name = ""]) => name));
  const options = cli.flatMap((text) => [...text.matchAll(/"(?:-\w, )?(--[\w-]+)/g)].map(([, name = ""]) => name));
  for (const { path, words, shell } of pages)
    test(`countersign in ${path}: each command and option exists`, () => {
      const lines = `${words.join("\n")}\n${shell}`
        .split("\n")
        .flatMap((line) => /^(?:\w+=\S+ )*(?:npx )?countersign (.*)$/.exec(line.replace(/\s#.*/, ""))?.[1] ?? []);
      for (const line of lines) {
        const [name = "", second = ""] = line.split(/\s+/);
        const isOption = name.startsWith("--");
        assert.ok(isOption || commands.includes(name), line);
        if (["policy", "audit"].includes(name)) assert.ok(commands.includes(second), line);
        for (const [option] of line.matchAll(/--[a-z][\w-]*/g))
          assert.ok(["--help", "--version", ...options].includes(option), line);
      }
    });
});

test("each environment variable that operators read about is one of the program's", () => {
  const known: readonly string[] = VARIABLES;
  /** Of CloudFormation; of Node and of the SDK, which the program does not read itself. */
  const others =
    /^CAPABILITY_NAMED_IAM$|^NODE_(?:OPTIONS|COMPILE_CACHE)$|^AWS_(?:ENDPOINT_URL|ENDPOINT_URL_SSM|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE)$/;
  for (const { path, words, shell } of operatorPages.filter((each) => each.path !== "docs/security.md"))
    for (const [name] of `${words.join("\n")}\n${shell}`.matchAll(/\b(?:[A-Z]+(?:_[A-Z0-9]+)+|PORT)\b/g))
      assert.ok(known.includes(name) || others.test(name), `${path}: ${name}`);
});

describe("files that a guide names", () => {
  /** The reader makes these. */
  const made = ["countersign.yml", ".env", "accounts.txt", "hello-approval.yaml", "records.csv"];
  for (const { path, words, shell } of guides)
    test(`${path}: they exist`, () => {
      const named = words.filter((word) => /^[\w./-]+\.(?:yml|json|md|example|ts)$|^[\w-]+\/$/.test(word));
      const copied = [...shell.matchAll(/\bcp (\S+)/g)].map(([, file = ""]) => file);
      for (const file of [...named, ...copied])
        assert.ok(made.includes(file) || existsSync(file) || existsSync(join(dirname(path), file)), file);
    });
});

describe("configuration", () => {
  const keys = new Set<string>();
  const values = new Set<string>();
  const collect = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [keyword, value] of Object.entries(node)) {
      if (keyword === "properties") for (const key of Object.keys(value)) keys.add(key);
      if (keyword === "enum") for (const each of value) values.add(each);
      collect(value);
    }
  };
  collect(fileJsonSchema());

  /** The least configuration, for blocks that show other keys only. */
  const LEAST = "routes: [{ name: all, channels: [C0123456789], approvers: { users: [U0123456789] } }]\n";
  for (const { path, blocks } of pages)
    for (const [i, text] of blocks("yaml").entries())
      test(`YAML block ${i + 1} of ${path} is valid`, () => {
        // Parts of runbooks; every other block is a part of the configuration.
        if (path === "sandbox/aws/README.md") return assert.deepEqual(parseDocument(text).errors, []);
        const whole = /^routes:/m.test(text) ? text : `${text}\n${LEAST}`;
        const parsed = parseFile(path, whole, (file) => ({ kind: "text", path: file, text: "111122223333\n" }));
        assert.deepEqual(parsed.kind === "problems" ? parsed.problems : [], []);
      });

  test("the least configuration is shown", () => {
    assert.ok(
      page("docs/policy.md")
        .blocks("yaml")
        .some((text) => /^routes:/m.test(text)),
    );
  });

  test("each key and value that a guide names is one of the file's", () => {
    for (const { path, words } of guides.filter((each) => each.path !== "deploy/README.md"))
      for (const word of words.filter((each) => /^[a-z]+(?:[A-Z][a-z]+)*$/.test(each)))
        assert.ok(keys.has(word) || values.has(word) || /^(?:ec|ek)s2?$|^ec2$/.test(word), `${path}: ${word}`);
  });

  test("each key that an operator's page shows with a value is one of the file's", () => {
    for (const { path, words } of operatorPages)
      for (const word of words) {
        const [, key, value = ""] = /^([a-zA-Z]+): (.+)$/.exec(word) ?? [];
        if (key === undefined || key === "name") continue;
        assert.ok(keys.has(key), `${path}: ${word}`);
        if (/^[a-z-]+$/.test(value)) assert.ok(values.has(value) || /^(?:true|false|members)$/.test(value), word);
      }
  });
});

describe("Slack", () => {
  /** Of the app-level token, which no manifest can ask for; and the actions of runbooks, which look like scopes. */
  const others = ["connections:write", "aws:approve", "aws:pause", "aws:loop", "aws:executeAutomation"];
  test("each scope that a guide names is one of the manifest's", () => {
    for (const { path, words } of guides)
      for (const name of words.filter((word) => /^[a-z]+:[a-z.]+$/.test(word)))
        assert.ok(others.includes(name) || MANIFEST.oauth_config.scopes.bot.includes(name), `${path}: ${name}`);
  });

  test("the request URL of HTTP mode ends in the path that the bot serves", () => {
    const { words } = page("docs/install.md");
    const paths = words.flatMap((word) => URL.parse(word)?.pathname ?? []).filter((path) => path.startsWith("/slack"));
    const source = globSync("src/slack/**/*.ts")
      .map((path) => readFileSync(path, "utf8"))
      .join("\n");
    assert.equal(paths.length, 1);
    assert.ok(source.includes(`"${paths[0]}"`));
  });

  test("the bot is invited under its own name", () => {
    const [, name] = /\/invite @(\w+)/.exec(page("docs/install.md").prose) ?? [];
    assert.equal(name, MANIFEST.features.bot_user.display_name);
  });
});

test("the patterns of the rules for the queue are those of the stand-in", () => {
  const patterns = page("docs/permissions.md")
    .blocks("json")
    .map((text) => JSON.parse(text));
  assert.deepEqual(
    patterns.filter((each) => "detail-type" in each),
    WAITING_RULES,
  );
});
