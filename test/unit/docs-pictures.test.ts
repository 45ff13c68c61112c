import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { messageExamples } from "../../scripts/message-examples.ts";
import { denialExamples, replyExamples } from "../../scripts/reply-examples.ts";
import { DENIALS } from "./denials.ts";

const picturesOf = (page: string) =>
  [...readFileSync(page, "utf8").matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path = ""]) => join(dirname(page), path));

test("the pages show pictures that exist", () => {
  const files = new Set(globSync("docs/images/**/*.{png,svg}"));
  assert.deepEqual(
    ["README.md", ...globSync("docs/*.md")].flatMap(picturesOf).filter((path) => !files.has(path)),
    [],
  );
});

test("the page for the first approval shows the message, and says why it shows no pages of Slack and AWS", () => {
  assert.ok(picturesOf("docs/install.md").includes("docs/images/approval-message.png"));
  assert.match(readFileSync("docs/install.md", "utf8"), /no pictures of pages of Slack and AWS/);
});

test("docs/messages.md shows each kind of message and of reply to a click, once", () => {
  const shown = picturesOf("docs/messages.md");
  const names = [...Object.keys(messageExamples()), ...Object.keys(replyExamples())];
  const expected = names.map((name) => `docs/images/messages/${name}.png`);
  assert.deepEqual(shown.sort(), expected.sort());
});

test("the pictures show each denial in each form of its sentence", () => {
  const examples = Object.values(denialExamples).flat();
  const missing = Object.entries(DENIALS).filter(
    ([kind, forms]) => examples.filter((example) => example.kind === kind).length < forms.length,
  );
  assert.deepEqual(
    missing.map(([kind]) => kind),
    [],
  );
});
