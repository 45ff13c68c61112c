import type { Json } from "../live/slack-state.ts";

/** An invisible character that keeps two others from being read as one mark. */
const WORD_JOINER = "\u2060";

/**
 * Text of a mrkdwn object for the renderer. It would read `&lt;!channel&gt;` as the mark that Slack was told it is not, so
 * what was escaped is taken apart: it looks the same and means nothing.
 */
export function protectMrkdwn(text: string): string {
  return text
    .replaceAll("&lt;", `<${WORD_JOINER}`)
    .replace(/(?<!^|\n)&gt;/g, `${WORD_JOINER}>`)
    .replaceAll("&amp;", `&${WORD_JOINER}`);
}

/** Plain text has no marks at all. */
const protectPlainText = (text: string): string => text.replaceAll("<", `<${WORD_JOINER}`);

/** Blocks whose every text object is safe from being read as more than it is. */
export function escapeBlocks(blocks: Json[]): Json[] {
  return blocks.map((each) => escapeTexts(each) as Json);
}

function escapeTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(escapeTexts);
  if (typeof value !== "object" || value === null) return value;
  const part = value as Json;
  if (part.type === "mrkdwn") {
    // The renderer takes `verbatim` for "no marks at all"; in Slack it only keeps names and addresses from being linked.
    return { type: "mrkdwn", text: protectMrkdwn(String(part.text)) };
  }
  if (part.type === "plain_text") return { ...part, text: protectPlainText(String(part.text)) };
  // The parts of rich text are texts already.
  if (part.type === "rich_text") return part;
  return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, escapeTexts(each)]));
}
