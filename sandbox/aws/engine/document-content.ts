import { parse as parseYaml } from "yaml";

export type Format = "YAML" | "JSON";
export type ContentResult = { ok: true; raw: unknown } | { ok: false; problem: string };

/** Runbooks do not come near it; whoever walks a document by recursion is safe within it. */
const MAX_DEPTH = 100;

/**
 * A document's text as the data that it stands for. YAML is read with the core schema, so that `2026-01-31` and `no` stay
 * what was written. An alias within its own anchor, which makes the data endless, is refused like too deep nesting.
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
  if (isTooDeep(raw)) return malformed(`It is nested more than ${MAX_DEPTH} deep, or contains itself.`);
  return { ok: true, raw };
}

/** Goes down first, so that what contains itself is found after as many steps as are allowed. */
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
