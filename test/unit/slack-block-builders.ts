/** Short builders for Block Kit, for tables of accepted and rejected blocks. */

export type Json = Record<string, unknown>;

export const plain = (text: string) => ({ type: "plain_text", text });
export const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
export const section = (text: string, more: Json = {}) => ({ type: "section", text: mrkdwn(text), ...more });
export const button = (more: Json = {}) => ({ type: "button", action_id: "a", text: plain("Go"), ...more });
export const confirm = (more: Json = {}) => ({
  title: plain("Sure?"),
  text: plain("x"),
  confirm: plain("Yes"),
  deny: plain("No"),
  ...more,
});
export const actions = (...elements: Json[]) => ({ type: "actions", elements });
export const input = (element: Json, more: Json = {}) => ({ type: "input", label: plain("Label"), element, ...more });
export const option = (value: string, more: Json = {}) => ({ text: plain(value), value, ...more });
export const select = (more: Json = {}) => ({ type: "static_select", action_id: "s", options: [option("a")], ...more });
export const image = { type: "image", image_url: "https://example.com/a.png", alt_text: "a" };
export const richText = (...elements: Json[]) => ({ type: "rich_text", elements });
export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
export const x = (count: number) => "x".repeat(count);
