import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeBlocks } from "../../sandbox/ui/app/blocks/escape-blocks.ts";

test("the page of the sandbox shows the asterisks of globs in code as Slack does, and bold text stays bold", () => {
  const text = "*Route* `a`: document is not `Prod-*` or `*-DB-~*`";
  const [block] = escapeBlocks([{ type: "section", text: { type: "mrkdwn", text } }]) as { text: { text: string } }[];
  assert.equal(block?.text.text, "*Route* `a`: document is not `Prod-\u2217` or `\u2217-DB-\u223C\u2217`");
});
