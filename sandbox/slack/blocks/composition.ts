import type { Json } from "../workspace/model.ts";
import {
  boolean,
  list,
  matching,
  type ObjectRule,
  object,
  oneOf,
  optional,
  type Rule,
  type RuleViolation,
  required,
  string,
  variant,
} from "./rules.ts";

/**
 * Composition objects: text, options, confirmation dialogs, filters.
 * https://docs.slack.dev/reference/block-kit/composition-objects
 */

const MAX_TEXT_LENGTH = 3000;

const plainText = (max: number): ObjectRule =>
  object({ type: required(oneOf("plain_text")), text: required(string(max, 1)), emoji: optional(boolean) });
const mrkdwnText = (max: number): ObjectRule =>
  object({ type: required(oneOf("mrkdwn")), text: required(string(max, 1)), verbatim: optional(boolean) });

export const plain = (max = MAX_TEXT_LENGTH): Rule => variant({ plain_text: plainText(max) });
export const mrkdwn = (max = MAX_TEXT_LENGTH): Rule => variant({ mrkdwn: mrkdwnText(max) });
export const anyText = (max = MAX_TEXT_LENGTH): Rule =>
  variant({ plain_text: plainText(max), mrkdwn: mrkdwnText(max) });
/** Both text objects, to combine with other variants. */
export const textVariants = { plain_text: plainText(MAX_TEXT_LENGTH), mrkdwn: mrkdwnText(MAX_TEXT_LENGTH) };

export const actionId = string(255, 1);
export const blockId = string(255, 1);
export const colorScheme = oneOf("primary", "danger");
/** A URL that a click may open: no scheme that runs code or reads a file. */
export const url = (max = 3000): Rule =>
  matching(/^(?:https?:\/\/[^\s/?#]+|mailto:|slack:\/\/)\S*$/i, "must be a valid URL", max);

/** After the reference page. The types require only `text`, and allow mrkdwn for it. */
export const confirm: Rule = object({
  title: required(plain(100)),
  text: required(plain(300)),
  confirm: required(plain(30)),
  deny: required(plain(30)),
  style: optional(colorScheme),
});

/** Text and description are plain text in menus, and may be mrkdwn in checkboxes and radio buttons. */
const option = (text: Rule): Rule =>
  object({ text: required(text), value: required(string(75, 1)), description: optional(text) });

export const plainOption = option(plain(75));
export const anyOption = option(anyText(75));
/** Only options of overflow menus may open a URL; these need no value. */
export const overflowOption: Rule = object({
  text: required(plain(75)),
  value: optional(string(75, 1)),
  description: optional(plain(75)),
  url: optional(url()),
});
export const optionGroup: Rule = object({ label: required(plain(75)), options: required(list(plainOption, 100, 1)) });

export const dispatchConfig: Rule = object({
  trigger_actions_on: optional(list(oneOf("on_enter_pressed", "on_character_entered"), 2, 1)),
});

export const conversationFilter: Rule = object(
  {
    include: optional(list(oneOf("im", "mpim", "private", "public"), 4, 1)),
    exclude_external_shared_channels: optional(boolean),
    exclude_bot_users: optional(boolean),
  },
  (value) => (Object.keys(value).length === 0 ? [{ pointer: "", message: "must provide at least one filter" }] : []),
);

const slackFile: Rule = object({ id: optional(string()), url: optional(string()) }, (value) =>
  (value.id === undefined) === (value.url === undefined)
    ? [{ pointer: "", message: "must provide either `id` or `url`" }]
    : [],
);

/** The two ways to refer to an image; exactly one is required. */
export const imageSource = { image_url: optional(url()), slack_file: optional(slackFile) };
export const oneImageSource = (value: Json): RuleViolation[] =>
  (value.image_url === undefined) === (value.slack_file === undefined)
    ? [{ pointer: "", message: "must define either `image_url` or `slack_file`" }]
    : [];
