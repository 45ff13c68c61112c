/**
 * Slack's limits on what is sent, written down a second time from its documentation (Block Kit reference, "Blocks",
 * "Block elements", "Composition objects", "Views"), so that the builders and their check do not share a mistake. The
 * total of a message's text is observed: beyond about 13,200 characters Slack answers `msg_blocks_too_long`.
 */
export type Surface = "message" | "modal" | "home";

type Json = Record<string, unknown>;

const MAX_TEXT = 13_200;
const INVISIBLE = /(?!\n)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]|[\u2028\u2029]/u;
const BUTTON_STYLES = new Set<unknown>([undefined, "primary", "danger"]);

/** Everything about a payload that Slack would refuse, or that could speak in someone else's name. */
export function findProblems(payload: object, surface: Surface, mentionable: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const say = (ok: boolean, problem: string) => {
    if (!ok) problems.push(problem);
  };
  const view = payload as Json;
  const blocks = list(view.blocks);
  say(blocks.length >= 1, "no blocks");
  say(blocks.length <= (surface === "message" ? 50 : 100), `${blocks.length} blocks`);
  say(countText(blocks) <= MAX_TEXT, `${countText(blocks)} characters of text over all blocks`);
  const ids = blocks.map((block) => block.block_id).filter((id) => id !== undefined);
  say(new Set(ids).size === ids.length, `block_ids are not unique: ${ids.join(" ")}`);
  for (const [index, block] of blocks.entries()) {
    say(block.block_id === undefined || isLength(block.block_id, 1, 255), `block ${index}: block_id`);
    checkBlock(block, surface, (ok, problem) => say(ok, `block ${index} (${block.type}): ${problem}`), mentionable);
  }
  if (surface === "message") checkMessageText(view.text, say);
  if (surface === "modal") checkModal(view, blocks, say);
  if (surface === "home") say(view.type === "home", "a home view says so");
  for (const text of strings(payload)) {
    say(!INVISIBLE.test(text), `an invisible character in ${JSON.stringify(text.slice(0, 80))}`);
    say(text.isWellFormed(), `half a surrogate pair in ${JSON.stringify(text.slice(0, 80))}`);
  }
  return problems;
}

type Check = (ok: boolean, problem: string) => void;

function checkMessageText(text: unknown, say: Check): void {
  say(isLength(text, 1, 4000), "top-level text is empty or longer than chat.update takes");
  say(isLength(text, 1, 3000), "top-level text of 3,000 characters or more");
  say(isEscaped(String(text)), `top-level text is not escaped: ${text}`);
}

function checkModal(view: Json, blocks: Json[], say: Check): void {
  say(view.type === "modal", "a modal says so");
  checkText(view.title, "plain_text", 24, "title", say);
  for (const key of ["submit", "close"]) if (view[key] !== undefined) checkText(view[key], "plain_text", 24, key, say);
  say(view.private_metadata === undefined || isLength(view.private_metadata, 0, 3000), "private_metadata");
  say(view.callback_id === undefined || isLength(view.callback_id, 1, 255), "callback_id");
  if (blocks.some((block) => block.type === "input")) say(view.submit !== undefined, "a form without submit");
}

function checkBlock(block: Json, surface: Surface, say: Check, mentionable: ReadonlySet<string>): void {
  switch (block.type) {
    case "header":
      checkText(block.text, "plain_text", 150, "text", say);
      break;
    case "section": {
      const fields = block.fields === undefined ? null : list(block.fields);
      say(block.text !== undefined || fields !== null, "neither text nor fields");
      if (block.text !== undefined) checkText(block.text, "any", 3000, "text", say, mentionable);
      if (fields !== null) say(fields.length >= 1 && fields.length <= 10, `${fields.length} fields`);
      for (const field of fields ?? []) checkText(field, "any", 2000, "field", say, mentionable);
      break;
    }
    case "context": {
      const elements = list(block.elements);
      say(elements.length >= 1 && elements.length <= 10, `${elements.length} elements`);
      for (const element of elements) checkText(element, "any", 3000, "element", say, mentionable);
      break;
    }
    case "actions": {
      const elements = list(block.elements);
      say(surface !== "modal" || elements.length > 0, "no elements");
      say(elements.length >= 1 && elements.length <= 25, `${elements.length} elements`);
      const ids = elements.map((element) => element.action_id);
      say(new Set(ids).size === ids.length, "action_ids are not unique");
      for (const element of elements) checkButton(element, say);
      break;
    }
    case "input":
      say(surface === "modal", "an input outside a modal");
      checkInput(block, say);
      break;
    case "rich_text":
      checkRichText(block, say);
      break;
    case "divider":
      break;
    default:
      say(false, "a kind of block that is not expected");
  }
}

function checkButton(button: Json, say: Check): void {
  say(button.type === "button", `an element of type ${button.type}`);
  checkText(button.text, "plain_text", 75, "button text", say);
  say(isLength(button.action_id, 1, 255), "action_id");
  say(button.value === undefined || isLength(button.value, 1, 2000), "button value");
  say(button.url === undefined || isLength(button.url, 1, 3000), "button url");
  say(BUTTON_STYLES.has(button.style), "button style");
  if (button.confirm === undefined) return;
  const confirm = button.confirm as Json;
  checkText(confirm.title, "plain_text", 100, "confirm title", say);
  checkText(confirm.text, "plain_text", 300, "confirm text", say);
  checkText(confirm.confirm, "plain_text", 30, "confirm button", say);
  checkText(confirm.deny, "plain_text", 30, "deny button", say);
}

function checkInput(block: Json, say: Check): void {
  checkText(block.label, "plain_text", 2000, "label", say);
  if (block.hint !== undefined) checkText(block.hint, "plain_text", 2000, "hint", say);
  const element = block.element as Json;
  say(isLength(element.action_id, 1, 255), "action_id");
  if (element.type === "plain_text_input") {
    const most = element.max_length;
    say(most === undefined || (Number(most) >= 1 && Number(most) <= 3000), "max_length");
    if (element.placeholder !== undefined) checkText(element.placeholder, "plain_text", 150, "placeholder", say);
    return;
  }
  const options = list(element.options);
  say(options.length >= 1 && options.length <= 100, `${options.length} options`);
  for (const option of options) {
    checkText(option.text, "plain_text", 75, "option text", say);
    say(isLength(option.value, 1, 150), "option value");
  }
}

const RICH_TEXT_ELEMENTS = new Set<unknown>([
  "rich_text_section",
  "rich_text_list",
  "rich_text_quote",
  "rich_text_preformatted",
]);

function checkRichText(block: Json, say: Check): void {
  const elements = list(block.elements);
  say(elements.length >= 1, "no elements");
  for (const element of elements) {
    say(RICH_TEXT_ELEMENTS.has(element.type), `an element of type ${element.type}`);
    const lines = element.type === "rich_text_list" ? list(element.elements) : [element];
    say(lines.length >= 1, "an empty list");
    for (const line of lines) {
      const parts = list(line.elements);
      say(parts.length >= 1, "an empty line");
      for (const part of parts) checkRichTextElement(part, element.type === "rich_text_preformatted", say);
    }
  }
}

function checkRichTextElement(part: Json, preformatted: boolean, say: Check): void {
  if (part.type === "text") {
    say(isLength(part.text, 1, 3000), "text of rich text");
    say(!/<[!@#]/.test(String(part.text)), `a control sequence in rich text: ${part.text}`);
  } else if (part.type === "date" && !preformatted) {
    say(Number.isInteger(part.timestamp) && Number(part.timestamp) >= 0, "timestamp");
    say(isLength(part.format, 1, 255), "format");
  } else say(false, `a part of type ${part.type}`);
}

function checkText(
  found: unknown,
  type: "plain_text" | "any",
  most: number,
  what: string,
  say: Check,
  mentionable: ReadonlySet<string> = new Set(),
): void {
  const { type: actual, text } = (found ?? {}) as Json;
  say(actual === "plain_text" || (type === "any" && actual === "mrkdwn"), `${what}: a text of type ${actual}`);
  say(isLength(text, 1, most), `${what}: ${String(text).length} characters`);
  const rest = actual === "mrkdwn" ? removeKnownTokens(String(text), mentionable) : String(text);
  say(isEscaped(rest), `${what} is not escaped: ${rest}`);
}

/** Takes away what Countersign itself may say in Slack's control language: mentions of known people, dates, its links. */
function removeKnownTokens(text: string, mentionable: ReadonlySet<string>): string {
  return text
    .replaceAll(/<@([UW][A-Z0-9]+)>/g, (whole, id) => (mentionable.has(id) ? "" : whole))
    .replaceAll(/<!subteam\^(S[A-Z0-9]+)>/g, (whole, id) => (mentionable.has(id) ? "" : whole))
    .replaceAll(/<#([CGD][A-Z0-9]+)>/g, (whole, id) => (mentionable.has(id) ? "" : whole))
    .replaceAll(/<!date\^\d{1,12}\^\{date_short_pretty\} at \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>/g, "")
    .replaceAll(/<https?:\/\/[^\s<>|]+\|(?:Open in the AWS console|Open the message)>/g, "");
}

function isEscaped(text: string): boolean {
  return !/[<>]|&(?!(?:amp|lt|gt);)/.test(text);
}

/** All mrkdwn of a payload with its code spans taken out: here formatting works, so nothing of others may stand here. */
export function formattedTexts(payload: unknown): string[] {
  if (Array.isArray(payload)) return payload.flatMap(formattedTexts);
  if (typeof payload !== "object" || payload === null) return [];
  const { type, text } = payload as Json;
  if (type === "mrkdwn") return [String(text).replaceAll(/`[^`\n]+`/g, "")];
  return Object.values(payload).flatMap(formattedTexts);
}

/** All texts of a payload that people read, one after another. */
export function visibleText(payload: unknown): string {
  if (Array.isArray(payload)) return payload.map(visibleText).join(" ");
  if (typeof payload !== "object" || payload === null) return "";
  return Object.entries(payload)
    .map(([key, value]) => (key === "text" && typeof value === "string" ? value : visibleText(value)))
    .filter((text) => text !== "")
    .join(" ");
}

function countText(payload: unknown): number {
  if (Array.isArray(payload)) return payload.reduce<number>((sum, each) => sum + countText(each), 0);
  if (typeof payload !== "object" || payload === null) return 0;
  return Object.entries(payload).reduce((sum, [key, value]) => {
    if (typeof value === "string") return sum + (["text", "url", "fallback"].includes(key) ? value.length : 0);
    return sum + countText(value);
  }, 0);
}

function strings(payload: unknown): string[] {
  if (typeof payload === "string") return [payload];
  if (typeof payload !== "object" || payload === null) return [];
  return Object.values(payload).flatMap(strings);
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

function isLength(value: unknown, least: number, most: number): boolean {
  return typeof value === "string" && value.length >= least && value.length <= most;
}
