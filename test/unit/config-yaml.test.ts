import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseFile } from "../../src/config/file.ts";

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

test("a byte order mark and Windows line endings are accepted", () => {
  assert.equal(parseFile("c.yml", `\uFEFF${MINIMAL.replaceAll("\n", "\r\n")}`).kind, "file");
});

describe("a file is refused if it is or has", () => {
  const start = "Start with the example: cp countersign.example.yml countersign.yml";
  const anchors = "Write the value in full in every place, or put a text that begins with * or & in quotes.";
  const rows: [string, string, string[]][] = [
    ["an empty file", "", [`c.yml | The file is empty. | ${start}`]],
    ["only comments", "# routes:\n", [`c.yml | The file is empty. | ${start}`]],
    [
      "a list",
      "- a\n",
      [
        `c.yml:1 | The file contains a list instead of a map of keys. | Write keys such as "routes:" at the start of a line. ${start}`,
      ],
    ],
    [
      "a single value",
      "\nroutes\n",
      [
        `c.yml:2 | The file contains a single value instead of a map of keys. | Write keys such as "routes:" at the start of a line. ${start}`,
      ],
    ],
    [
      "a tab as indentation",
      "routes:\n\t- name: a\n",
      ["c.yml:2 | A line is indented with a tab, which YAML does not allow. | Indent with spaces."],
    ],
    [
      "a key that appears twice",
      `${MINIMAL}mask: []\nmask: [a]\n`,
      [
        'c.yml:6 | The key "mask" appears twice in the same map. | Keep one of the two: YAML would silently lose the other.',
      ],
    ],
    [
      "two documents",
      `${MINIMAL}---\na: 1\n`,
      [
        "c.yml:5 | The file contains more than one YAML document. | Keep one document: remove the line --- and the other documents.",
      ],
    ],
    [
      "anchors",
      "a: &people [U0A]\nb: *people\n",
      [
        `c.yml:1 | YAML anchors and aliases (here &people) are not supported. | ${anchors}`,
        `c.yml:2 | YAML anchors and aliases (here *people) are not supported. | ${anchors}`,
      ],
    ],
    [
      "a glob that begins with a star, without quotes",
      "mask: [*token]\n",
      [`c.yml:1 | YAML anchors and aliases (here *token) are not supported. | ${anchors}`],
    ],
    [
      "a YAML tag",
      "mask: !list [a]\n",
      ["c.yml:1 | This is not valid YAML: Unresolved tag: !list. | Correct the YAML, or put the text in quotes."],
    ],
    ["a list as a key", "? [a]\n: 1\n", ["c.yml:1 | The key is a list or a map. | Write plain text before the colon."]],
  ];
  for (const [claim, text, expected] of rows) test(claim, () => assert.deepEqual(problems(text), expected));
});
