import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { normalizeBlocks } from "../../sandbox/slack/blocks/normalize.ts";
import type { Surface } from "../../sandbox/slack/blocks/surfaces.ts";
import { messageLine, validateBlocks, validateView } from "../../sandbox/slack/blocks/validate.ts";
import { textSize } from "../../sandbox/slack/blocks/whole.ts";

type Json = Record<string, unknown>;

const plain = (text: string) => ({ type: "plain_text", text });
const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
const section = (text: string, more: Json = {}) => ({ type: "section", text: mrkdwn(text), ...more });
const button = (more: Json = {}) => ({ type: "button", action_id: "a", text: plain("Go"), ...more });
const actions = (...elements: Json[]) => ({ type: "actions", elements });
const input = (element: Json, more: Json = {}) => ({ type: "input", label: plain("Label"), element, ...more });
const option = (value: string, more: Json = {}) => ({ text: plain(value), value, ...more });
const select = (more: Json = {}) => ({ type: "static_select", action_id: "s", options: [option("a")], ...more });
const image = { type: "image", image_url: "https://example.com/a.png", alt_text: "a" };
const richText = (...elements: Json[]) => ({ type: "rich_text", elements });
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const x = (count: number) => "x".repeat(count);

/** A value at its limit, and the same one step beyond it with the line that Slack answers. */
const LIMITS: [what: string, within: Json, beyond: Json, says: string][] = [
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
    actions(button({ confirm: { title: plain(x(100)), text: plain("x") } })),
    actions(button({ confirm: { title: plain(x(101)), text: plain("x") } })),
    "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
  ],
  [
    "text of a confirmation",
    actions(button({ confirm: { text: plain(x(300)) } })),
    actions(button({ confirm: { text: plain(x(301)) } })),
    "must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]",
  ],
  [
    "button of a confirmation",
    actions(button({ confirm: { text: plain("x"), confirm: plain(x(30)) } })),
    actions(button({ confirm: { text: plain("x"), confirm: plain(x(31)) } })),
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

describe("a limit holds exactly", () => {
  for (const [what, within, beyond, says] of LIMITS) {
    it(what, () => {
      assert.deepEqual(validateBlocks([within], "message"), []);
      assert.deepEqual(validateBlocks([beyond], "message").map(messageLine), [`[ERROR] ${says}`]);
    });
  }
});

const REFUSED: [what: string, surface: Surface, blocks: unknown, says: string[]][] = [
  ["no array", "message", {}, ["must provide an array [json-pointer:/blocks]"]],
  ["a block without a type", "message", [{}], ["missing required field: type [json-pointer:/blocks/0]"]],
  ["an unknown block", "message", [{ type: "banner" }], ["unsupported type: banner [json-pointer:/blocks/0/type]"]],
  [
    "a file block, which only Slack makes",
    "message",
    [{ type: "file", external_id: "1", source: "remote" }],
    ["unsupported type: file [json-pointer:/blocks/0/type]"],
  ],
  [
    "an unknown member",
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
    "a bare string for a text",
    "message",
    [{ type: "section", text: "x" }],
    ["must provide an object [json-pointer:/blocks/0/text]"],
  ],
  [
    "an input's element among actions",
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
    "a style of its own",
    "message",
    [actions(button({ style: "blue" }))],
    ["must be a valid enum value [json-pointer:/blocks/0/elements/0/style]"],
  ],
  [
    "a date that is none",
    "message",
    [actions({ type: "datepicker", initial_date: "2026-13-01" })],
    ["must be a date in the form YYYY-MM-DD [json-pointer:/blocks/0/elements/0/initial_date]"],
  ],
  ["an empty strip", "message", [actions()], ["must provide at least 1 items [json-pointer:/blocks/0/elements]"]],
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
    "markdown blocks over 12,000 together",
    "message",
    times(2, () => ({ type: "markdown", text: x(6001) })),
    ["markdown blocks must be less than 12001 characters together [json-pointer:/blocks]"],
  ],
  [
    "a card with nothing on it",
    "message",
    [{ type: "card", subtitle: mrkdwn("x") }],
    ["must define at least one of `hero_image`, `title`, `actions`, `body` [json-pointer:/blocks/0/type]"],
  ],
  [
    "a container that collapses without leave",
    "message",
    [{ type: "container", title: plain("x"), child_blocks: [{ type: "divider" }], default_collapsed: true }],
    ["requires `is_collapsible` to be true [json-pointer:/blocks/0/default_collapsed]"],
  ],
  [
    "a link in preformatted text is fine, a mention is not",
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
    "several things at once",
    "message",
    [section(""), { type: "header" }],
    [
      "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
      "missing required field: text [json-pointer:/blocks/1]",
    ],
  ],
];

describe("is refused in Slack's words", () => {
  for (const [what, surface, blocks, says] of REFUSED) {
    it(what, () => {
      assert.deepEqual(
        validateBlocks(blocks, surface).map(messageLine),
        says.map((each) => `[ERROR] ${each}`),
      );
    });
  }
});

const selectsOf = (kind: string) => [`${kind}_select`, `multi_${kind}_select`];
const TAKEN: [what: string, surface: Surface, blocks: Json[]][] = [
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
    ["users", "conversations", "channels", "external"].flatMap(selectsOf).map((type) => input({ type })),
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
    "rich text in all its parts",
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
  ["null where a member is absent, as SDKs write it", "message", [section("x", { accessory: null })]],
];

describe("is taken", () => {
  for (const [what, surface, blocks] of TAKEN) {
    it(what, () => assert.deepEqual(validateBlocks(blocks, surface).map(messageLine), []));
  }
});

describe("a surface takes", () => {
  for (const [surface, most] of [
    ["message", 50],
    ["modal", 100],
    ["home", 100],
  ] as const) {
    it(`${most} blocks and not one more: ${surface}`, () => {
      assert.deepEqual(
        validateBlocks(
          times(most, () => ({ type: "divider" })),
          surface,
        ),
        [],
      );
      assert.deepEqual(
        validateBlocks(
          times(most + 1, () => ({ type: "divider" })),
          surface,
        ).map((each) => each.message),
        [`no more than ${most} items allowed`],
      );
    });
  }
});

describe("a view", () => {
  const modal = (more: Json = {}) => ({ type: "modal", title: plain("T"), blocks: [], ...more });
  const CASES: [what: string, view: unknown, says: string[]][] = [
    [
      "is taken with all its members",
      modal({
        submit: plain("S"),
        close: plain("C"),
        private_metadata: x(3000),
        callback_id: x(255),
        notify_on_close: true,
        clear_on_close: false,
      }),
      [],
    ],
    ["names what it lacks", {}, ["missing required field: type [json-pointer:/view]"]],
    [
      "of a modal needs a title and blocks",
      { type: "modal" },
      ["missing required field: blocks [json-pointer:/view]", "missing required field: title [json-pointer:/view]"],
    ],
    [
      "has a title of at most 24 characters",
      modal({ title: plain(x(25)) }),
      ["must be less than 25 characters [json-pointer:/view/title/text]"],
    ],
    [
      "has a submit button of at most 24",
      modal({ submit: plain(x(25)) }),
      ["must be less than 25 characters [json-pointer:/view/submit/text]"],
    ],
    [
      "has private_metadata of at most 3000",
      modal({ private_metadata: x(3001) }),
      ["must be less than 3001 characters [json-pointer:/view/private_metadata]"],
    ],
    [
      "with inputs needs a submit button",
      modal({ blocks: [{ type: "divider" }, input({ type: "plain_text_input" })] }),
      ["must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/1/input]"],
    ],
    ["of a Home needs none", { type: "home", blocks: [input({ type: "plain_text_input" })] }, []],
    [
      "of a Home has no title",
      { type: "home", title: plain("T"), blocks: [] },
      ["invalid additional property: title [json-pointer:/view]"],
    ],
    [
      "has blocks that are checked too",
      modal({ blocks: [section("")] }),
      ["must be more than 0 characters [json-pointer:/view/blocks/0/text/text]"],
    ],
  ];
  for (const [what, view, says] of CASES) {
    it(what, () => {
      assert.deepEqual(
        validateView(view).map(messageLine),
        says.map((each) => `[ERROR] ${each}`),
      );
    });
  }
});

it("the size of a message's text counts what people read, in every block", () => {
  const blocks = [
    section("12345", { accessory: button({ text: plain("67"), value: x(500) }) }),
    richText({ type: "rich_text_section", elements: [{ type: "text", text: "890" }] }),
    { type: "table", rows: [[{ type: "raw_text", text: "12" }]] },
  ];
  assert.equal(textSize(blocks), 12);
});

it("blocks come back with the ids and flags that Slack fills in, and the sent ones stay as they were", () => {
  const sent = [section("x"), actions({ type: "button", text: plain("Go") })];
  const before = structuredClone(sent);
  const [first, second] = normalizeBlocks(sent) as [Json, { elements: Json[] } & Json];
  assert.match(String(first.block_id), /^[\w-]{5}$/);
  assert.deepEqual(first.text, { type: "mrkdwn", text: "x", verbatim: false });
  assert.match(String(second.elements[0]?.action_id), /^[\w-]{5}$/);
  assert.deepEqual(second.elements[0]?.text, { type: "plain_text", text: "Go", emoji: true });
  assert.deepEqual(sent, before);
});
