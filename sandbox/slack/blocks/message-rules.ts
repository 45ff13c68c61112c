import { codePoints, isObject, type Problem } from "./check.ts";
import type { Surface } from "./surfaces.ts";
import { allBlocks, allElements } from "./walk.ts";

/** The total text of all blocks of a message; above it, Slack returns `msg_blocks_too_long` (observed). */
export const MAX_BLOCKS_TEXT_LENGTH = 13_200;
/** The total text of all markdown blocks of a payload. https://docs.slack.dev/reference/block-kit/blocks/markdown-block */
const MAX_MARKDOWN_LENGTH = 12_000;

/** Checks the rules that concern all blocks of a message or view together. */
export function checkMessageRules(blocks: unknown[], surface: Surface, pointer: string): Problem[] {
  return [
    ...duplicateBlockIds(blocks, pointer),
    ...duplicateActionIds(blocks, pointer),
    ...duplicateFocus(blocks, pointer),
    ...(surface === "message" ? extraTables(blocks, pointer) : []),
    ...markdownTotal(blocks, pointer),
  ];
}

function duplicateBlockIds(blocks: unknown[], pointer: string): Problem[] {
  const seen = new Set<string>();
  return allBlocks(blocks, pointer).flatMap(({ block, pointer: here }) => {
    const id = block.block_id;
    if (typeof id !== "string") return [];
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [{ pointer: `${here}/block_id`, message: `\`block_id\` ${id} already exists` }];
  });
}

/** An action_id must be unique within its block; Slack accepts the same one in several blocks. */
function duplicateActionIds(blocks: unknown[], pointer: string): Problem[] {
  const seen = new Map<unknown, Set<string>>();
  return allElements(blocks, pointer).flatMap(({ element, block, pointer: here }) => {
    const id = element.action_id;
    if (typeof id !== "string") return [];
    const ids = seen.get(block) ?? new Set<string>();
    seen.set(block, ids);
    if (!ids.has(id)) {
      ids.add(id);
      return [];
    }
    return [
      { pointer: `${here}/action_id`, message: `\`action_id\` ${id} already exists for another element in this block` },
    ];
  });
}

function duplicateFocus(blocks: unknown[], pointer: string): Problem[] {
  return allElements(blocks, pointer)
    .filter(({ element }) => element.focus_on_load === true)
    .slice(1)
    .map(({ pointer: here }) => ({
      pointer: `${here}/focus_on_load`,
      message: "only one element can have `focus_on_load` set to true",
    }));
}

function extraTables(blocks: unknown[], pointer: string): Problem[] {
  return allBlocks(blocks, pointer)
    .filter(({ block }) => block.type === "table")
    .slice(1)
    .map(({ pointer: here }) => ({ pointer: here, message: "only one table is allowed" }));
}

function markdownTotal(blocks: unknown[], pointer: string): Problem[] {
  const sizes = allBlocks(blocks, pointer)
    .filter(({ block }) => block.type === "markdown")
    .map(({ block }) => codePoints(String(block.text ?? "")));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.length > 1 && total > MAX_MARKDOWN_LENGTH
    ? [{ pointer, message: `markdown blocks must be less than ${MAX_MARKDOWN_LENGTH + 1} characters together` }]
    : [];
}

/** Fields with visible text; values, ids and URLs do not count. */
const TEXT_FIELDS = new Set(["text", "title", "subtitle", "caption", "alt_text"]);

/** Counts the characters of visible text in all blocks. */
export function countText(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + countText(each), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce((sum, [name, each]) => {
    if (typeof each === "string") return sum + (TEXT_FIELDS.has(name) ? codePoints(each) : 0);
    return sum + countText(each);
  }, 0);
}
