import { allElements } from "../blocks/walk.ts";
import type { Json } from "../workspace/model.ts";

/** The values of a payload's elements: block_id -> action_id -> value. */
export type Values = Record<string, Record<string, Json>>;

/**
 * For each element type: the field of its value in `state.values`, the field of its initial value, and its empty value.
 * https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
 */
export const STATEFUL_ELEMENTS: Record<string, { member: string; initial: string | undefined; empty: unknown }> = {
  plain_text_input: { member: "value", initial: "initial_value", empty: null },
  number_input: { member: "value", initial: "initial_value", empty: null },
  email_text_input: { member: "value", initial: "initial_value", empty: null },
  url_text_input: { member: "value", initial: "initial_value", empty: null },
  rich_text_input: { member: "rich_text_value", initial: "initial_value", empty: null },
  file_input: { member: "files", initial: undefined, empty: [] },
  static_select: { member: "selected_option", initial: "initial_option", empty: null },
  external_select: { member: "selected_option", initial: "initial_option", empty: null },
  radio_buttons: { member: "selected_option", initial: "initial_option", empty: null },
  checkboxes: { member: "selected_options", initial: "initial_options", empty: [] },
  multi_static_select: { member: "selected_options", initial: "initial_options", empty: [] },
  multi_external_select: { member: "selected_options", initial: "initial_options", empty: [] },
  users_select: { member: "selected_user", initial: "initial_user", empty: null },
  multi_users_select: { member: "selected_users", initial: "initial_users", empty: [] },
  conversations_select: { member: "selected_conversation", initial: "initial_conversation", empty: null },
  multi_conversations_select: { member: "selected_conversations", initial: "initial_conversations", empty: [] },
  channels_select: { member: "selected_channel", initial: "initial_channel", empty: null },
  multi_channels_select: { member: "selected_channels", initial: "initial_channels", empty: [] },
  datepicker: { member: "selected_date", initial: "initial_date", empty: null },
  timepicker: { member: "selected_time", initial: "initial_time", empty: null },
  datetimepicker: { member: "selected_date_time", initial: "initial_date_time", empty: null },
};

/** Returns the initial values of the elements in normalized blocks. */
export function initialValues(blocks: Json[]): Values {
  const values: Values = {};
  for (const { element, block } of allElements(blocks)) {
    const type = String(element.type);
    const stateful = STATEFUL_ELEMENTS[type];
    if (stateful === undefined) continue;
    const first = stateful.initial === undefined ? undefined : element[stateful.initial];
    const blockId = String(block.block_id);
    values[blockId] ??= {};
    values[blockId][String(element.action_id)] = { type, [stateful.member]: first ?? stateful.empty };
  }
  return values;
}

/** Keeps the old values of elements that still exist, and takes the others from `after`. */
export function mergeValues(before: Values, after: Values): Values {
  return Object.fromEntries(
    Object.entries(after).map(([blockId, actions]) => [
      blockId,
      Object.fromEntries(
        Object.entries(actions).map(([actionId, value]) => {
          const old = before[blockId]?.[actionId];
          return [actionId, old !== undefined && old.type === value.type ? old : value];
        }),
      ),
    ]),
  );
}
