import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { messageExamples } from "../../scripts/message-examples.ts";
import { replyExamples } from "../../scripts/reply-examples.ts";

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
