import { newBlockId } from "../workspace/ids.ts";
import type { Json } from "../workspace/model.ts";
import { isObject } from "./check.ts";
import { allBlocks, allElements } from "./walk.ts";

/**
 * Adds the defaults that Slack adds: block_ids, action_ids, `emoji: true` in plain text and `verbatim: false` in mrkdwn.
 * Without them, a client that compares sent blocks with read ones would work here but not with Slack.
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
