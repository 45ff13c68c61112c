import type { Json } from "../workspace/model.ts";
import {
  actionId,
  anyOption,
  colorScheme,
  confirm,
  conversationFilter,
  dispatchConfig,
  imageSource,
  oneImageSource,
  optionGroup,
  overflowOption,
  plain,
  plainOption,
  url,
} from "./composition.ts";
import { richText } from "./rich-text.ts";
import {
  boolean,
  type Complaint,
  type Field,
  formed,
  later,
  list,
  may,
  must,
  number,
  type ObjectRule,
  object,
  oneOf,
  string,
} from "./rules.ts";

/**
 * Block elements: what a person can press, choose or fill in.
 * https://docs.slack.dev/reference/block-kit/block-elements
 */

const typed = (type: string, fields: Record<string, Field>, also?: (value: Json) => Complaint[]): ObjectRule =>
  object({ type: must(oneOf(type)), action_id: may(actionId), ...fields }, also);

const confirmable = { confirm: may(confirm) };
const focusable = { focus_on_load: may(boolean) };
const placeholder = { placeholder: may(plain(150)) };
const dispatchable = { dispatch_action_config: may(dispatchConfig) };
const menu = { ...confirmable, ...focusable, ...placeholder };
const maxItems = { max_selected_items: may(number(1)) };
const ids = may(list(string(undefined, 1)));
const id = may(string(undefined, 1));
const date = formed(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, "must be a date in the form YYYY-MM-DD");
const time = formed(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time in the form HH:mm");

/** A static menu has options or groups of options, and never both. */
const optionsOrGroups = (value: Json): Complaint[] =>
  (value.options === undefined) === (value.option_groups === undefined)
    ? [{ at: "", says: "must define either `options` or `option_groups`" }]
    : [];
const staticOptions = {
  options: may(list(plainOption, 100, 1)),
  option_groups: may(list(optionGroup, 100, 1)),
};
const feedbackButton = object({
  text: must(plain(75)),
  value: must(string(2000)),
  accessibility_label: may(string(75)),
});
const ordered =
  (low: string, high: string) =>
  (value: Json): Complaint[] =>
    value[low] !== undefined && value[high] !== undefined && Number(value[low]) > Number(value[high])
      ? [{ at: `/${low}`, says: `must not be greater than \`${high}\`` }]
      : [];

export const buttons = {
  button: typed("button", {
    ...confirmable,
    text: must(plain(75)),
    value: may(string(2000)),
    url: may(url()),
    style: may(colorScheme),
    accessibility_label: may(string(75)),
  }),
  workflow_button: typed("workflow_button", {
    ...confirmable,
    text: must(plain(75)),
    workflow: must(
      object({
        trigger: must(
          object({
            url: must(url()),
            customizable_input_parameters: may(list(object({ name: must(string()), value: must(string()) }))),
          }),
        ),
      }),
    ),
    style: may(colorScheme),
    accessibility_label: may(string(75)),
  }),
  feedback_buttons: typed("feedback_buttons", {
    positive_button: must(feedbackButton),
    negative_button: must(feedbackButton),
  }),
  icon_button: typed("icon_button", {
    ...confirmable,
    icon: must(oneOf("trash")),
    text: must(plain(75)),
    accessibility_label: may(string(75)),
    value: may(string(2000)),
    visible_to_user_ids: ids,
  }),
};

export const menus = {
  overflow: typed("overflow", { ...confirmable, options: must(list(overflowOption, 5, 1)) }),
  static_select: typed(
    "static_select",
    { ...menu, ...staticOptions, initial_option: may(plainOption) },
    optionsOrGroups,
  ),
  multi_static_select: typed(
    "multi_static_select",
    { ...menu, ...maxItems, ...staticOptions, initial_options: may(list(plainOption, 100, 1)) },
    optionsOrGroups,
  ),
  external_select: typed("external_select", {
    ...menu,
    initial_option: may(plainOption),
    min_query_length: may(number(0)),
  }),
  multi_external_select: typed("multi_external_select", {
    ...menu,
    ...maxItems,
    initial_options: may(list(plainOption, 100, 1)),
    min_query_length: may(number(0)),
  }),
  users_select: typed("users_select", { ...menu, initial_user: id }),
  multi_users_select: typed("multi_users_select", { ...menu, ...maxItems, initial_users: ids }),
  conversations_select: typed("conversations_select", {
    ...menu,
    initial_conversation: id,
    default_to_current_conversation: may(boolean),
    filter: may(conversationFilter),
    response_url_enabled: may(boolean),
  }),
  multi_conversations_select: typed("multi_conversations_select", {
    ...menu,
    ...maxItems,
    initial_conversations: ids,
    default_to_current_conversation: may(boolean),
    filter: may(conversationFilter),
  }),
  channels_select: typed("channels_select", { ...menu, initial_channel: id, response_url_enabled: may(boolean) }),
  multi_channels_select: typed("multi_channels_select", { ...menu, ...maxItems, initial_channels: ids }),
};

export const pickers = {
  datepicker: typed("datepicker", { ...menu, initial_date: may(date) }),
  timepicker: typed("timepicker", { ...menu, initial_time: may(time), timezone: may(string()) }),
  datetimepicker: typed("datetimepicker", {
    ...confirmable,
    ...focusable,
    initial_date_time: may(number(1_000_000_000, 9_999_999_999)),
  }),
  checkboxes: typed("checkboxes", {
    ...confirmable,
    ...focusable,
    options: must(list(anyOption, 10, 1)),
    initial_options: may(list(anyOption, 10, 1)),
  }),
  radio_buttons: typed("radio_buttons", {
    ...confirmable,
    ...focusable,
    options: must(list(anyOption, 10, 1)),
    initial_option: may(anyOption),
  }),
};

const written = { ...dispatchable, ...focusable, ...placeholder };

export const inputs = {
  plain_text_input: typed(
    "plain_text_input",
    {
      ...written,
      initial_value: may(string(3000)),
      multiline: may(boolean),
      min_length: may(number(0, 3000)),
      max_length: may(number(1, 3000)),
    },
    ordered("min_length", "max_length"),
  ),
  number_input: typed(
    "number_input",
    {
      ...written,
      is_decimal_allowed: must(boolean),
      initial_value: may(string()),
      min_value: may(string()),
      max_value: may(string()),
    },
    ordered("min_value", "max_value"),
  ),
  email_text_input: typed("email_text_input", { ...written, initial_value: may(string()) }),
  url_text_input: typed("url_text_input", { ...written, initial_value: may(string()) }),
  rich_text_input: typed(
    "rich_text_input",
    {
      ...written,
      initial_value: may(later(() => richText)),
      min_lines: may(number(1, 100)),
      max_lines: may(number(1, 100)),
    },
    ordered("min_lines", "max_lines"),
  ),
  file_input: typed("file_input", { filetypes: may(list(string())), max_files: may(number(1, 10)) }),
};

export const image: ObjectRule = object(
  { type: must(oneOf("image")), alt_text: must(string(2000, 1)), ...imageSource },
  oneImageSource,
);
