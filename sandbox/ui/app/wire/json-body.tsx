import { Verbatim } from "../shell/verbatim.tsx";

/** JSON as it went over the wire, indented. */
export function JsonBody({ label, value }: { label: string; value: unknown }) {
  return <Verbatim label={label}>{typeof value === "string" ? value : JSON.stringify(value, null, 2)}</Verbatim>;
}
