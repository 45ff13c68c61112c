import { Verbatim } from "../shell/verbatim.tsx";

/** A request or response body, as indented JSON. */
export function JsonBody({ label, value }: { label: string; value: unknown }) {
  return <Verbatim label={label}>{typeof value === "string" ? value : JSON.stringify(value, null, 2)}</Verbatim>;
}
