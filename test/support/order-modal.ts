import type { types } from "@slack/bolt";

const input = (block_id: string, element: object, more = {}) => ({
  type: "input",
  block_id,
  label: { type: "plain_text", text: block_id },
  element: { action_id: "given", ...element },
  ...more,
});
const text = (words: string) => ({ type: "plain_text" as const, text: words });
const sizes = ["small", "large"].map((value) => ({ text: text(value), value }));

/** A small view that is updated later, as in apps that must open a view within three seconds. */
export const orderModal = (...more: object[]) =>
  ({
    type: "modal",
    callback_id: "order",
    title: text("Order"),
    submit: text("Send"),
    blocks: [input("Name", { type: "plain_text_input" }), ...more],
  }) as types.View;

export const laterInputs = [
  input("Size", { type: "static_select", options: sizes, initial_option: sizes[1] }),
  input("Extras", { type: "checkboxes", options: sizes }, { optional: true }),
  input("Count", { type: "number_input", is_decimal_allowed: false, initial_value: "7" }),
];
