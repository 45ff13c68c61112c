import { parse as parseYaml } from "yaml";

export type Format = "YAML" | "JSON";
export type ContentResult = { ok: true; raw: unknown } | { ok: false; problem: string };

/** Far above the nesting of real runbooks, and small enough for recursive functions. */
const MAX_DEPTH = 100;

/**
 * Parses a document's text. YAML uses the core schema, so that `2026-01-31` and `no` stay strings. An alias inside its
 * own anchor, which would make the data infinite, is rejected like too deep nesting.
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
    return malformed((error as Error).message);
  }
  if (isTooDeep(raw)) return malformed(`It is nested more than ${MAX_DEPTH} levels deep, or contains itself.`);
  return { ok: true, raw };
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
