import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { configurationPage } from "../../scripts/configuration-page.ts";
import { VARIABLES } from "../../src/config/environment.ts";

test("docs/configuration.md is what .env.example and the schema say (npm run docs writes it)", () => {
  assert.ok(readFileSync("docs/configuration.md", "utf8") === configurationPage(), "run npm run docs");
});

test("it has a row for each variable", () => {
  const page = configurationPage();
  for (const name of VARIABLES) assert.ok(page.includes(`\n| \`${name}\` |`), name);
});

test("it has a row for each key that the example shows", () => {
  const page = configurationPage();
  const paths = (value: unknown, path: string): string[] => {
    if (Array.isArray(value)) return value.flatMap((each) => paths(each, `${path}[]`));
    if (typeof value !== "object" || value === null || isMap(path)) return [path.replace(/\[\]$/, "")];
    return Object.entries(value).flatMap(([key, below]) => paths(below, path === "" ? key : `${path}.${key}`));
  };
  // Their keys are names of parameters, tags and people.
  const isMap = (path: string) => /(?:parameters|tags|identities)$/.test(path);
  const shown = paths(parse(readFileSync("countersign.example.yml", "utf8")), "");
  assert.ok(shown.length > 30);
  for (const path of shown) assert.ok(page.includes(`\n| \`${path}\` |`), path);
});
