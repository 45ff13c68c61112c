import { parseJson } from "../json.ts";
import type { Args } from "./method.ts";

/** A call with its token, which a form body may contain and a JSON body may not. */
export interface ReadCall {
  verb: "GET" | "POST";
  args: Args;
  token: string | undefined;
  /** Whether the token was an argument, and no header had one. */
  tokenInBody: boolean;
  /** Warnings of an accepted call: `missing_charset`, `superfluous_charset`. */
  warnings: string[];
}

/** Reads a string argument; numbers are converted. Undefined if absent or empty. */
export function text(args: Args, name: string): string | undefined {
  const value = args[name];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Reads a boolean argument, which forms write as `true` or `1`. */
export function flag(args: Args, name: string): boolean {
  const value = args[name];
  return value === true || value === "true" || value === 1 || value === "1";
}

/** Reads a JSON argument: a value, or a string of JSON. `bad` if the string is invalid or nested too deep. */
export function json(args: Args, name: string): { value: unknown } | { bad: true } {
  const value = args[name];
  if (typeof value !== "string") return { value: value ?? undefined };
  if (value === "") return { value: undefined };
  return parseJson(value) ?? { bad: true };
}
