import type {
  Button,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  RichTextBlock,
  RichTextBlockElement,
  RichTextElement,
  RichTextPreformatted,
  RichTextQuote,
  RichTextSection,
  RichTextText,
  SectionBlock,
} from "@slack/types";

/** A message or a reply. Notifications show the text, and screen readers read it. */
export interface Rendered {
  text: string;
  blocks: KnownBlock[];
}

/** `verbatim` stops Slack from turning words that look like links or mentions into links or mentions. */
export const mrkdwn = (text: string): MrkdwnElement => ({ type: "mrkdwn", text, verbatim: true });

export const plainText = (text: string): PlainTextElement => ({ type: "plain_text", text, emoji: false });

export const header = (text: string, block_id?: string): HeaderBlock => ({
  type: "header",
  text: plainText(text),
  ...(block_id === undefined ? {} : { block_id }),
});

export const section = (text: string, block_id?: string): SectionBlock => ({
  type: "section",
  text: mrkdwn(text),
  ...(block_id === undefined ? {} : { block_id }),
});

export const context = (text: string, block_id?: string): ContextBlock => ({
  type: "context",
  elements: [mrkdwn(text)],
  ...(block_id === undefined ? {} : { block_id }),
});

export const richText = (elements: RichTextBlockElement[], block_id?: string): RichTextBlock => ({
  type: "rich_text",
  elements,
  ...(block_id === undefined ? {} : { block_id }),
});

export const span = (text: string, style?: RichTextText["style"]): RichTextText => ({
  type: "text",
  text,
  ...(style === undefined ? {} : { style }),
});

export const line = (...elements: RichTextElement[]): RichTextSection => ({ type: "rich_text_section", elements });
export const quote = (...elements: RichTextElement[]): RichTextQuote => ({ type: "rich_text_quote", elements });
export const preformatted = (content: string | RichTextPreformatted["elements"]): RichTextPreformatted => ({
  type: "rich_text_preformatted",
  elements: typeof content === "string" ? [span(content)] : content,
});

export const button = (action_id: string, label: string, value: string, style?: "primary" | "danger"): Button => ({
  type: "button",
  action_id,
  text: plainText(label),
  value,
  ...(style === undefined ? {} : { style }),
});
