import type { Json } from "../live/slack-state.ts";
import type { FieldProps } from "./field.ts";

/** The HTML input type for each element type; all others are text. */
const TYPES: Record<string, string> = {
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
  datepicker: "date",
  timepicker: "time",
};

export function TextField({ id, element, value, describedBy, invalid, change }: FieldProps) {
  const common = {
    id,
    value: String(value ?? ""),
    placeholder: String((element.placeholder as Json | undefined)?.text ?? ""),
    "aria-describedby": describedBy,
    "aria-invalid": invalid,
    autoFocus: element.focus_on_load === true,
  };
  if (element.multiline === true) {
    return <textarea {...common} rows={4} onChange={(event) => change(event.target.value)} />;
  }
  const type = TYPES[String(element.type)] ?? "text";
  return <input {...common} type={type} onChange={(event) => change(event.target.value)} />;
}
