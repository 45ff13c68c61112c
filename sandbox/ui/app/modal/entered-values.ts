import type { Json, View } from "../live/slack-state.ts";

/** The `values` of `POST /_control/submit`: block_id -> action_id -> text, option value, or list of option values. */
export type EnteredValues = Record<string, Record<string, unknown>>;

const OPTION = "selected_option";
const OPTIONS = "selected_options";

/** Reads the current values of a view's inputs. */
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

/** Merges edits over the initial values. Drops edits of inputs that the view no longer has. */
export function mergeEdits(initial: EnteredValues, edits: EnteredValues): EnteredValues {
  const blocks = Object.entries(initial);
  return Object.fromEntries(blocks.map(([id, held]) => [id, { ...held, ...edits[id] }]));
}

/** Converts a state value: the payload has whole option objects, the control API takes their values. */
function toEnteredValue(value: Json): unknown {
  if (OPTION in value) return (value[OPTION] as Json | null)?.value ?? null;
  if (OPTIONS in value) return ((value[OPTIONS] ?? []) as Json[]).map((each) => each.value);
  const [held] = Object.entries(value)
    .filter(([name]) => name !== "type")
    .map(([, each]) => each);
  return held ?? null;
}
