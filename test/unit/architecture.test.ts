import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";

const PAGES = [
  "docs/architecture.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "docs/reliability.md",
  ...globSync("docs/decisions/*.md"),
];
const FOLDERS = [...new Set(globSync("src/**/*.ts").map((file) => dirname(file)))].sort();

/** The folders in the first code block: two spaces of indentation mark a folder inside of the previous top-level one. */
function listedFolders(page: string): string[] {
  const [, block = ""] = /^```\n(.*?)^```$/ms.exec(page) ?? [];
  let parent = "";
  return block.split("\n").flatMap((line) => {
    const [, indent, name] = /^( {2})?(\S+)\/ /.exec(line) ?? [];
    if (name === undefined) return [];
    if (indent === undefined) parent = name;
    return indent === undefined ? [name] : [`${parent}/${name}`];
  });
}

test("the architecture page names every folder of src, and no other", () => {
  const listed = listedFolders(readFileSync("docs/architecture.md", "utf8")).filter((name) => name.startsWith("src/"));
  const containers = ["src/app"];
  assert.deepEqual(listed.sort(), [...new Set([...FOLDERS, ...containers])].sort());
});

for (const page of PAGES) {
  test(`every file and folder that ${page} names exists`, () => {
    const named = [
      ...readFileSync(page, "utf8").matchAll(/\b(?:src|sandbox|test|docs|scripts|bench|deploy)\/[\w./-]*\w/g),
    ];
    const missing = named.map(([path]) => path).filter((path) => !existsSync(path));
    assert.deepEqual(missing, []);
  });
}

test("the life of a click has at most ten lines, and each names a file or continues one that does", () => {
  const page = readFileSync("docs/architecture.md", "utf8");
  const [, section = ""] = /^## Life of a click\n(.*?)^## /ms.exec(page) ?? [];
  const lines = section.split(/^\d+\. /m).slice(1);
  assert.ok(lines.length > 0 && lines.length <= 10, `${lines.length} lines`);
  for (const line of lines) assert.match(line, /`src\/[\w/-]+\.ts`/);
});

test("each client of AWS has the connections and the credentials that go through the proxy", () => {
  const calls = globSync("src/aws/**/*.ts").flatMap((path) =>
    readFileSync(path, "utf8")
      .split(/(?=new \w+Client\(\{)/)
      .slice(1)
      .map((text) => [path, text.slice(0, text.indexOf(");"))] as const),
  );
  assert.ok(calls.length > 10);
  for (const [path, text] of calls) {
    assert.match(text, /requestHandler|stsOptions\(/, `${path}: ${text}`);
    assert.match(text, /ownCredentials\(\)|\.\.\.credentials/, `${path}: ${text}`);
  }
});
