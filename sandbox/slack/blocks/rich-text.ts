import { blockId, url } from "./composition.ts";
import {
  boolean,
  type Field,
  list,
  may,
  must,
  number,
  type ObjectRule,
  object,
  oneOf,
  string,
  variant,
} from "./rules.ts";

/**
 * The rich_text block and what stands in it.
 * https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
 */

const style = may(
  object({
    bold: may(boolean),
    italic: may(boolean),
    strike: may(boolean),
    code: may(boolean),
    underline: may(boolean),
    highlight: may(boolean),
    client_highlight: may(boolean),
    unlink: may(boolean),
  }),
);

const piece = (type: string, fields: Record<string, Field>): ObjectRule =>
  object({ type: must(oneOf(type)), style, ...fields });

const id = must(string(undefined, 1));
const text = piece("text", { text: must(string(undefined, 1)) });
const link = piece("link", { url: must(url()), text: may(string()), unsafe: may(boolean) });

const inline = {
  text,
  link,
  broadcast: piece("broadcast", { range: must(oneOf("here", "channel", "everyone")) }),
  color: piece("color", { value: must(string(undefined, 1)) }),
  channel: piece("channel", { channel_id: id }),
  user: piece("user", { user_id: id }),
  usergroup: piece("usergroup", { usergroup_id: id }),
  team: piece("team", { team_id: id }),
  emoji: piece("emoji", { name: must(string(undefined, 1)), unicode: may(string()), url: may(string()) }),
  date: piece("date", {
    timestamp: must(number(0)),
    format: must(string(undefined, 1)),
    url: may(string()),
    fallback: may(string()),
  }),
};

const border = may(number(0, 1));
const section = object({ type: must(oneOf("rich_text_section")), elements: must(list(variant(inline))) });

export const richTextParts = {
  rich_text_section: section,
  rich_text_list: object({
    type: must(oneOf("rich_text_list")),
    style: must(oneOf("bullet", "ordered")),
    elements: must(list(variant({ rich_text_section: section }))),
    indent: may(number(0, 8)),
    offset: may(number(0)),
    border,
  }),
  rich_text_quote: object({ type: must(oneOf("rich_text_quote")), elements: must(list(variant(inline))), border }),
  rich_text_preformatted: object({
    type: must(oneOf("rich_text_preformatted")),
    elements: must(list(variant({ text, link }))),
    border,
    language: may(string()),
  }),
};

export const richText: ObjectRule = object({
  type: must(oneOf("rich_text")),
  block_id: may(blockId),
  elements: must(list(variant(richTextParts))),
});
