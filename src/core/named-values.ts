import { unescapeLevels } from "./search-view.ts";

/** A value in a text that has a hidden name there: a member of JSON, or NAME=value. */
export interface NamedValue {
  name: string;
  /** The place of the value, without its quotation marks. */
  start: number;
  end: number;
  /** The quotation mark to put around the replacement, if the value has none and is a member of JSON. */
  quote: string;
  /** The values as written and without escapes, to search for in other texts. */
  secrets: string[];
}

const MAX_NAME_LENGTH = 256;
const MAX_SPACE = 200;

/** Names of members whose text is a name itself, as in {"Name": "DB_PASSWORD", "Value": "..."}. */
export const NAMING = /(?:name|key|variable|id)$/i;
/** Names of members that hold the value for such a name. */
export const VALUED = /value/i;

/**
 * Finds the values under hidden names in the raw text, so that JSON need not be valid, complete or at its beginning, and
 * repeated members and long numbers stay as they are. JSON may itself be in a string of JSON.
 */
export function findNamedValues(text: string, hides: (name: string) => boolean): NamedValue[] {
  const found: NamedValue[] = [];
  // Many tools escape every letter that is not ASCII.
  const isHidden = (name: string) => unescapeLevels(name).some(hides);
  let done = 0;
  /** The end of a member that names the next one, or of the values after it; the end of the text: none. */
  let namesNext = text.length;
  for (let at = nextSeparator(text, 0); at < text.length; at = nextSeparator(text, Math.max(at + 1, done))) {
    const key = nameBefore(text, at, done);
    if (key === null) continue;
    const from = valueStart(text, at);
    const follows = key.quoted && VALUED.test(key.name) && isBetween(text, namesNext, key.start);
    if (key.quoted && !follows && NAMING.test(key.name) && !isHidden(key.name)) {
      const named = readString(text, from, MAX_NAME_LENGTH);
      if (named === null) continue;
      const inner = text.slice(named.start, named.end);
      if (!isHidden(inner)) continue;
      // It may be a command or a URL with a value under a hidden name.
      for (const { start, end, ...each } of findNamedValues(inner, hides))
        found.push({ ...each, start: named.start + start, end: named.start + end });
      namesNext = done = named.end;
      continue;
    }
    if (!follows && !isHidden(key.name)) continue;
    const value = readValue(text, from, key.quoted);
    if (value === null || value.end === value.start) continue;
    found.push({ name: key.name, quote: key.quote, ...value });
    done = value.end;
    if (follows) namesNext = done;
  }
  return found;
}

function nextSeparator(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === COLON || (unit === EQUALS && text.charCodeAt(at + 1) !== EQUALS)) return at;
  }
  return text.length;
}

const COLON = 58;
const EQUALS = 61;
const BACKSLASH = 92;

interface Key {
  name: string;
  start: number;
  quoted: boolean;
  /** The quotation mark with its escapes. */
  quote: string;
}

/** Reads the name that ends before a separator; null if there is none. Only a quoted name can come before a colon. */
function nameBefore(text: string, separator: number, least: number): Key | null {
  let end = separator;
  while (end > least && separator - end < MAX_SPACE && isSpace(text, end - 1)) end--;
  const mark = text[end - 1];
  if (mark !== '"' && mark !== "'") {
    if (text[separator] === ":") return null;
    let start = end;
    while (start > least && end - start < MAX_NAME_LENGTH && isNamePart(text, start - 1)) start--;
    return start === end ? null : { name: text.slice(start, end), start, quoted: false, quote: "" };
  }
  const escapes = countEscapes(text, end - 1);
  const last = end - 1 - escapes;
  for (let start = last - 1; start >= least && last - start <= MAX_NAME_LENGTH; start--)
    if (text[start] === mark)
      return { name: text.slice(start + 1, last), start, quoted: true, quote: text.slice(last, end) };
  return null;
}

function valueStart(text: string, separator: number): number {
  let at = separator + 1;
  // `=>` separates a name from its value in Ruby, PHP and Puppet.
  if (text[separator] === "=" && text[at] === ">") at++;
  const from = at;
  while (at - from < MAX_SPACE && isSpace(text, at)) at++;
  return at;
}

type Value = Pick<NamedValue, "start" | "end" | "secrets"> & { quote?: string };

function readValue(text: string, at: number, isMember: boolean): Value | null {
  const string = readString(text, at);
  if (string !== null) {
    const levels = unescapeLevels(text.slice(string.start, string.end));
    return { ...string, quote: "", secrets: [...levels, ...levels.flatMap(leaves)] };
  }
  if (isMember && /[[{]/.test(text.charAt(at))) {
    const end = nestedEnd(text, at);
    return { start: at, end, secrets: unescapeLevels(text.slice(at, end)).flatMap(leaves) };
  }
  const plain = isMember ? /[^\s,}\]\\"']+/y : /[^\s&;,"'`<>|\\]+/y;
  plain.lastIndex = at;
  const raw = plain.exec(text)?.[0];
  if (raw === undefined) return null;
  const bare = raw.replace(/[)\]}.:!?]+$/, "");
  return { start: at, end: at + raw.length, secrets: bare === raw ? [raw] : [raw, bare] };
}

/** Reads a quoted string, to the end of the text if AWS has cut it off; null if there is none, or only a longer one. */
function readString(text: string, at: number, longest = text.length): { start: number; end: number } | null {
  let quoteAt = at;
  while (text[quoteAt] === "\\") quoteAt++;
  const mark = text[quoteAt];
  if (mark !== '"' && mark !== "'") return null;
  const escapes = quoteAt - at;
  const start = quoteAt + 1;
  const end = stringEnd(text, start, mark, escapes, start + longest);
  if (end < 0 && text.length - start > longest) return null;
  return { start, end: end < 0 ? text.length : end - escapes };
}

/**
 * Returns the place of the mark that ends a string, -1: none. At each level of nesting, JSON puts one more than twice as many
 * backslashes before a mark; more of them belong to the string.
 */
function stringEnd(text: string, start: number, mark: string, escapes: number, last = text.length): number {
  for (let at = text.indexOf(mark, start); at >= 0 && at <= last; at = text.indexOf(mark, at + 1))
    if (countEscapes(text, at) % (2 * (escapes + 1)) === escapes) return at;
  return -1;
}

/** Returns the end of an object or a list, or of the text if it is not complete. */
function nestedEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const end = stringEnd(text, at + 1, '"', countEscapes(text, at));
      if (end < 0) return text.length;
      at = end;
    } else if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) return at + 1;
  }
  return text.length;
}

/**
 * Collects the strings and numbers of JSON, without the names of members. None for another text. A string that AWS has cut
 * off ends with the text: a search for its end from each quote inside it would be quadratic.
 */
export function leaves(json: string): string[] {
  if (!/^\s*[[{]/.test(json)) return [];
  return [...json.matchAll(/"((?:[^"\\]|\\.)*)(?:"(\s*:)?|\\?$)|-?\d[\d.eE+-]*/gs)].flatMap(([all, string, isName]) =>
    isName !== undefined ? [] : string === undefined ? [all] : unescapeLevels(string),
  );
}

/** Whether only marks, spaces and one comma are between two places. */
function isBetween(text: string, from: number, to: number): boolean {
  return to - from <= MAX_SPACE && /^[\\"'\s]*,[\\"'\s]*$/.test(text.slice(from, to));
}

function countEscapes(text: string, mark: number): number {
  let at = mark;
  while (text.charCodeAt(at - 1) === BACKSLASH) at--;
  return mark - at;
}

function isSpace(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit < 128 ? unit === 32 || (unit >= 9 && unit <= 13) : /\s/.test(text.charAt(at));
}

/** Tells whether the character can be a part of a name without quotation marks. */
function isNamePart(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit < 128 ? IN_ASCII_NAMES[unit] === 1 : /[\p{L}\p{N}]/u.test(text.charAt(at));
}

const IN_ASCII_NAMES = Uint8Array.from({ length: 128 }, (_, unit) => Number(/[\w.-]/.test(String.fromCharCode(unit))));
