import { isObject } from "./blocks/check.ts";
import { parseJson } from "./json.ts";

const TOKEN = /\bx(?:ox[a-z]|app)-[\w-]+/g;
/** The last part of a response URL is its secret. */
const RESPONSE_URL = /(\/(?:actions|commands)\/[A-Z0-9]+\/)[\w/-]+/g;

/** Copies a value without tokens and response URLs, for the journal, which the page displays. */
export function redact(value: unknown): unknown {
  if (typeof value === "string") return value.replace(TOKEN, "[token]").replace(RESPONSE_URL, "$1[redacted]");
  if (Array.isArray(value)) return value.map(redact);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, name === "token" ? "[token]" : redact(each)]),
  );
}

/** Decodes the arguments of a call: a form carries JSON arguments as strings. */
export function decodeArguments(args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).map(([name, each]) => [name, decodeArgument(each)]));
}

function decodeArgument(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  const parsed = parseJson(value);
  return parsed === undefined ? value : parsed.value;
}
