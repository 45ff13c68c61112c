import type { Json } from "../workspace/model.ts";
import { isObject } from "./check.ts";

/** A block and its place. */
export interface LocatedBlock {
  block: Json;
  pointer: string;
}

/** An interactive element, the block that holds it, and its place. */
export interface LocatedElement {
  element: Json;
  block: Json;
  pointer: string;
}

const asObjects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Every block, also those inside containers, carousels and plans, in order. */
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

/** The members in which blocks keep their interactive elements. */
const ELEMENT_LISTS: Record<string, string> = { actions: "elements", context_actions: "elements", card: "actions" };

/** Every element that a person can use, with its block. Text and images are not among them. */
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
