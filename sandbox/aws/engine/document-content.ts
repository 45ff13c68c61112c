import { type Document, parseDocument } from "yaml";

export type Format = "YAML" | "JSON";
export type ContentResult = { ok: true; raw: unknown } | { ok: false; problem: string };

/** Far above the nesting of real runbooks, and small enough for recursive functions. */
const MAX_DEPTH = 100;

/** Far above the number of such lines in real runbooks. */
const MAX_INDENTED_LINES = 200;

/**
 * Parses a document's text. The reason for a text that is not well-formed names its line. YAML uses the core schema, so that
 * `2026-01-31` and `no` stay strings. An alias inside its own anchor, which would make the data infinite, is rejected like
 * too deep nesting.
 */
export function parseContent(content: string, format: Format): ContentResult {
  const malformed = (reason: string): ContentResult => ({
    ok: false,
    problem: `${format} not well-formed. ${reason}`,
  });
  let raw: unknown;
  try {
    raw = format === "JSON" ? JSON.parse(content) : parseYaml(content);
  } catch (error) {
    const { message } = error as Error;
    return malformed(format === "JSON" ? withLine(message, content) : message);
  }
  if (isTooDeep(raw)) return malformed(`It is nested more than ${MAX_DEPTH} levels deep, or contains itself.`);
  return { ok: true, raw };
}

/** Adds the line to the message of JSON.parse, which often has none. JSON is YAML, whose parser knows the line of each error. */
function withLine(message: string, content: string): string {
  if (/\(line \d+ column \d+\)$/.test(message)) return message;
  const [first] = parseDocument(content, { schema: "json" }).errors;
  const start = first?.linePos?.[0];
  return start === undefined ? message : `${message.split("\n").join(" ")} at line ${start.line}, column ${start.col}`;
}

/**
 * Parses YAML like AWS, which accepts two things that the specification forbids: duplicate keys (the last one wins) and lines
 * inside braces, brackets or quotes that are not indented. The latter are indented until the text is valid.
 */
function parseYaml(content: string): unknown {
  let text = content;
  for (let rounds = 0; ; rounds++) {
    const parsed = parseDocument(text, { uniqueKeys: false });
    const [error] = parsed.errors;
    if (error === undefined) return parsed.toJS();
    const start = findUnindentedLine(parsed, text);
    if (start === undefined || rounds >= MAX_INDENTED_LINES) throw error;
    text = `${text.slice(0, start)}${" ".repeat(MAX_DEPTH)}${text.slice(start)}`;
  }
}

/** Returns the offset of a line whose only fault is its indentation inside braces, brackets or quotes. */
function findUnindentedLine({ errors }: Document, text: string): number | undefined {
  const [error] = errors;
  if (error?.code === "MISSING_CHAR" && error.message.startsWith("Missing closing ")) {
    const next = text.indexOf("\n", error.pos[0]) + 1;
    // A document marker ends the text also inside quotes.
    return next === 0 || next === text.length || /^(---|\.\.\.)\s/.test(text.slice(next)) ? undefined : next;
  }
  if (error?.code !== "BAD_INDENT" || !error.message.startsWith("Flow ")) return undefined;
  const start = text.lastIndexOf("\n", error.pos[0] - 1) + 1;
  return text.slice(start, error.pos[0]).trim() === "" ? start : undefined;
}

/** Returns whether a value is nested too deeply. Depth first, so that a cycle is found after MAX_DEPTH levels. */
function isTooDeep(raw: unknown): boolean {
  const open = [{ value: raw, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value !== "object" || value === null) continue;
    if (depth >= MAX_DEPTH) return true;
    for (const item of Object.values(value)) open.push({ value: item, depth: depth + 1 });
  }
  return false;
}
