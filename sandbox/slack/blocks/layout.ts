import type { Json } from "../workspace/model.ts";
import { anyText, blockId, imageSource, oneImageSource, plain, textVariants, url } from "./composition.ts";
import { buttons, image, inputs, menus, pickers } from "./elements.ts";
import { richText } from "./rich-text.ts";
import {
  boolean,
  type Field,
  list,
  matching,
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
 * The common layout blocks, each with the elements that it may contain.
 * https://docs.slack.dev/reference/block-kit/blocks
 */

export const block = (
  type: string,
  fields: Record<string, Field>,
  crossField?: (value: Json) => RuleViolation[],
): ObjectRule => object({ type: required(oneOf(type)), block_id: optional(blockId), ...fields }, crossField);

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

const https = (max = 3000) => matching(/^https:\/\/\S+$/i, "must be a valid HTTPS URL", max);

export const layoutBlocks: Record<string, ObjectRule> = {
  actions: block("actions", { elements: required(list(variant(actionElements), 25, 1)) }),
  context: block("context", { elements: required(list(variant({ image, ...textVariants }), 10, 1)) }),
  context_actions: block("context_actions", {
    elements: required(list(variant(only(buttons, "feedback_buttons", "icon_button")), 5, 1)),
  }),
  divider: block("divider", {}),
  header: block("header", { text: required(plain(150)) }),
  image: block(
    "image",
    { alt_text: required(string(2000, 1)), title: optional(plain(2000)), ...imageSource },
    oneImageSource,
  ),
  input: block("input", {
    label: required(plain(2000)),
    hint: optional(plain(2000)),
    optional: optional(boolean),
    element: required(variant(inputElements)),
    dispatch_action: optional(boolean),
  }),
  markdown: block("markdown", { text: required(string(12_000, 1)) }),
  rich_text: richText,
  section: block(
    "section",
    {
      text: optional(anyText(3000)),
      fields: optional(list(anyText(2000), 10, 1)),
      accessory: optional(variant(accessories)),
      expand: optional(boolean),
    },
    (value) =>
      value.text === undefined && value.fields === undefined
        ? [{ pointer: "/type", message: "must define either `text` or `fields`" }]
        : [],
  ),
  video: block("video", {
    video_url: required(https()),
    thumbnail_url: required(url()),
    alt_text: required(string(2000, 1)),
    title: required(plain(200)),
    title_url: optional(https()),
    author_name: optional(string(50)),
    provider_name: optional(string()),
    provider_icon_url: optional(url()),
    description: optional(plain(200)),
  }),
};
