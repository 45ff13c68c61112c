import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { messageLine, validateBlocks } from "../../sandbox/slack/blocks/validate.ts";
import { actions, button, confirm, mrkdwn, richText } from "./slack-block-builders.ts";

const messageLines = (block: object) => validateBlocks([block], "message").map(messageLine);

describe("a confirmation", () => {
  for (const member of ["title", "text", "confirm", "deny"]) {
    it(`requires a ${member}`, () => {
      const without = confirm({ [member]: undefined });
      assert.deepEqual(messageLines(actions(button({ confirm: without }))), [
        `[ERROR] missing required field: ${member} [json-pointer:/blocks/0/elements/0/confirm]`,
      ]);
    });
  }

  it("accepts only plain text", () => {
    assert.deepEqual(messageLines(actions(button({ confirm: confirm({ text: mrkdwn("x") }) }))), [
      "[ERROR] unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/confirm/text/type]",
    ]);
    assert.deepEqual(messageLines(actions(button({ confirm: confirm({ style: "danger" }) }))), []);
  });
});

describe("a URL that a click opens", () => {
  for (const url of ["https://e.com/x?y#z", "http://127.0.0.1:8080", "mailto:a@e.com", "slack://open"]) {
    it(`may be ${url}`, () => assert.deepEqual(messageLines(actions(button({ url }))), []));
  }
  for (const url of [
    "javascript:alert(1)",
    "JavaScript:x",
    "data:text/html,x",
    "file:///etc/passwd",
    "https://",
    "e.com",
  ]) {
    it(`cannot be ${url}`, () => {
      assert.deepEqual(messageLines(actions(button({ url }))), [
        "[ERROR] must be a valid URL [json-pointer:/blocks/0/elements/0/url]",
      ]);
      const link = richText({ type: "rich_text_section", elements: [{ type: "link", url }] });
      assert.equal(messageLines(link).length, 1);
    });
  }
});
