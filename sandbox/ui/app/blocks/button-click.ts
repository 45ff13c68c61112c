import type { Json } from "../live/slack-state.ts";

export interface ButtonClick {
  actionId: string;
  blockId: string;
  confirm?: Json;
  url?: string;
}

/**
 * Finds the Block Kit button that was clicked; undefined for anything else, such as a link. The renderer sets action_id and
 * block_id as HTML ids, so one listener around all blocks is enough.
 */
export function findClickedButton(target: Element, blocks: Json[]): ButtonClick | undefined {
  const button = target.closest("button[id]");
  if (button === null) return undefined;
  const actionId = button.id;
  const block = blocks.find((each) => button.closest(`[id="${CSS.escape(String(each.block_id))}"]`) !== null);
  if (block === undefined) return undefined;
  const elements = [...((block.elements ?? []) as Json[]), ...(block.accessory ? [block.accessory as Json] : [])];
  const element = elements.find((each) => each.action_id === actionId);
  if (element === undefined) return undefined;
  return {
    actionId,
    blockId: String(block.block_id),
    ...(element.confirm === undefined ? {} : { confirm: element.confirm as Json }),
    ...(typeof element.url === "string" ? { url: element.url } : {}),
  };
}
