import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { messageLine, validateBlocks } from "../../sandbox/slack/blocks/validate.ts";
import {
  actions,
  button,
  confirm,
  type Json,
  mrkdwn,
  option,
  plain,
  section,
  select,
  times,
  x,
} from "./slack-block-builders.ts";

/** A value at its limit, and a value beyond it with Slack's error. */
const LIMITS: [what: string, within: Json, beyond: Json, message: string][] = [
  [
    "text of a section",
    section(x(3000)),
    section(x(3001)),
    "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
  ],
  [
    "text of a section, empty",
    section("x"),
    section(""),
    "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
  ],
  [
    "field of a section",
    { type: "section", fields: [mrkdwn(x(2000))] },
    { type: "section", fields: [mrkdwn(x(2001))] },
    "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
  ],
  [
    "fields of a section",
    { type: "section", fields: times(10, () => mrkdwn("x")) },
    { type: "section", fields: times(11, () => mrkdwn("x")) },
    "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
  ],
  [
    "header",
    { type: "header", text: plain(x(150)) },
    { type: "header", text: plain(x(151)) },
    "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
  ],
  [
    "text of a button",
    actions(button({ text: plain(x(75)) })),
    actions(button({ text: plain(x(76)) })),
    "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
  ],
  [
    "value of a button",
    actions(button({ value: x(2000) })),
    actions(button({ value: x(2001) })),
    "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
  ],
  [
    "url of a button",
    actions(button({ url: `https://e.com/${x(2986)}` })),
    actions(button({ url: `https://e.com/${x(2987)}` })),
    "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
  ],
  [
    "action_id",
    actions(button({ action_id: x(255) })),
    actions(button({ action_id: x(256) })),
    "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
  ],
  [
    "block_id",
    section("x", { block_id: x(255) }),
    section("x", { block_id: x(256) }),
    "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
  ],
  [
    "elements of a context",
    { type: "context", elements: times(10, () => mrkdwn("x")) },
    { type: "context", elements: times(11, () => mrkdwn("x")) },
    "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
  ],
  [
    "elements of actions",
    actions(...times(25, (index) => button({ action_id: `a${index}` }))),
    actions(...times(26, (index) => button({ action_id: `a${index}` }))),
    "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
  ],
  [
    "title of a confirmation",
    actions(button({ confirm: confirm({ title: plain(x(100)) }) })),
    actions(button({ confirm: confirm({ title: plain(x(101)) }) })),
    "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
  ],
  [
    "text of a confirmation",
    actions(button({ confirm: confirm({ text: plain(x(300)) }) })),
    actions(button({ confirm: confirm({ text: plain(x(301)) }) })),
    "must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]",
  ],
  [
    "button of a confirmation",
    actions(button({ confirm: confirm({ confirm: plain(x(30)) }) })),
    actions(button({ confirm: confirm({ confirm: plain(x(31)) }) })),
    "must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/confirm/text]",
  ],
  [
    "options of an overflow menu",
    section("x", { accessory: { type: "overflow", options: times(5, (index) => option(`${index}`)) } }),
    section("x", { accessory: { type: "overflow", options: times(6, (index) => option(`${index}`)) } }),
    "no more than 5 items allowed [json-pointer:/blocks/0/accessory/options]",
  ],
  [
    "options of a select",
    actions(select({ options: times(100, (index) => option(`${index}`)) })),
    actions(select({ options: times(101, (index) => option(`${index}`)) })),
    "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
  ],
  [
    "options of checkboxes",
    actions({ type: "checkboxes", options: times(10, (index) => option(`${index}`)) }),
    actions({ type: "checkboxes", options: times(11, (index) => option(`${index}`)) }),
    "no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]",
  ],
  [
    "markdown",
    { type: "markdown", text: x(12_000) },
    { type: "markdown", text: x(12_001) },
    "must be less than 12001 characters [json-pointer:/blocks/0/text]",
  ],
  [
    "rows of a table",
    { type: "table", rows: times(100, () => [{ type: "raw_text", text: "x" }]) },
    { type: "table", rows: times(101, () => [{ type: "raw_text", text: "x" }]) },
    "no more than 100 items allowed [json-pointer:/blocks/0/rows]",
  ],
  [
    "cards of a carousel",
    { type: "carousel", elements: times(10, () => ({ type: "card", title: mrkdwn("x") })) },
    { type: "carousel", elements: times(11, () => ({ type: "card", title: mrkdwn("x") })) },
    "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
  ],
  [
    "children of a container",
    { type: "container", title: plain("x"), child_blocks: times(10, () => ({ type: "divider" })) },
    { type: "container", title: plain("x"), child_blocks: times(11, () => ({ type: "divider" })) },
    "no more than 10 items allowed [json-pointer:/blocks/0/child_blocks]",
  ],
  [
    "text counted by code points",
    section("😀".repeat(3000)),
    section("😀".repeat(3001)),
    "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
  ],
];

describe("a limit is exact", () => {
  for (const [what, within, beyond, message] of LIMITS) {
    it(what, () => {
      assert.deepEqual(validateBlocks([within], "message"), []);
      assert.deepEqual(validateBlocks([beyond], "message").map(messageLine), [`[ERROR] ${message}`]);
    });
  }
});
