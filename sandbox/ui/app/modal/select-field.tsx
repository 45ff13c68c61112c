import type { Json } from "../live/slack-state.ts";
import type { FieldProps } from "./field.ts";

/** One of several options, or several of them. */
export function SelectField({ id, element, value, described, invalid, change }: FieldProps) {
  const options = element.options as Json[];
  const several = Array.isArray(value);
  return (
    <select
      id={id}
      multiple={several}
      value={several ? value.map(String) : String(value ?? "")}
      aria-describedby={described}
      aria-invalid={invalid}
      onChange={({ target }) =>
        change(several ? [...target.selectedOptions].map((each) => each.value) : target.value || null)
      }
    >
      {several ? null : <option value="">Choose…</option>}
      {options.map((option) => (
        <option key={String(option.value)} value={String(option.value)}>
          {String((option.text as Json).text)}
        </option>
      ))}
    </select>
  );
}
