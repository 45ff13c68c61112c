import { blockId, url } from "./composition.ts";
import {
  boolean,
  type Field,
  list,
  number,
  type ObjectRule,
  object,
  oneOf,
  optional,
  required,
  string,
  variant,
} from "./rules.ts";

/**
 * The rich_text block and its elements.
 * https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
 */

const style = optional(
  object({
    bold: optional(boolean),
    italic: optional(boolean),
    strike: optional(boolean),
    code: optional(boolean),
    underline: optional(boolean),
    highlight: optional(boolean),
    client_highlight: optional(boolean),
    unlink: optional(boolean),
  }),
);

const inlineElement = (type: string, fields: Record<string, Field>): ObjectRule =>
  object({ type: required(oneOf(type)), style, ...fields });

const id = required(string(undefined, 1));
const text = inlineElement("text", { text: required(string(undefined, 1)) });
const link = inlineElement("link", { url: required(url()), text: optional(string()), unsafe: optional(boolean) });

const inline = {
  text,
  link,
  broadcast: inlineElement("broadcast", { range: required(oneOf("here", "channel", "everyone")) }),
  color: inlineElement("color", { value: required(string(undefined, 1)) }),
  channel: inlineElement("channel", { channel_id: id }),
  user: inlineElement("user", { user_id: id }),
  usergroup: inlineElement("usergroup", { usergroup_id: id }),
  team: inlineElement("team", { team_id: id }),
  emoji: inlineElement("emoji", {
    name: required(string(undefined, 1)),
    unicode: optional(string()),
    url: optional(string()),
  }),
  date: inlineElement("date", {
    timestamp: required(number(0)),
    format: required(string(undefined, 1)),
    url: optional(string()),
    fallback: optional(string()),
  }),
};

const border = optional(number(0, 1));
const section = object({ type: required(oneOf("rich_text_section")), elements: required(list(variant(inline))) });

export const richTextParts = {
  rich_text_section: section,
  rich_text_list: object({
    type: required(oneOf("rich_text_list")),
    style: required(oneOf("bullet", "ordered")),
    elements: required(list(variant({ rich_text_section: section }))),
    indent: optional(number(0, 8)),
    offset: optional(number(0)),
    border,
  }),
  rich_text_quote: object({
    type: required(oneOf("rich_text_quote")),
    elements: required(list(variant(inline))),
    border,
  }),
  rich_text_preformatted: object({
    type: required(oneOf("rich_text_preformatted")),
    elements: required(list(variant({ text, link }))),
    border,
    language: optional(string()),
  }),
};

export const richText: ObjectRule = object({
  type: required(oneOf("rich_text")),
  block_id: optional(blockId),
  elements: required(list(variant(richTextParts))),
});
