import type { Json } from "../workspace/model.ts";
import { isObject } from "./check.ts";

/** A block and its JSON pointer. */
export interface LocatedBlock {
  block: Json;
  pointer: string;
}

/** An interactive element, the block that contains it, and its JSON pointer. */
export interface LocatedElement {
  element: Json;
  block: Json;
  pointer: string;
}

const asObjects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Lists every block in order, including those in containers, carousels and plans. */
export function allBlocks(blocks: unknown, pointer: string): LocatedBlock[] {
  if (!Array.isArray(blocks)) return [];
  return blocks.flatMap((block, index) => {
    if (!isObject(block)) return [];
    const here = `${pointer}/${index}`;
    return [
      { block, pointer: here },
      ...allBlocks(block.child_blocks, `${here}/child_blocks`),
      ...(block.type === "carousel" ? allBlocks(block.elements, `${here}/elements`) : []),
      ...(block.type === "plan" ? allBlocks(block.tasks, `${here}/tasks`) : []),
    ];
  });
}

/** The field of each block type that contains its interactive elements. */
const ELEMENT_LISTS: Record<string, string> = { actions: "elements", context_actions: "elements", card: "actions" };

/** Lists every interactive element with its block. Text and images are not interactive. */
export function allElements(blocks: unknown, pointer = "/blocks"): LocatedElement[] {
  return allBlocks(blocks, pointer).flatMap(({ block, pointer: here }) => {
    const found: LocatedElement[] = [];
    const member = ELEMENT_LISTS[String(block.type)];
    if (member !== undefined) {
      asObjects(block[member]).forEach((element, index) => {
        found.push({ element, block, pointer: `${here}/${member}/${index}` });
      });
    }
    for (const single of ["accessory", "element"]) {
      const element = block[single];
      if (isObject(element) && element.type !== "image") {
        found.push({ element, block, pointer: `${here}/${single}` });
      }
    }
    return found;
  });
}
