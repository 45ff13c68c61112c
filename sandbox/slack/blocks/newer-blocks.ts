import type { Json } from "../workspace/model.ts";
import { anyText, plain, url } from "./composition.ts";
import { buttons, image } from "./elements.ts";
import { block, layoutBlocks } from "./layout.ts";
import { richText } from "./rich-text.ts";
import {
  boolean,
  type Complaint,
  list,
  may,
  must,
  number,
  type ObjectRule,
  object,
  oneOf,
  only,
  string,
  variant,
} from "./rules.ts";

/**
 * The newer blocks, as @slack/types 3.2.0 describes them. What the reference leaves open is listed in `unknowns.ts`.
 * https://docs.slack.dev/reference/block-kit/blocks
 */

const cell = variant({
  raw_text: object({ type: must(oneOf("raw_text")), text: must(string(undefined, 1)) }),
  raw_number: object({
    type: must(oneOf("raw_number")),
    value: must(number(undefined, undefined, false)),
    text: must(string(undefined, 1)),
  }),
  rich_text: richText,
});

const oneOfFields =
  (...names: string[]) =>
  (value: Json): Complaint[] =>
    names.some((name) => value[name] !== undefined)
      ? []
      : [{ at: "/type", says: `must define at least one of ${names.map((name) => `\`${name}\``).join(", ")}` }];

const card = block(
  "card",
  {
    hero_image: may(variant({ image })),
    icon: may(variant({ image })),
    title: may(anyText(150)),
    subtitle: may(anyText(150)),
    body: may(anyText(200)),
    actions: may(list(variant(only(buttons, "button")), 5, 1)),
  },
  oneOfFields("hero_image", "title", "actions", "body"),
);

const taskCard = block("task_card", {
  task_id: must(string(undefined, 1)),
  title: must(string(undefined, 1)),
  details: may(variant({ rich_text: richText })),
  output: may(variant({ rich_text: richText })),
  sources: may(
    list(variant({ url: object({ type: must(oneOf("url")), url: must(url()), text: must(string(undefined, 1)) }) })),
  ),
  status: must(oneOf("pending", "in_progress", "complete", "error")),
});

const table = block("table", {
  rows: must(list(list(cell, 20, 1), 100, 1)),
  column_settings: may(list(object({ align: may(oneOf("left", "center", "right")), is_wrapped: may(boolean) }), 20)),
});

export const newerBlocks: Record<string, ObjectRule> = {
  alert: block("alert", {
    text: must(anyText()),
    level: may(oneOf("default", "info", "warning", "error", "success")),
  }),
  card,
  carousel: block("carousel", { elements: must(list(variant({ card }), 10, 1)) }),
  container: block(
    "container",
    {
      title: may(plain(150)),
      rich_text_title: may(variant({ rich_text: richText })),
      subtitle: may(anyText(150)),
      child_blocks: must(
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
      width: may(oneOf("narrow", "standard", "wide", "full")),
      icon: may(variant({ image })),
      is_collapsible: may(boolean),
      default_collapsed: may(boolean),
      has_header_divider: may(boolean),
    },
    (value) => [
      ...oneOfFields("title", "rich_text_title")(value),
      ...(value.default_collapsed === true && value.is_collapsible !== true
        ? [{ at: "/default_collapsed", says: "requires `is_collapsible` to be true" }]
        : []),
    ],
  ),
  data_table: block("data_table", {
    rows: must(list(list(cell, undefined, 1), undefined, 1)),
    caption: must(string(undefined, 1)),
    page_size: may(number(1, 100)),
    row_header_column_index: may(number(0)),
  }),
  plan: block("plan", { title: must(string(undefined, 1)), tasks: may(list(variant({ task_card: taskCard }))) }),
  table,
  task_card: taskCard,
};
