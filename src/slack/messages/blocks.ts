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
export interface RenderedMessage {
  text: string;
  blocks: KnownBlock[];
}

const MAX_CONTEXT_LENGTH = 3_000;

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

/** Lines in as few context blocks as hold them. */
export function contextLines(lines: readonly string[], block_id: string): ContextBlock[] {
  const texts: string[] = [];
  for (const each of lines) {
    const last = texts.at(-1);
    if (last === undefined || last.length + each.length >= MAX_CONTEXT_LENGTH) texts.push(each);
    else texts[texts.length - 1] = `${last}\n${each}`;
  }
  return texts.map((text, index) => context(text, index === 0 ? block_id : `${block_id}-${index + 1}`));
}

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
