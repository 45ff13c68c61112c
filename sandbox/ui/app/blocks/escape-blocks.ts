import type { Json } from "../live/slack-state.ts";

/** Invisible, and separates two characters that the renderer would read as markup. */
const WORD_JOINER = "\u2060";

/** The renderer pairs asterisks and tildes of different code spans, and shows each one twice. These look the same. */
const LOOKALIKES: Readonly<Record<string, string>> = { "*": "\u2217", "~": "\u223C" };

/**
 * Protects the text of a mrkdwn object. The renderer reads the escaped text `&lt;!channel&gt;` as a mention, which Slack
 * does not, so a word joiner breaks up what was escaped. It looks the same.
 */
export function protectMrkdwn(text: string): string {
  return text
    .replaceAll(/`[^`\n]+`/g, (span) => span.replaceAll(/[*~]/g, (mark) => LOOKALIKES[mark] ?? mark))
    .replaceAll("&lt;", `<${WORD_JOINER}`)
    .replace(/(?<!^|\n)&gt;/g, `${WORD_JOINER}>`)
    .replaceAll("&amp;", `&${WORD_JOINER}`);
}

/** Plain text contains no markup. */
const protectPlainText = (text: string): string => text.replaceAll("<", `<${WORD_JOINER}`);

/** Protects every text object of the blocks against being rendered as more than Slack would render. */
export function escapeBlocks(blocks: Json[]): Json[] {
  return blocks.map((each) => escapeTexts(each) as Json);
}

function escapeTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(escapeTexts);
  if (typeof value !== "object" || value === null) return value;
  const part = value as Json;
  if (part.type === "mrkdwn") {
    // The renderer reads `verbatim` as "no markup"; in Slack it only disables automatic links.
    return { type: "mrkdwn", text: protectMrkdwn(String(part.text)) };
  }
  if (part.type === "plain_text") return { ...part, text: protectPlainText(String(part.text)) };
  // The elements of rich text contain no markup.
  if (part.type === "rich_text") return part;
  return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, escapeTexts(each)]));
}
