const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A longer character, such as a letter with a hundred accents, is divided between its code points. */
const MAX_CHARACTER_LENGTH = 64;
const isJoiner = (unit: string) => unit === "\u200C" || unit === "\u200D";

/**
 * Cuts a text to at most `length` UTF-16 units, never within a character: an emoji, or a letter with its accents. A cut text
 * ends in `end`, which counts. Without room for `end`, nothing is left.
 */
export function cut(text: string, length: number, end = "…"): string {
  if (text.length <= length) return text;
  if (length < end.length) return "";
  return text.slice(0, boundaryBefore(text, length - end.length)) + end;
}

/** Cuts a text to at most `length` UTF-16 units by leaving out its middle: ARNs, paths and URLs differ at their ends. */
export function cutMiddle(text: string, length: number): string {
  if (text.length <= length) return text;
  const start = Math.floor(length / 3);
  let end = text.length - (length - 1 - start);
  while (end < text.length && boundaryBefore(text, end) !== end) end++;
  return `${text.slice(0, boundaryBefore(text, start))}…${text.slice(end)}`;
}

/**
 * Returns the last place at or before `at` where a text can be divided: between two characters, and not after a joiner, which
 * belongs to the characters on both of its sides.
 */
export function boundaryBefore(text: string, at: number): number {
  if (at >= text.length) return text.length;
  let start = findStart(text, at);
  while (isJoiner(text.charAt(start - 1)) && at - start <= MAX_CHARACTER_LENGTH) start = findStart(text, start - 1);
  if (at - start <= MAX_CHARACTER_LENGTH) return start;
  let end = /^[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(at - 1, at + 1)) ? at - 1 : at;
  while (end > 1 && isJoiner(text.charAt(end - 1))) end--;
  return end;
}

/** Returns where the character begins that contains the unit at an index. Two more units show the whole code point. */
const findStart = (text: string, at: number) => graphemes.segment(text.slice(0, at + 2)).containing(at)?.index ?? at;
