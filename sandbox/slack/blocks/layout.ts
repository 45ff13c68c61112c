import type { Json } from "../workspace/model.ts";
import { anyText, blockId, imageSource, oneImageSource, plain, textVariants, url } from "./composition.ts";
import { buttons, image, inputs, menus, pickers } from "./elements.ts";
import { richText } from "./rich-text.ts";
import {
  boolean,
  type Complaint,
  type Field,
  formed,
  list,
  may,
  must,
  type ObjectRule,
  object,
  oneOf,
  only,
  string,
  variant,
} from "./rules.ts";

/**
 * The layout blocks that every app uses, each with the elements that it may hold.
 * https://docs.slack.dev/reference/block-kit/blocks
 */

export const block = (type: string, fields: Record<string, Field>, also?: (value: Json) => Complaint[]): ObjectRule =>
  object({ type: must(oneOf(type)), block_id: may(blockId), ...fields }, also);

const selects = only(
  menus,
  "static_select",
  "external_select",
  "users_select",
  "conversations_select",
  "channels_select",
);
const multiSelects = only(
  menus,
  "multi_static_select",
  "multi_external_select",
  "multi_users_select",
  "multi_conversations_select",
  "multi_channels_select",
);
const clickable = only(buttons, "button", "workflow_button");

export const accessories = {
  ...clickable,
  ...menus,
  ...only(pickers, "datepicker", "timepicker", "checkboxes", "radio_buttons"),
  image,
};
export const actionElements = { ...clickable, ...menus, ...pickers, ...only(inputs, "rich_text_input") };
export const inputElements = { ...selects, ...multiSelects, ...pickers, ...inputs };

const https = (max = 3000) => formed(/^https:\/\/\S+$/i, "must be a valid HTTPS URL", max);

export const layoutBlocks: Record<string, ObjectRule> = {
  actions: block("actions", { elements: must(list(variant(actionElements), 25, 1)) }),
  context: block("context", { elements: must(list(variant({ image, ...textVariants }), 10, 1)) }),
  context_actions: block("context_actions", {
    elements: must(list(variant(only(buttons, "feedback_buttons", "icon_button")), 5, 1)),
  }),
  divider: block("divider", {}),
  header: block("header", { text: must(plain(150)) }),
  image: block("image", { alt_text: must(string(2000, 1)), title: may(plain(2000)), ...imageSource }, oneImageSource),
  input: block("input", {
    label: must(plain(2000)),
    hint: may(plain(2000)),
    optional: may(boolean),
    element: must(variant(inputElements)),
    dispatch_action: may(boolean),
  }),
  markdown: block("markdown", { text: must(string(12_000, 1)) }),
  rich_text: richText,
  section: block(
    "section",
    {
      text: may(anyText(3000)),
      fields: may(list(anyText(2000), 10, 1)),
      accessory: may(variant(accessories)),
      expand: may(boolean),
    },
    (value) =>
      value.text === undefined && value.fields === undefined
        ? [{ at: "/type", says: "must define either `text` or `fields`" }]
        : [],
  ),
  video: block("video", {
    video_url: must(https()),
    thumbnail_url: must(url()),
    alt_text: must(string(2000, 1)),
    title: must(plain(200)),
    title_url: may(https()),
    author_name: may(string(50)),
    provider_name: may(string()),
    provider_icon_url: may(url()),
    description: may(plain(200)),
  }),
};
