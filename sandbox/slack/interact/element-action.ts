import { allElements, type LocatedElement } from "../blocks/walk.ts";
import type { Json } from "../workspace/model.ts";
import { type EntryResult, enterValue } from "./enter-value.ts";

/** Finds an element by action_id, and by block_id if several blocks have the same action_id. */
export function findElement(
  blocks: unknown,
  id: { action_id: string; block_id?: string | undefined },
): LocatedElement | undefined {
  return allElements(blocks).find(
    ({ element, block }) =>
      element.action_id === id.action_id && (id.block_id === undefined || block.block_id === id.block_id),
  );
}

/** One entry of a payload's `actions`, and the new value of the element. */
export interface ElementAction {
  action: Json;
  /** Present for elements with a state; buttons have none. */
  stateValue?: Json;
}

const pick = (element: Json, ...names: string[]): Json =>
  Object.fromEntries(names.filter((name) => element[name] !== undefined).map((name) => [name, element[name]]));

/**
 * Makes the action that an element sends. `given` is the selected or entered value; buttons need none.
 * https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
 */
export function toAction(
  { element, block }: LocatedElement,
  given: unknown,
  actionTs: string,
): ElementAction | { problem: string } {
  const head = { action_id: element.action_id, block_id: block.block_id };
  const end = { type: element.type, action_ts: actionTs };
  switch (element.type) {
    case "button":
    case "workflow_button":
      return { action: { ...head, ...pick(element, "text", "value", "style", "url", "confirm"), ...end } };
    case "icon_button":
      return { action: { ...head, ...pick(element, "icon", "text", "value"), ...end } };
    case "feedback_buttons": {
      const chosen = [element.positive_button, element.negative_button].find((each) => (each as Json).value === given);
      if (chosen === undefined) return { problem: "Expected the value of the positive or the negative button." };
      return { action: { ...head, ...pick(chosen as Json, "text", "value"), ...end } };
    }
    case "overflow": {
      const option = (element.options as Json[]).find((each) => each.value === given);
      if (option === undefined) return { problem: `There is no option "${String(given)}".` };
      return { action: { ...head, selected_option: option, ...end } };
    }
    default: {
      const entered: EntryResult = enterValue(element, given);
      if ("problem" in entered) return entered;
      const kept = pick(element, "placeholder", "confirm");
      return { action: { ...head, ...kept, ...entered.value, ...end }, stateValue: entered.value };
    }
  }
}
