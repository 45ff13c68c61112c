import { check, isObject, type Problem } from "./check.ts";
import { plain } from "./composition.ts";
import { checkMessageRules } from "./message-rules.ts";
import {
  boolean,
  list,
  type ObjectRule,
  object,
  oneOf,
  optional,
  type Rule,
  required,
  string,
  variant,
} from "./rules.ts";
import { BLOCKS, MAX_BLOCKS, type Surface } from "./surfaces.ts";
import { allBlocks } from "./walk.ts";

/** Finds every problem of an array of blocks on a surface. Slack accepts blocks without problems. */
export function validateBlocks(blocks: unknown, surface: Surface, pointer = "/blocks"): Problem[] {
  const problems = check(blocks, list(variant(BLOCKS[surface]), MAX_BLOCKS[surface]), pointer);
  return Array.isArray(blocks) ? [...problems, ...checkMessageRules(blocks, surface, pointer)] : problems;
}

const anyBlocks: Rule = { is: "list", of: { is: "object", fields: {} } };

/** The fields of all views. https://docs.slack.dev/reference/views */
const sharedFields = {
  blocks: required(anyBlocks),
  private_metadata: optional(string(3000)),
  callback_id: optional(string(255)),
  external_id: optional(string(255)),
};

const MODAL: ObjectRule = object({
  type: required(oneOf("modal")),
  ...sharedFields,
  title: required(plain(24)),
  close: optional(plain(24)),
  submit: optional(plain(24)),
  clear_on_close: optional(boolean),
  notify_on_close: optional(boolean),
});
const HOME: ObjectRule = object({ type: required(oneOf("home")), ...sharedFields });

/** Finds every problem of a view: its fields, its blocks, and rules that concern both. */
export function validateView(view: unknown, pointer = "/view"): Problem[] {
  if (!isObject(view)) return [{ pointer, message: "must provide an object" }];
  const surface: Surface = view.type === "home" ? "home" : "modal";
  const frame = check(
    { ...view, blocks: view.blocks === undefined ? undefined : [] },
    variant({ modal: MODAL, home: HOME }),
    pointer,
  );
  if (view.blocks === undefined) return frame;
  return [
    ...frame,
    ...validateBlocks(view.blocks, surface, `${pointer}/blocks`),
    ...needsSubmit(view, surface, pointer),
  ];
}

function needsSubmit(view: Record<string, unknown>, surface: Surface, pointer: string): Problem[] {
  if (surface !== "modal" || (view.submit !== undefined && view.submit !== null)) return [];
  return allBlocks(view.blocks, `${pointer}/blocks`)
    .filter(({ block }) => block.type === "input")
    .slice(0, 1)
    .map(({ pointer: here }) => ({
      pointer: `${here}/input`,
      message: "must define `submit` to use an `input` block in modals",
    }));
}

/** Formats a problem for `response_metadata.messages`. */
export const messageLine = (problem: Problem): string => `[ERROR] ${problem.message} [json-pointer:${problem.pointer}]`;
