import { useId } from "react";
import type { Json } from "../live/slack-state.ts";
import type { FieldProps } from "./field.ts";
import { SelectField } from "./select-field.tsx";
import { TextField } from "./text-field.tsx";

const toText = (object: unknown) => String((object as Json | undefined)?.text ?? "");

/** An input with its label, hint and error. */
export function InputBlock(props: {
  block: Json;
  entered: Record<string, unknown> | undefined;
  error: string | undefined;
  enter: (blockId: string, actionId: string, value: unknown) => void;
}) {
  const { block, entered, error, enter } = props;
  const id = useId();
  const element = block.element as Json;
  const actionId = String(element.action_id);
  const field: FieldProps = {
    id,
    element,
    value: entered?.[actionId] ?? null,
    describedBy: `${id}-hint ${id}-error`,
    invalid: error !== undefined,
    change: (value) => enter(String(block.block_id), actionId, value),
  };
  return (
    <div className="field">
      <label htmlFor={id}>
        {toText(block.label)} {block.optional ? <span className="optional">(optional)</span> : null}
      </label>
      {"options" in element ? <SelectField {...field} /> : <TextField {...field} />}
      <p id={`${id}-error`} className="field-error" role="alert">
        {error ?? ""}
      </p>
      <p id={`${id}-hint`} className="hint">
        {toText(block.hint)}
      </p>
    </div>
  );
}
