import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { countText } from "../../sandbox/slack/blocks/message-rules.ts";
import { normalizeBlocks } from "../../sandbox/slack/blocks/normalize.ts";
import type { Surface } from "../../sandbox/slack/blocks/surfaces.ts";
import { messageLine, validateBlocks } from "../../sandbox/slack/blocks/validate.ts";
import {
  actions,
  button,
  image,
  input,
  type Json,
  mrkdwn,
  plain,
  richText,
  section,
  select,
  times,
  x,
} from "./slack-block-builders.ts";

const selectTypes = (kind: string) => [`${kind}_select`, `multi_${kind}_select`];
const ACCEPTED: [what: string, surface: Surface, blocks: Json[]][] = [
  ["an input in a message", "message", [input({ type: "plain_text_input" })]],
  ["an alert in a modal", "modal", [{ type: "alert", text: mrkdwn("x"), level: "warning" }]],
  ["the same action_id in two blocks", "message", [actions(button()), actions(button())]],
  [
    "every accessory",
    "message",
    [button(), image, select(), { type: "timepicker" }].map((accessory) => section("x", { accessory })),
  ],
  [
    "every kind of select",
    "modal",
    ["users", "conversations", "channels", "external"].flatMap(selectTypes).map((type) => input({ type })),
  ],
  [
    "every input",
    "modal",
    [
      { type: "number_input", is_decimal_allowed: false, min_value: "1", max_value: "9" },
      { type: "email_text_input" },
      { type: "url_text_input" },
      { type: "rich_text_input" },
      { type: "file_input", max_files: 1 },
      { type: "datetimepicker", initial_date_time: 1_628_633_820 },
      { type: "radio_buttons", options: [{ text: mrkdwn("*a*"), value: "a" }] },
    ].map((element) => input(element)),
  ],
  [
    "rich text with all its elements",
    "message",
    [
      richText(
        {
          type: "rich_text_section",
          elements: [
            { type: "text", text: "a", style: { bold: true } },
            { type: "user", user_id: "U1" },
            { type: "date", timestamp: 1, format: "{ago}" },
          ],
        },
        {
          type: "rich_text_list",
          style: "ordered",
          elements: [{ type: "rich_text_section", elements: [{ type: "emoji", name: "wave" }] }],
        },
        { type: "rich_text_quote", elements: [{ type: "broadcast", range: "here" }] },
        { type: "rich_text_preformatted", border: 1, elements: [{ type: "text", text: "x" }] },
      ),
    ],
  ],
  [
    "the newer blocks",
    "message",
    [
      { type: "data_table", caption: "c", rows: [[{ type: "raw_number", value: 1.5, text: "1.5" }]] },
      { type: "plan", title: "p", tasks: [{ type: "task_card", task_id: "1", title: "t", status: "complete" }] },
      {
        type: "context_actions",
        elements: [
          {
            type: "feedback_buttons",
            positive_button: { text: plain("y"), value: "y" },
            negative_button: { text: plain("n"), value: "n" },
          },
        ],
      },
      {
        type: "video",
        video_url: "https://e.com/v",
        thumbnail_url: "https://e.com/t.png",
        alt_text: "v",
        title: plain("v"),
      },
    ],
  ],
  ["null for an absent field, as SDKs send it", "message", [section("x", { accessory: null })]],
];

describe("is accepted", () => {
  for (const [what, surface, blocks] of ACCEPTED) {
    it(what, () => assert.deepEqual(validateBlocks(blocks, surface).map(messageLine), []));
  }
});

describe("a surface accepts", () => {
  for (const [surface, max] of [
    ["message", 50],
    ["modal", 100],
    ["home", 100],
  ] as const) {
    it(`at most ${max} blocks: ${surface}`, () => {
      assert.deepEqual(
        validateBlocks(
          times(max, () => ({ type: "divider" })),
          surface,
        ),
        [],
      );
      assert.deepEqual(
        validateBlocks(
          times(max + 1, () => ({ type: "divider" })),
          surface,
        ).map((each) => each.message),
        [`no more than ${max} items allowed`],
      );
    });
  }
});

it("the text size of a message counts the visible text of every block", () => {
  const blocks = [
    section("12345", { accessory: button({ text: plain("67"), value: x(500) }) }),
    richText({ type: "rich_text_section", elements: [{ type: "text", text: "890" }] }),
    { type: "table", rows: [[{ type: "raw_text", text: "12" }]] },
  ];
  assert.equal(countText(blocks), 12);
});

it("normalized blocks have the ids and flags that Slack adds, and the input is unchanged", () => {
  const sent = [section("x"), actions({ type: "button", text: plain("Go") })];
  const before = structuredClone(sent);
  const [first, second] = normalizeBlocks(sent) as [Json, { elements: Json[] } & Json];
  assert.match(String(first.block_id), /^[\w-]{5}$/);
  assert.deepEqual(first.text, { type: "mrkdwn", text: "x", verbatim: false });
  assert.match(String(second.elements[0]?.action_id), /^[\w-]{5}$/);
  assert.deepEqual(second.elements[0]?.text, { type: "plain_text", text: "Go", emoji: true });
  assert.deepEqual(sent, before);
});
