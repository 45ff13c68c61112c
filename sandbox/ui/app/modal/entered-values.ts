import type { Json, View } from "../live/slack-state.ts";

/** What a person entered, as `/_control/submit` takes it: block_id -> action_id -> text, option's value, or a list. */
export type EnteredValues = Record<string, Record<string, unknown>>;

const OPTION = "selected_option";
const OPTIONS = "selected_options";

/** What a view's inputs hold when it appears. */
export function readInitialValues(view: View): EnteredValues {
  const inputs = view.blocks.filter((block) => block.type === "input");
  return Object.fromEntries(
    inputs.map((block) => {
      const id = String(block.block_id);
      const held = Object.entries(view.state.values[id] ?? {});
      return [id, Object.fromEntries(held.map(([actionId, value]) => [actionId, toEnteredValue(value)]))];
    }),
  );
}

/** What the inputs of a view hold now: what was written goes before what they came with; inputs that are gone hold nothing. */
export function mergeEdits(first: EnteredValues, written: EnteredValues): EnteredValues {
  const blocks = Object.entries(first);
  return Object.fromEntries(blocks.map(([id, held]) => [id, { ...held, ...written[id] }]));
}

/** The wire has whole options; what is entered are their values. */
function toEnteredValue(value: Json): unknown {
  if (OPTION in value) return (value[OPTION] as Json | null)?.value ?? null;
  if (OPTIONS in value) return ((value[OPTIONS] ?? []) as Json[]).map((each) => each.value);
  const [held] = Object.entries(value)
    .filter(([name]) => name !== "type")
    .map(([, each]) => each);
  return held ?? null;
}
