import { isObject } from "./blocks/check.ts";
import { parseJson } from "./json.ts";

const TOKEN = /\bx(?:ox[a-z]|app)-[\w-]+/g;
/** A response URL's last part is the permission itself. */
const RESPONSE_URL = /(\/(?:actions|commands)\/[A-Z0-9]+\/)[\w/-]+/g;

/** A copy without tokens and response URLs, for the journal: it is shown on a page. */
export function redact(value: unknown): unknown {
  if (typeof value === "string") return value.replace(TOKEN, "[token]").replace(RESPONSE_URL, "$1[redacted]");
  if (Array.isArray(value)) return value.map(redact);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, name === "token" ? "[token]" : redact(each)]),
  );
}

/** A call's arguments as they are meant: what a form carries as strings of JSON is JSON again. */
export function decodeArguments(args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).map(([name, each]) => [name, decodeArgument(each)]));
}

function decodeArgument(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  const read = parseJson(value);
  return read === undefined ? value : read.value;
}
