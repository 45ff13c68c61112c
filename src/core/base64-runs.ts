import { viewBytes } from "./search-view.ts";

/** A part of a text that may be base64, decoded from one of the four places at which its groups can begin. */
export interface Base64Run {
  start: number;
  end: number;
  /** The decoded bytes as a search sees them, one unit for each. */
  text: string;
  /** Whether everything before the first group is decoded too. */
  isWhole: boolean;
}

/** A line of a long run, as tools write them, with its line break: as it is, or as JSON and scripts write it. */
const LINE = "[A-Za-z0-9+/_-]{60,76}(?:\\r?\\n|(?:\\\\r)?\\\\n)";
/** A run does not begin with the letter of an escaped character before it. */
const START = "(?!(?<=\\\\)[nrt])";
/** Values of under 6 bytes take fewer characters. The last line of several may be short: the end of a value can be in it. */
const RUN = new RegExp(
  `${START}(?:(?:${LINE})+[A-Za-z0-9+/_-]{2,7}(?=[=\\r\\n"'\\\\]|$)|(?:${LINE})*[A-Za-z0-9+/_-]{8,})`,
  "g",
);
/** A last line that may also be a word after the base64, such as the end of a here-document. */
const WORD_LINE = /(?:\r?\n|(?:\\r)?\\n)[^\\]{2,16}$/;
const BACKSLASH = 92;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** The value of each unit; -1: none. */
const VALUES = new Int8Array(128).fill(-1);
for (const [value, letter] of [...ALPHABET, "-", "_"].entries())
  VALUES[letter.charCodeAt(0)] = value < 64 ? value : value - 2;

/** Finds everything that may be base64, also of the URL-safe kind. A run can begin in other text, so each is decoded four times. */
export function* findBase64(text: string): Generator<Base64Run> {
  for (const { 0: run, index: start } of text.matchAll(RUN)) {
    for (let skipped = 0; skipped < 4; skipped++) yield toRun(run, start, skipped);
    const others = run.replace(WORD_LINE, "");
    if (others !== run) yield toRun(others, start, 0);
  }
}

function toRun(run: string, start: number, skipped: number): Base64Run {
  const { bytes, count } = decode(run, skipped);
  return { start, end: start + run.length, text: viewBytes(bytes, count), isWhole: skipped === 0 };
}

/** Whether a whole run decodes to a text, in UTF-8 or UTF-16: words and names that only look like base64 decode to noise. */
export function isEncodedText(run: string): boolean {
  const units = [...decode(run, 0).bytes].filter((byte) => byte !== 0);
  try {
    const text = decodeURIComponent(units.map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
    return !/(?!\s)[\p{Cc}\p{Cn}\p{Co}]/u.test(text);
  } catch {
    return false;
  }
}

function decode(run: string, skipped: number): { bytes: Uint8Array; count: number } {
  const bytes = new Uint8Array(run.length);
  let count = 0;
  let bits = 0;
  let held = 0;
  for (let at = skipped; at < run.length; at++) {
    const unit = run.charCodeAt(at);
    // A backslash and the letter after it are a line break.
    if (unit === BACKSLASH) at++;
    const value = VALUES[unit] ?? -1;
    if (value < 0) continue;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[count++] = (bits >> held) & 0xff;
  }
  return { bytes, count };
}

/** Returns the bytes of a text in UTF-8, one unit for each; null if they are the text itself. */
export function toUtf8Units(text: string): string | null {
  // Unlike TextEncoder, encodeURIComponent is part of the language.
  if (!/[^\0-\x7f]/.test(text)) return null;
  return encodeURIComponent(text.toWellFormed()).replaceAll(/%(..)/g, (_, byte) =>
    String.fromCharCode(Number.parseInt(byte, 16)),
  );
}
