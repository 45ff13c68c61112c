import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Surface } from "../../sandbox/slack/blocks/surfaces.ts";
import { messageLine, validateBlocks } from "../../sandbox/slack/blocks/validate.ts";
import {
  actions,
  button,
  image,
  input,
  mrkdwn,
  option,
  plain,
  richText,
  section,
  select,
  times,
  x,
} from "./slack-block-builders.ts";

const REJECTED: [what: string, surface: Surface, blocks: unknown, messages: string[]][] = [
  ["not an array", "message", {}, ["must provide an array [json-pointer:/blocks]"]],
  ["a block without a type", "message", [{}], ["missing required field: type [json-pointer:/blocks/0]"]],
  ["an unknown block", "message", [{ type: "banner" }], ["unsupported type: banner [json-pointer:/blocks/0/type]"]],
  [
    "a file block, which only Slack creates",
    "message",
    [{ type: "file", external_id: "1", source: "remote" }],
    ["unsupported type: file [json-pointer:/blocks/0/type]"],
  ],
  [
    "an unknown field",
    "message",
    [{ type: "divider", colour: "red" }],
    ["invalid additional property: colour [json-pointer:/blocks/0]"],
  ],
  [
    "a section with neither text nor fields",
    "message",
    [{ type: "section" }],
    ["must define either `text` or `fields` [json-pointer:/blocks/0/type]"],
  ],
  [
    "mrkdwn in a header",
    "message",
    [{ type: "header", text: mrkdwn("x") }],
    ["unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"],
  ],
  [
    "a string instead of a text object",
    "message",
    [{ type: "section", text: "x" }],
    ["must provide an object [json-pointer:/blocks/0/text]"],
  ],
  [
    "an input element in actions",
    "message",
    [actions({ type: "plain_text_input" })],
    ["unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]"],
  ],
  [
    "a button in an input",
    "modal",
    [input(button())],
    ["unsupported type: button [json-pointer:/blocks/0/element/type]"],
  ],
  [
    "an image with two sources",
    "message",
    [{ ...image, slack_file: { id: "F1" } }],
    ["must define either `image_url` or `slack_file` [json-pointer:/blocks/0]"],
  ],
  [
    "a select with options and groups",
    "message",
    [actions(select({ option_groups: [{ label: plain("g"), options: [option("a")] }] }))],
    ["must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]"],
  ],
  [
    "an unknown style",
    "message",
    [actions(button({ style: "blue" }))],
    ["must be a valid enum value [json-pointer:/blocks/0/elements/0/style]"],
  ],
  [
    "an invalid date",
    "message",
    [actions({ type: "datepicker", initial_date: "2026-13-01" })],
    ["must be a date in the form YYYY-MM-DD [json-pointer:/blocks/0/elements/0/initial_date]"],
  ],
  [
    "actions without elements",
    "message",
    [actions()],
    ["must provide at least 1 items [json-pointer:/blocks/0/elements]"],
  ],
  [
    "the same block_id twice",
    "message",
    [section("a", { block_id: "b" }), section("c", { block_id: "b" })],
    ["`block_id` b already exists [json-pointer:/blocks/1/block_id]"],
  ],
  [
    "the same action_id twice in a block",
    "message",
    [actions(button(), button())],
    ["`action_id` a already exists for another element in this block [json-pointer:/blocks/0/elements/1/action_id]"],
  ],
  [
    "an alert in a message",
    "message",
    [{ type: "alert", text: plain("x") }],
    ["unsupported type: alert [json-pointer:/blocks/0/type]"],
  ],
  [
    "markdown in a modal",
    "modal",
    [{ type: "markdown", text: "x" }],
    ["unsupported type: markdown [json-pointer:/blocks/0/type]"],
  ],
  [
    "two tables in a message",
    "message",
    times(2, () => ({ type: "table", rows: [[{ type: "raw_text", text: "x" }]] })),
    ["only one table is allowed [json-pointer:/blocks/1]"],
  ],
  [
    "two focused elements",
    "modal",
    times(2, (index) => input({ type: "plain_text_input", action_id: `${index}`, focus_on_load: true })),
    ["only one element can have `focus_on_load` set to true [json-pointer:/blocks/1/element/focus_on_load]"],
  ],
  [
    "markdown blocks with more than 12,000 characters in total",
    "message",
    times(2, () => ({ type: "markdown", text: x(6001) })),
    ["markdown blocks must be less than 12001 characters together [json-pointer:/blocks]"],
  ],
  [
    "a card without content",
    "message",
    [{ type: "card", subtitle: mrkdwn("x") }],
    ["must define at least one of `hero_image`, `title`, `actions`, `body` [json-pointer:/blocks/0/type]"],
  ],
  [
    "a collapsed container that is not collapsible",
    "message",
    [{ type: "container", title: plain("x"), child_blocks: [{ type: "divider" }], default_collapsed: true }],
    ["requires `is_collapsible` to be true [json-pointer:/blocks/0/default_collapsed]"],
  ],
  [
    "a mention in preformatted text, where a link is allowed",
    "message",
    [
      richText({
        type: "rich_text_preformatted",
        elements: [
          { type: "link", url: "https://e.com" },
          { type: "user", user_id: "U1" },
        ],
      }),
    ],
    ["unsupported type: user [json-pointer:/blocks/0/elements/0/elements/1/type]"],
  ],
  [
    "several problems at once",
    "message",
    [section(""), { type: "header" }],
    [
      "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
      "missing required field: text [json-pointer:/blocks/1]",
    ],
  ],
];

describe("is rejected with Slack's message", () => {
  for (const [what, surface, blocks, messages] of REJECTED) {
    it(what, () => {
      assert.deepEqual(
        validateBlocks(blocks, surface).map(messageLine),
        messages.map((each) => `[ERROR] ${each}`),
      );
    });
  }
});
