import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse, parseDocument } from "yaml";
import { VARIABLES } from "../../src/config/environment.ts";
import { parseFile } from "../../src/config/file.ts";
import { fileJsonSchema } from "../../src/config/file-schema.ts";

const README = readFileSync("README.md", "utf8");
const PACKAGE: { scripts: Record<string, string> } = JSON.parse(readFileSync("package.json", "utf8"));
const MANIFEST = parse(readFileSync("manifest.yml", "utf8"));

const FENCE = /^```(\w+)\n(.*?)^```$/gms;
const blocks = (language: string) =>
  [...README.matchAll(FENCE)].filter(([, found]) => found === language).map(([, , text = ""]) => text);
const prose = README.replace(FENCE, "");
/** What stands between backticks. */
const words = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, word = ""]) => word);
const shell = blocks("sh").join("\n");

test("the first screen has the two commands", () => {
  const screen = README.split("\n").slice(0, 30).join("\n");
  assert.match(screen, /^npm ci && npm run sandbox$/m);
  assert.match(screen, /^npm cit$/m);
});

test("each section that a newcomer needs is there", () => {
  for (const heading of ["Five minutes to a real workspace", "What happens on a click", "Limits"])
    assert.ok(README.includes(`\n## ${heading}\n`), heading);
});

describe("environment variables", () => {
  const named = new Set(`${words.join("\n")}\n${shell}`.match(/\b(?:[A-Z]+(?:_[A-Z0-9]+)+|PORT)\b/g));
  const known: readonly string[] = VARIABLES;
  for (const name of named) test(`${name} is read`, () => assert.ok(known.includes(name)));
});

describe("npm", () => {
  const builtIn = ["ci", "cit", "install"];
  const named = [...`${words.join("\n")}\n${shell}`.matchAll(/\bnpm (?:run )?([\w:-]+)/g)].map(([, name = ""]) => name);
  for (const name of new Set(named))
    test(`npm ${name} exists`, () => assert.ok(builtIn.includes(name) || name in PACKAGE.scripts));
});

describe("files", () => {
  /** The reader makes these. */
  const made = ["countersign.yml", ".env"];
  const links = [...prose.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = ""]) => path);
  const named = words.filter((word) => /^[\w./-]+\.(?:yml|json|md|example|ts)$|^[\w-]+\/$/.test(word));
  const copied = [...shell.matchAll(/\bcp (\S+)/g)].map(([, path = ""]) => path);
  for (const path of new Set([...links, ...named, ...copied]))
    test(`${path} is there`, () => assert.ok(made.includes(path) || existsSync(path)));
});

describe("YAML", () => {
  for (const [i, text] of blocks("yaml").entries())
    test(`block ${i + 1} is valid`, () => {
      if (/^routes:/m.test(text)) assert.equal(parseFile("README.md", text).kind, "file");
      else assert.deepEqual(parseDocument(text).errors, []);
    });

  test("the least configuration is shown", () => {
    assert.ok(blocks("yaml").some((text) => /^routes:/m.test(text)));
  });

  test("each key and value named in the text is one of the file's", () => {
    const known = new Set<string>();
    const collect = (node: unknown): void => {
      if (typeof node !== "object" || node === null) return;
      for (const [keyword, value] of Object.entries(node)) {
        if (keyword === "properties") for (const key of Object.keys(value)) known.add(key);
        if (keyword === "enum") for (const each of value) known.add(each);
        collect(value);
      }
    };
    collect(fileJsonSchema());
    const named = words.filter((word) => /^[a-z]+(?:[A-Z][a-z]+)*$/.test(word));
    assert.deepEqual(
      named.filter((word) => !known.has(word)),
      [],
    );
    assert.ok(named.includes("quorum"));
  });
});

describe("Slack", () => {
  /** Of the app-level token, which no manifest can ask for; and the actions of runbooks, which look like scopes. */
  const others = ["connections:write", "aws:approve", "aws:pause"];
  const named = words.filter((word) => /^[a-z]+:[a-z.]+$/.test(word));
  for (const name of new Set(named))
    test(`${name} is a scope or an action`, () =>
      assert.ok(others.includes(name) || MANIFEST.oauth_config.scopes.bot.includes(name)));

  test("the request URL of HTTP mode ends in the path that the bot serves", () => {
    const paths = words.flatMap((word) => URL.parse(word)?.pathname ?? []).filter((path) => path.startsWith("/slack"));
    const source = globSync("src/slack/**/*.ts")
      .map((path) => readFileSync(path, "utf8"))
      .join("\n");
    assert.equal(paths.length, 1);
    assert.ok(source.includes(`"${paths[0]}"`));
  });

  test("the bot is invited under its own name", () => {
    const [, name] = /\/invite @(\w+)/.exec(prose) ?? [];
    assert.equal(name, MANIFEST.features.bot_user.display_name);
  });
});
