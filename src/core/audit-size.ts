import type { AuditEntry } from "./audit-records.ts";
import { canonicalJson } from "./canonical-json.ts";
import { clean } from "./clean-text.ts";
import { cut } from "./cut.ts";

/** The room for a detail. An event has 256 KB, with its envelope and the actor. Source: EventBridge API, PutEvents. */
const MAX_DETAIL_BYTES = 235_000;
const MAX_ACTOR_LENGTH = 2_500;

/** The lengths of texts and of lists, in steps: the first with which a value fits. With the shortest, every record fits. */
const LENGTHS = [
  [3_000, 5_000],
  [600, 1_000],
  [250, 500],
  [100, 250],
  [40, 250],
] as const;
const SHORTEST = [40, 50] as const;

/**
 * Returns the entry with clean texts, and with its detail within the room of an event: only where needed, texts are cut and
 * lists are shortened.
 */
export function fitEntry<Entry extends AuditEntry>(entry: Entry): Entry {
  const detail = cleanAll(entry.detail) as Entry["detail"];
  return { ...entry, actor: cut(clean(entry.actor), MAX_ACTOR_LENGTH), detail: fit(detail, MAX_DETAIL_BYTES) };
}

/** Cleans every text of a JSON value, also the names of members: an auditor reads what nobody has hidden or reversed. */
function cleanAll(value: unknown): unknown {
  if (typeof value === "string") return clean(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(cleanAll);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [clean(name), cleanAll(each)]));
}

/** Cuts the texts and shortens the lists of a JSON value until its canonical form has at most `maxBytes` bytes in UTF-8. */
export function fit<Value>(value: Value, maxBytes: number): Value {
  if (isWithin(value, maxBytes)) return value;
  return shorten(value, LENGTHS.find((each) => isWithin(shorten(value, each), maxBytes)) ?? SHORTEST) as Value;
}

function shorten(value: unknown, lengths: readonly [text: number, list: number]): unknown {
  const [maxText, maxItems] = lengths;
  if (typeof value === "string") return cut(value, maxText);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.slice(0, maxItems).map((each) => shorten(each, lengths));
  const members = Object.entries(value).slice(0, maxItems);
  return Object.fromEntries(members.map(([name, each]) => [cut(name, maxText), shorten(each, lengths)]));
}

function isWithin(value: unknown, maxBytes: number): boolean {
  const json = canonicalJson(value);
  if (json.length > maxBytes) return false;
  let bytes = 0;
  for (const character of json) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes <= maxBytes;
}
