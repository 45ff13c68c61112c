/**
 * Slack's limits, written a second time from its documentation (Block Kit reference, "Blocks", "Block elements",
 * "Composition objects", "Views"), so that the builders and their test do not share an error. The limit of a message's total
 * text was observed: above about 13,200 characters, Slack returns `msg_blocks_too_long`.
 */
export type Surface = "message" | "modal" | "home";

type Json = Record<string, unknown>;

const MAX_TEXT = 13_200;
/** Joiners and selectors that belong to an emoji or to letters of a script that needs them. */
const JOINED =
  /(?<=\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?)\u200D(?=\p{Extended_Pictographic})|(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]|(?<=[0-9#*])\uFE0F(?=\u20E3)|(?<=[^ -~])[\u200C\u200D](?=[^ -~])/gu;
const INVISIBLE = /(?!\n)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]|[\u2028\u2029]/u;
const BUTTON_STYLES = new Set<unknown>([undefined, "primary", "danger"]);

/** Finds everything in a payload that Slack would reject, and text that could impersonate others through markup. */
export function findProblems(payload: object, surface: Surface, mentionable: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const check = (ok: boolean, problem: string) => {
    if (!ok) problems.push(problem);
  };
  const view = payload as Json;
  const blocks = list(view.blocks);
  check(blocks.length >= 1, "no blocks");
  check(blocks.length <= (surface === "message" ? 50 : 100), `${blocks.length} blocks`);
  check(countText(blocks) <= MAX_TEXT, `${countText(blocks)} characters of text in all blocks`);
  const ids = blocks.map((block) => block.block_id).filter((id) => id !== undefined);
  check(new Set(ids).size === ids.length, `block_ids are not unique: ${ids.join(" ")}`);
  for (const [index, block] of blocks.entries()) {
    check(block.block_id === undefined || isLength(block.block_id, 1, 255), `block ${index}: block_id`);
    checkBlock(block, surface, (ok, problem) => check(ok, `block ${index} (${block.type}): ${problem}`), mentionable);
  }
  if (surface === "message") checkMessageText(view.text, check);
  if (surface === "modal") checkModal(view, blocks, check);
  if (surface === "home") check(view.type === "home", "a home view of another type");
  for (const text of strings(payload)) {
    check(
      !INVISIBLE.test(text.replaceAll(JOINED, "")),
      `an invisible character in ${JSON.stringify(text.slice(0, 80))}`,
    );
    check(text.isWellFormed(), `an unpaired surrogate in ${JSON.stringify(text.slice(0, 80))}`);
  }
  return problems;
}

type Check = (ok: boolean, problem: string) => void;

function checkMessageText(text: unknown, check: Check): void {
  check(isLength(text, 1, 4000), "top-level text is empty or longer than chat.update takes");
  check(isLength(text, 1, 3000), "top-level text of 3,000 characters or more");
  check(isEscaped(String(text)), `top-level text is not escaped: ${text}`);
}

function checkModal(view: Json, blocks: Json[], check: Check): void {
  check(view.type === "modal", "a modal of another type");
  checkText(view.title, "plain_text", 24, "title", check);
  for (const key of ["submit", "close"])
    if (view[key] !== undefined) checkText(view[key], "plain_text", 24, key, check);
  check(view.private_metadata === undefined || isLength(view.private_metadata, 0, 3000), "private_metadata");
  check(view.callback_id === undefined || isLength(view.callback_id, 1, 255), "callback_id");
  if (blocks.some((block) => block.type === "input")) check(view.submit !== undefined, "inputs without submit");
}

function checkBlock(block: Json, surface: Surface, check: Check, mentionable: ReadonlySet<string>): void {
  switch (block.type) {
    case "header":
      checkText(block.text, "plain_text", 150, "text", check);
      break;
    case "section": {
      const fields = block.fields === undefined ? null : list(block.fields);
      check(block.text !== undefined || fields !== null, "neither text nor fields");
      if (block.text !== undefined) checkText(block.text, "any", 3000, "text", check, mentionable);
      if (fields !== null) check(fields.length >= 1 && fields.length <= 10, `${fields.length} fields`);
      for (const field of fields ?? []) checkText(field, "any", 2000, "field", check, mentionable);
      break;
    }
    case "context": {
      const elements = list(block.elements);
      check(elements.length >= 1 && elements.length <= 10, `${elements.length} elements`);
      for (const element of elements) checkText(element, "any", 3000, "element", check, mentionable);
      break;
    }
    case "actions": {
      const elements = list(block.elements);
      check(surface !== "modal" || elements.length > 0, "no elements");
      check(elements.length >= 1 && elements.length <= 25, `${elements.length} elements`);
      const ids = elements.map((element) => element.action_id);
      check(new Set(ids).size === ids.length, "action_ids are not unique");
      for (const element of elements) checkButton(element, check);
      break;
    }
    case "input":
      check(surface === "modal", "an input outside a modal");
      checkInput(block, check);
      break;
    case "rich_text":
      checkRichText(block, check);
      break;
    case "divider":
      break;
    default:
      check(false, "unexpected block type");
  }
}

function checkButton(button: Json, check: Check): void {
  check(button.type === "button", `an element of type ${button.type}`);
  checkText(button.text, "plain_text", 75, "button text", check);
  check(isLength(button.action_id, 1, 255), "action_id");
  check(button.value === undefined || isLength(button.value, 1, 2000), "button value");
  check(button.url === undefined || isLength(button.url, 1, 3000), "button url");
  check(BUTTON_STYLES.has(button.style), "button style");
  if (button.confirm === undefined) return;
  const confirm = button.confirm as Json;
  checkText(confirm.title, "plain_text", 100, "confirm title", check);
  checkText(confirm.text, "plain_text", 300, "confirm text", check);
  checkText(confirm.confirm, "plain_text", 30, "confirm button", check);
  checkText(confirm.deny, "plain_text", 30, "deny button", check);
}

function checkInput(block: Json, check: Check): void {
  checkText(block.label, "plain_text", 2000, "label", check);
  if (block.hint !== undefined) checkText(block.hint, "plain_text", 2000, "hint", check);
  const element = block.element as Json;
  check(isLength(element.action_id, 1, 255), "action_id");
  if (element.type === "plain_text_input") {
    const max = element.max_length;
    check(max === undefined || (Number(max) >= 1 && Number(max) <= 3000), "max_length");
    if (element.placeholder !== undefined) checkText(element.placeholder, "plain_text", 150, "placeholder", check);
    return;
  }
  const options = list(element.options);
  check(options.length >= 1 && options.length <= 100, `${options.length} options`);
  for (const option of options) {
    checkText(option.text, "plain_text", 75, "option text", check);
    check(isLength(option.value, 1, 150), "option value");
  }
}

const RICH_TEXT_ELEMENTS = new Set<unknown>([
  "rich_text_section",
  "rich_text_list",
  "rich_text_quote",
  "rich_text_preformatted",
]);

function checkRichText(block: Json, check: Check): void {
  const elements = list(block.elements);
  check(elements.length >= 1, "no elements");
  for (const element of elements) {
    check(RICH_TEXT_ELEMENTS.has(element.type), `an element of type ${element.type}`);
    const lines = element.type === "rich_text_list" ? list(element.elements) : [element];
    check(lines.length >= 1, "an empty list");
    for (const line of lines) {
      const parts = list(line.elements);
      check(parts.length >= 1, "an empty line");
      for (const part of parts) checkRichTextElement(part, element.type === "rich_text_preformatted", check);
    }
  }
}

function checkRichTextElement(part: Json, preformatted: boolean, check: Check): void {
  if (part.type === "text") {
    check(isLength(part.text, 1, 3000), "text of rich text");
    check(!/<[!@#]/.test(String(part.text)), `a control sequence in rich text: ${part.text}`);
  } else if (part.type === "link") {
    check(isLength(part.url, 1, 3000) && /^https?:\/\//.test(String(part.url)), `a link to ${part.url}`);
    check(part.text === undefined, "a link whose text is not its address");
  } else if (part.type === "date" && !preformatted) {
    check(Number.isInteger(part.timestamp) && Number(part.timestamp) >= 0, "timestamp");
    check(isLength(part.format, 1, 255), "format");
  } else check(false, `a part of type ${part.type}`);
}

function checkText(
  found: unknown,
  type: "plain_text" | "any",
  max: number,
  name: string,
  check: Check,
  mentionable: ReadonlySet<string> = new Set(),
): void {
  const { type: actual, text } = (found ?? {}) as Json;
  check(actual === "plain_text" || (type === "any" && actual === "mrkdwn"), `${name}: a text of type ${actual}`);
  check(isLength(text, 1, max), `${name}: ${String(text).length} characters`);
  const unknown = actual === "mrkdwn" ? removeKnownTokens(String(text), mentionable) : String(text);
  check(isEscaped(unknown), `${name} is not escaped: ${unknown}`);
}

/** Removes the markup that Countersign itself may use: mentions of known people, dates and its links. */
function removeKnownTokens(text: string, mentionable: ReadonlySet<string>): string {
  return text
    .replaceAll(/<@([UW][A-Z0-9]+)>/g, (match, id) => (mentionable.has(id) ? "" : match))
    .replaceAll(/<!subteam\^(S[A-Z0-9]+)>/g, (match, id) => (mentionable.has(id) ? "" : match))
    .replaceAll(/<#([CGD][A-Z0-9]+)>/g, (match, id) => (mentionable.has(id) ? "" : match))
    .replaceAll(/<!date\^\d{1,12}\^\{date_short_pretty\} at \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>/g, "")
    .replaceAll(/<!date\^\d{1,12}\^\{ago\}\|deadline>/g, "")
    .replaceAll(/<https?:\/\/[^\s<>|]+\|(?:(?:Open )?in the AWS console|Open the message|[A-Za-z0-9-]{1,8})>/g, "");
}

function isEscaped(text: string): boolean {
  return !/[<>]|&(?!(?:amp|lt|gt);)/.test(text);
}

/** Lists the mrkdwn of a payload without its code spans. Markup works there, so it may not contain text of others. */
export function formattedTexts(payload: unknown): string[] {
  if (Array.isArray(payload)) return payload.flatMap(formattedTexts);
  if (typeof payload !== "object" || payload === null) return [];
  const { type, text } = payload as Json;
  if (type === "mrkdwn") return [String(text).replaceAll(/`[^`\n]+`/g, "")];
  return Object.values(payload).flatMap(formattedTexts);
}

/** Joins all visible texts of a payload. */
export function visibleText(payload: unknown): string {
  if (Array.isArray(payload)) return payload.map(visibleText).join(" ");
  if (typeof payload !== "object" || payload === null) return "";
  return Object.entries(payload)
    .map(([key, value]) => (["text", "url"].includes(key) && typeof value === "string" ? value : visibleText(value)))
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

function isLength(value: unknown, min: number, max: number): boolean {
  return typeof value === "string" && value.length >= min && value.length <= max;
}
