import type { Json } from "../live/slack-state.ts";
import type { FieldProps } from "./field.ts";

/** How the browser asks for what the element takes; anything else is a line of text. */
const TYPES: Record<string, string> = {
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
  datepicker: "date",
  timepicker: "time",
};

export function TextField({ id, element, value, described, invalid, change }: FieldProps) {
  const common = {
    id,
    value: String(value ?? ""),
    placeholder: String((element.placeholder as Json | undefined)?.text ?? ""),
    "aria-describedby": described,
    "aria-invalid": invalid,
    // As the app asks for it.
    autoFocus: element.focus_on_load === true,
  };
  if (element.multiline === true) {
    return <textarea {...common} rows={4} onChange={(event) => change(event.target.value)} />;
  }
  const type = TYPES[String(element.type)] ?? "text";
  return <input {...common} type={type} onChange={(event) => change(event.target.value)} />;
}
