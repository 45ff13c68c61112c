import type { Json } from "../workspace/model.ts";
import {
  boolean,
  type Complaint,
  formed,
  list,
  may,
  must,
  type ObjectRule,
  object,
  oneOf,
  type Rule,
  string,
  variant,
} from "./rules.ts";

/**
 * Composition objects: text, options, confirmation dialogs, filters.
 * https://docs.slack.dev/reference/block-kit/composition-objects
 */

/** The longest text of any text object. */
const TEXT_MAX = 3000;

const plainText = (max: number): ObjectRule =>
  object({ type: must(oneOf("plain_text")), text: must(string(max, 1)), emoji: may(boolean) });
const mrkdwnText = (max: number): ObjectRule =>
  object({ type: must(oneOf("mrkdwn")), text: must(string(max, 1)), verbatim: may(boolean) });

export const plain = (max = TEXT_MAX): Rule => variant({ plain_text: plainText(max) });
export const mrkdwn = (max = TEXT_MAX): Rule => variant({ mrkdwn: mrkdwnText(max) });
export const anyText = (max = TEXT_MAX): Rule => variant({ plain_text: plainText(max), mrkdwn: mrkdwnText(max) });
/** The two text objects, to stand among other variants. */
export const textVariants = { plain_text: plainText(TEXT_MAX), mrkdwn: mrkdwnText(TEXT_MAX) };

export const actionId = string(255, 1);
export const blockId = string(255, 1);
export const colorScheme = oneOf("primary", "danger");
/** What a person's press may open. Addresses that run something, or read a file, are none. */
export const url = (max = 3000): Rule =>
  formed(/^(?:https?:\/\/[^\s/?#]+|mailto:|slack:\/\/)\S*$/i, "must be a valid URL", max);

/** As the reference page has it; the types ask for `text` alone, and let it be mrkdwn. */
export const confirm: Rule = object({
  title: must(plain(100)),
  text: must(plain(300)),
  confirm: must(plain(30)),
  deny: must(plain(30)),
  style: may(colorScheme),
});

/** An option's text and description are plain in menus, and may be mrkdwn in checkboxes and radio buttons. */
const option = (text: Rule): Rule => object({ text: must(text), value: must(string(75, 1)), description: may(text) });

export const plainOption = option(plain(75));
export const anyOption = option(anyText(75));
/** Only the options of overflow menus may open a URL; then they need no value. */
export const overflowOption: Rule = object({
  text: must(plain(75)),
  value: may(string(75, 1)),
  description: may(plain(75)),
  url: may(url()),
});
export const optionGroup: Rule = object({ label: must(plain(75)), options: must(list(plainOption, 100, 1)) });

export const dispatchConfig: Rule = object({
  trigger_actions_on: may(list(oneOf("on_enter_pressed", "on_character_entered"), 2, 1)),
});

export const conversationFilter: Rule = object(
  {
    include: may(list(oneOf("im", "mpim", "private", "public"), 4, 1)),
    exclude_external_shared_channels: may(boolean),
    exclude_bot_users: may(boolean),
  },
  (value) => (Object.keys(value).length === 0 ? [{ at: "", says: "must provide at least one filter" }] : []),
);

const slackFile: Rule = object({ id: may(string()), url: may(string()) }, (value) =>
  (value.id === undefined) === (value.url === undefined) ? [{ at: "", says: "must provide either `id` or `url`" }] : [],
);

/** The two ways to name an image; exactly one is given. */
export const imageSource = { image_url: may(url()), slack_file: may(slackFile) };
export const oneImageSource = (value: Json): Complaint[] =>
  (value.image_url === undefined) === (value.slack_file === undefined)
    ? [{ at: "", says: "must define either `image_url` or `slack_file`" }]
    : [];
