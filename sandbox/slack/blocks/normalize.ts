import { newBlockId } from "../workspace/ids.ts";
import type { Json } from "../workspace/model.ts";
import { isObject } from "./check.ts";
import { allBlocks, allElements } from "./walk.ts";

/**
 * Blocks as Slack gives them back: with generated block_ids and action_ids, `emoji: true` in plain text and
 * `verbatim: false` in mrkdwn. Without this a client that compares what it sent with what it reads would pass here only.
 */
export function normalizeBlocks(blocks: Json[]): Json[] {
  const copy = fillTexts(structuredClone(blocks)) as Json[];
  for (const { block } of allBlocks(copy, "")) block.block_id ??= newBlockId();
  for (const { element } of allElements(copy, "")) element.action_id ??= newBlockId();
  return copy;
}

function fillTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fillTexts);
  if (!isObject(value)) return value;
  const filled: Json = {};
  for (const [name, each] of Object.entries(value)) {
    if (each !== null && each !== undefined) filled[name] = fillTexts(each);
  }
  if (filled.type === "plain_text") filled.emoji ??= true;
  if (filled.type === "mrkdwn") filled.verbatim ??= false;
  return filled;
}
