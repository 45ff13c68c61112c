import type { Json } from "../workspace/model.ts";
import { anyText, plain, url } from "./composition.ts";
import { buttons, image } from "./elements.ts";
import { block, layoutBlocks } from "./layout.ts";
import { richText } from "./rich-text.ts";
import {
  boolean,
  list,
  number,
  type ObjectRule,
  object,
  oneOf,
  only,
  optional,
  type RuleViolation,
  required,
  string,
  variant,
} from "./rules.ts";

/**
 * The newer blocks, after @slack/types 3.2.0. `unknowns.ts` lists what the reference does not specify.
 * https://docs.slack.dev/reference/block-kit/blocks
 */

const cell = variant({
  raw_text: object({ type: required(oneOf("raw_text")), text: required(string(undefined, 1)) }),
  raw_number: object({
    type: required(oneOf("raw_number")),
    value: required(number(undefined, undefined, false)),
    text: required(string(undefined, 1)),
  }),
  rich_text: richText,
});

const atLeastOne =
  (...names: string[]) =>
  (value: Json): RuleViolation[] =>
    names.some((name) => value[name] !== undefined)
      ? []
      : [{ pointer: "/type", message: `must define at least one of ${names.map((name) => `\`${name}\``).join(", ")}` }];

const card = block(
  "card",
  {
    hero_image: optional(variant({ image })),
    icon: optional(variant({ image })),
    title: optional(anyText(150)),
    subtitle: optional(anyText(150)),
    body: optional(anyText(200)),
    actions: optional(list(variant(only(buttons, "button")), 5, 1)),
  },
  atLeastOne("hero_image", "title", "actions", "body"),
);

const taskCard = block("task_card", {
  task_id: required(string(undefined, 1)),
  title: required(string(undefined, 1)),
  details: optional(variant({ rich_text: richText })),
  output: optional(variant({ rich_text: richText })),
  sources: optional(
    list(
      variant({
        url: object({ type: required(oneOf("url")), url: required(url()), text: required(string(undefined, 1)) }),
      }),
    ),
  ),
  status: required(oneOf("pending", "in_progress", "complete", "error")),
});

const table = block("table", {
  rows: required(list(list(cell, 20, 1), 100, 1)),
  column_settings: optional(
    list(object({ align: optional(oneOf("left", "center", "right")), is_wrapped: optional(boolean) }), 20),
  ),
});

export const newerBlocks: Record<string, ObjectRule> = {
  alert: block("alert", {
    text: required(anyText()),
    level: optional(oneOf("default", "info", "warning", "error", "success")),
  }),
  card,
  carousel: block("carousel", { elements: required(list(variant({ card }), 10, 1)) }),
  container: block(
    "container",
    {
      title: optional(plain(150)),
      rich_text_title: optional(variant({ rich_text: richText })),
      subtitle: optional(anyText(150)),
      child_blocks: required(
        list(
          variant({
            ...only(
              layoutBlocks,
              "actions",
              "context",
              "divider",
              "header",
              "image",
              "input",
              "rich_text",
              "section",
              "video",
            ),
            table,
          }),
          10,
          1,
        ),
      ),
      width: optional(oneOf("narrow", "standard", "wide", "full")),
      icon: optional(variant({ image })),
      is_collapsible: optional(boolean),
      default_collapsed: optional(boolean),
      has_header_divider: optional(boolean),
    },
    (value) => [
      ...atLeastOne("title", "rich_text_title")(value),
      ...(value.default_collapsed === true && value.is_collapsible !== true
        ? [{ pointer: "/default_collapsed", message: "requires `is_collapsible` to be true" }]
        : []),
    ],
  ),
  data_table: block("data_table", {
    rows: required(list(list(cell, undefined, 1), undefined, 1)),
    caption: required(string(undefined, 1)),
    page_size: optional(number(1, 100)),
    row_header_column_index: optional(number(0)),
  }),
  plan: block("plan", {
    title: required(string(undefined, 1)),
    tasks: optional(list(variant({ task_card: taskCard }))),
  }),
  table,
  task_card: taskCard,
};
