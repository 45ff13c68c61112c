import type { Json } from "../support/http-json.ts";

/** Tells whether a message has the button that lets its step continue: Approve, or Resume for a pause. */
export function isOpen({ blocks }: Json): boolean {
  return /"action_id":"(approve|resume)"/.test(JSON.stringify(blocks ?? []));
}
