/**
 * Assigns the words after a command to its filters and flags. A value ends where the next filter or flag begins; which words
 * before it belong to it depends on the filter:
 *
 *   names with spaces   `route:`, `target:`, `by:`: all of them. A mention is a whole value.
 *   all other values    the longest beginning that the filter understands: `older:1h 30m`, `status:failed, timed-out`
 *
 * A name followed by the name of a filter without a colon, such as `by:jane since yesterday`, ends there only if the filter
 * understands the next words. Otherwise both readings are possible, and the command is refused: no filter is guessed.
 */
import type { Value } from "./command-values.ts";
import type { Word } from "./command-words.ts";
import type { FilterName, Filters } from "./slash-command.ts";

export type Parsers = { [F in FilterName]: (text: string) => Value<NonNullable<Filters[F]>> };

export type Part =
  | { kind: "flag"; name: string }
  | { kind: "filter"; name: FilterName; text: string }
  /** Without a filter: an ID, or a mistake. */
  | { kind: "word"; word: Word }
  /** The name may end before the word `before`, which is also the name of a filter. */
  | { kind: "ambiguous"; name: FilterName; text: string; before: string };

export interface PartRules {
  filters: readonly FilterName[];
  flags: readonly string[];
  parsers: Parsers;
}

const SPACED: ReadonlySet<FilterName> = new Set<FilterName>(["route", "target", "by"]);
/** Filters that understand any text. */
const ANY_TEXT: ReadonlySet<FilterName> = new Set<FilterName>(["route", "target", "by", "document", "region"]);

/** A mention, an id (which has a digit, unlike a name in capitals) or the person who asks: no word after it belongs to the name. */
const WHOLE_PERSON = /^(?:<@[^>]*>|@?[UW](?=[A-Z0-9]*\d)[A-Z0-9]{5,20}|me)[,;]?$/;

export function isFlag({ key, isQuoted, text }: Word, flags: readonly string[]): boolean {
  return key === null && !isQuoted && flags.includes(trimmed(text).toLowerCase());
}

/** Divides words into parts, in their order. A command without filters gets its words as they are. */
export function toParts(words: readonly Word[], rules: PartRules): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (let word = words[at]; word !== undefined; word = words[at]) {
    const name = findFilter(word, rules.filters);
    if (isFlag(word, rules.flags)) parts.push({ kind: "flag", name: trimmed(word.text).toLowerCase() });
    else if (name !== null) {
      const { part, end } = readValue(words, at, name, rules);
      parts.push(part);
      at = end;
      continue;
    } else if (rules.filters.length === 0 || word.isQuoted || trimmed(word.text) !== "" || word.key !== null)
      parts.push({ kind: "word", word });
    at++;
  }
  return parts;
}

/** Removes the comma that separates a part from the next. */
const trimmed = (text: string) => text.replace(/[,;\s]+$/, "");

/** `since:` or, without a colon, `since`. */
function findFilter({ key, text, isQuoted }: Word, filters: readonly FilterName[]): FilterName | null {
  const typed = key ?? (isQuoted ? "" : text.toLowerCase());
  return filters.find((each) => each === typed) ?? null;
}

/** Reads the value of the filter at `start`. `end`: the first word after it. */
function readValue(
  words: readonly Word[],
  start: number,
  name: FilterName,
  rules: PartRules,
): { part: Part; end: number } {
  const first = words[start];
  const hasColon = first?.key != null;
  const toPart = (text: string, end: number) => ({ part: { kind: "filter", name, text } as const, end });
  if (hasColon && first.isQuoted) return toPart(first.text, start + 1);
  const next = words[start + 1];
  if (!hasColon && next?.isQuoted && next.key === null) return toPart(next.text, start + 2);
  const texts = hasColon ? [first.text] : [];
  const isPart = (word: Word) => word.key === null && !word.isQuoted && !isFlag(word, rules.flags);
  /** A filter of any command: in a name of several words, it can be a mistake. */
  const isFilterName = (word: Word) => Object.hasOwn(rules.parsers, word.text.toLowerCase());
  const from = start + 1;
  let end = from;
  for (let word = words[end]; word !== undefined && isPart(word) && !isFilterName(word); word = words[++end])
    texts.push(word.text);
  const isWholePerson = name === "by" && WHOLE_PERSON.test(texts[0] ?? "");
  if (isWholePerson || !SPACED.has(name)) {
    const parse = rules.parsers[name];
    const understands = (text: string) => (isWholePerson ? WHOLE_PERSON.test(text) : "value" in parse(text));
    const count = countValue(texts, understands);
    return toPart(trimmed(texts.slice(0, count).join(" ")), from + count - (hasColon ? 1 : 0));
  }
  const stop = words[end];
  const text = trimmed(texts.join(" "));
  if (text === "" || stop === undefined || !isPart(stop) || startsValue(words, end, rules)) return toPart(text, end);
  return { part: { kind: "ambiguous", name, text, before: stop.text.toLowerCase() }, end };
}

/** Whether the word is a filter without a colon, and the words after it are a value that no name would be. */
function startsValue(words: readonly Word[], at: number, rules: PartRules): boolean {
  const word = words[at];
  const name = word === undefined ? null : findFilter(word, rules.filters);
  if (name === null || ANY_TEXT.has(name)) return false;
  const { part } = readValue(words, at, name, rules);
  return part.kind === "filter" && "value" in rules.parsers[name](part.text);
}

/** Counts the words of the longest beginning that the filter understands; all of them if it understands none. */
function countValue(texts: readonly string[], understands: (text: string) => boolean): number {
  for (let count = texts.length; count > 0; count--) {
    const isList = (texts[count - 1] ?? "").endsWith(",") || (texts[count] ?? "").startsWith(",");
    if (isList && count < texts.length) continue;
    if (understands(trimmed(texts.slice(0, count).join(" ")))) return count;
  }
  return texts.length;
}
