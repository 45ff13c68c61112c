import { parseJson } from "../json.ts";
import type { Args } from "./method.ts";

/** A call's arguments and its token, which a form may carry in its body and JSON may not. */
export interface ReadCall {
  verb: "GET" | "POST";
  args: Args;
  token: string | undefined;
  /** The token came as an argument, and no header carried one. */
  tokenInBody: boolean;
  /** What Slack takes and does not like: `missing_charset`, `superfluous_charset`. */
  warnings: string[];
}

/** A string argument; numbers are taken as their digits. Undefined when absent or empty. */
export function text(args: Args, name: string): string | undefined {
  const value = args[name];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A boolean argument, which forms carry as `true` or `1`. */
export function flag(args: Args, name: string): boolean {
  const value = args[name];
  return value === true || value === "true" || value === 1 || value === "1";
}

/** A JSON argument: already JSON, or a string of it. `bad` when it is a string that does not parse, or nested too deep. */
export function json(args: Args, name: string): { value: unknown } | { bad: true } {
  const value = args[name];
  if (typeof value !== "string") return { value: value ?? undefined };
  if (value === "") return { value: undefined };
  return parseJson(value) ?? { bad: true };
}
