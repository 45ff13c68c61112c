import type { Json } from "../live/slack-state.ts";
import type { FieldProps } from "./field.ts";

/** A select for one option or, if the value is a list, for several. */
export function SelectField({ id, element, value, describedBy, invalid, change }: FieldProps) {
  const options = element.options as Json[];
  const multiple = Array.isArray(value);
  return (
    <select
      id={id}
      multiple={multiple}
      value={multiple ? value.map(String) : String(value ?? "")}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      onChange={({ target }) =>
        change(multiple ? [...target.selectedOptions].map((each) => each.value) : target.value || null)
      }
    >
      {multiple ? null : <option value="">Choose…</option>}
      {options.map((option) => (
        <option key={String(option.value)} value={String(option.value)}>
          {String((option.text as Json).text)}
        </option>
      ))}
    </select>
  );
}
