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
  type Field,
  lazy,
  list,
  matching,
  number,
  type ObjectRule,
  object,
  oneOf,
  optional,
  type RuleViolation,
  required,
  string,
} from "./rules.ts";

/**
 * Block elements: buttons, menus, pickers and inputs.
 * https://docs.slack.dev/reference/block-kit/block-elements
 */

const element = (
  type: string,
  fields: Record<string, Field>,
  crossField?: (value: Json) => RuleViolation[],
): ObjectRule => object({ type: required(oneOf(type)), action_id: optional(actionId), ...fields }, crossField);

const confirmable = { confirm: optional(confirm) };
const focusable = { focus_on_load: optional(boolean) };
const placeholder = { placeholder: optional(plain(150)) };
const dispatchable = { dispatch_action_config: optional(dispatchConfig) };
const menu = { ...confirmable, ...focusable, ...placeholder };
const maxItems = { max_selected_items: optional(number(1)) };
const ids = optional(list(string(undefined, 1)));
const id = optional(string(undefined, 1));
const date = matching(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, "must be a date in the form YYYY-MM-DD");
const time = matching(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time in the form HH:mm");

/** A static menu has either options or option groups. */
const optionsOrGroups = (value: Json): RuleViolation[] =>
  (value.options === undefined) === (value.option_groups === undefined)
    ? [{ pointer: "", message: "must define either `options` or `option_groups`" }]
    : [];
const staticOptions = {
  options: optional(list(plainOption, 100, 1)),
  option_groups: optional(list(optionGroup, 100, 1)),
};
const feedbackButton = object({
  text: required(plain(75)),
  value: required(string(2000)),
  accessibility_label: optional(string(75)),
});
const inOrder =
  (low: string, high: string) =>
  (value: Json): RuleViolation[] =>
    value[low] !== undefined && value[high] !== undefined && Number(value[low]) > Number(value[high])
      ? [{ pointer: `/${low}`, message: `must not be greater than \`${high}\`` }]
      : [];

export const buttons = {
  button: element("button", {
    ...confirmable,
    text: required(plain(75)),
    value: optional(string(2000)),
    url: optional(url()),
    style: optional(colorScheme),
    accessibility_label: optional(string(75)),
  }),
  workflow_button: element("workflow_button", {
    ...confirmable,
    text: required(plain(75)),
    workflow: required(
      object({
        trigger: required(
          object({
            url: required(url()),
            customizable_input_parameters: optional(
              list(object({ name: required(string()), value: required(string()) })),
            ),
          }),
        ),
      }),
    ),
    style: optional(colorScheme),
    accessibility_label: optional(string(75)),
  }),
  feedback_buttons: element("feedback_buttons", {
    positive_button: required(feedbackButton),
    negative_button: required(feedbackButton),
  }),
  icon_button: element("icon_button", {
    ...confirmable,
    icon: required(oneOf("trash")),
    text: required(plain(75)),
    accessibility_label: optional(string(75)),
    value: optional(string(2000)),
    visible_to_user_ids: ids,
  }),
};

export const menus = {
  overflow: element("overflow", { ...confirmable, options: required(list(overflowOption, 5, 1)) }),
  static_select: element(
    "static_select",
    { ...menu, ...staticOptions, initial_option: optional(plainOption) },
    optionsOrGroups,
  ),
  multi_static_select: element(
    "multi_static_select",
    { ...menu, ...maxItems, ...staticOptions, initial_options: optional(list(plainOption, 100, 1)) },
    optionsOrGroups,
  ),
  external_select: element("external_select", {
    ...menu,
    initial_option: optional(plainOption),
    min_query_length: optional(number(0)),
  }),
  multi_external_select: element("multi_external_select", {
    ...menu,
    ...maxItems,
    initial_options: optional(list(plainOption, 100, 1)),
    min_query_length: optional(number(0)),
  }),
  users_select: element("users_select", { ...menu, initial_user: id }),
  multi_users_select: element("multi_users_select", { ...menu, ...maxItems, initial_users: ids }),
  conversations_select: element("conversations_select", {
    ...menu,
    initial_conversation: id,
    default_to_current_conversation: optional(boolean),
    filter: optional(conversationFilter),
    response_url_enabled: optional(boolean),
  }),
  multi_conversations_select: element("multi_conversations_select", {
    ...menu,
    ...maxItems,
    initial_conversations: ids,
    default_to_current_conversation: optional(boolean),
    filter: optional(conversationFilter),
  }),
  channels_select: element("channels_select", {
    ...menu,
    initial_channel: id,
    response_url_enabled: optional(boolean),
  }),
  multi_channels_select: element("multi_channels_select", { ...menu, ...maxItems, initial_channels: ids }),
};

export const pickers = {
  datepicker: element("datepicker", { ...menu, initial_date: optional(date) }),
  timepicker: element("timepicker", { ...menu, initial_time: optional(time), timezone: optional(string()) }),
  datetimepicker: element("datetimepicker", {
    ...confirmable,
    ...focusable,
    initial_date_time: optional(number(1_000_000_000, 9_999_999_999)),
  }),
  checkboxes: element("checkboxes", {
    ...confirmable,
    ...focusable,
    options: required(list(anyOption, 10, 1)),
    initial_options: optional(list(anyOption, 10, 1)),
  }),
  radio_buttons: element("radio_buttons", {
    ...confirmable,
    ...focusable,
    options: required(list(anyOption, 10, 1)),
    initial_option: optional(anyOption),
  }),
};

const textInput = { ...dispatchable, ...focusable, ...placeholder };

export const inputs = {
  plain_text_input: element(
    "plain_text_input",
    {
      ...textInput,
      initial_value: optional(string(3000)),
      multiline: optional(boolean),
      min_length: optional(number(0, 3000)),
      max_length: optional(number(1, 3000)),
    },
    inOrder("min_length", "max_length"),
  ),
  number_input: element(
    "number_input",
    {
      ...textInput,
      is_decimal_allowed: required(boolean),
      initial_value: optional(string()),
      min_value: optional(string()),
      max_value: optional(string()),
    },
    inOrder("min_value", "max_value"),
  ),
  email_text_input: element("email_text_input", { ...textInput, initial_value: optional(string()) }),
  url_text_input: element("url_text_input", { ...textInput, initial_value: optional(string()) }),
  rich_text_input: element(
    "rich_text_input",
    {
      ...textInput,
      initial_value: optional(lazy(() => richText)),
      min_lines: optional(number(1, 100)),
      max_lines: optional(number(1, 100)),
    },
    inOrder("min_lines", "max_lines"),
  ),
  file_input: element("file_input", { filetypes: optional(list(string())), max_files: optional(number(1, 10)) }),
};

export const image: ObjectRule = object(
  { type: required(oneOf("image")), alt_text: required(string(2000, 1)), ...imageSource },
  oneImageSource,
);
