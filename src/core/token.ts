/** Shorter values occur in any sentence: they are hidden only under their own names. */
export const MIN_SECRET_LENGTH = 3;
/** Values up to this length, and numbers, are found only as whole tokens: their characters occur in other words. */
export const MAX_TOKEN_LENGTH = 5;

/** Whether no letter or digit continues the token on either side, also after one `.`, `-` or `_`. */
export function isToken(text: string, start: number, end: number): boolean {
  return !continuesBefore(text, start) && !continuesAfter(text, end);
}

/** Whether a word continues before this place. */
export const continuesBefore = (text: string, start: number): boolean =>
  isWord(text[start - 1]) || (isJoint(text[start - 1]) && isWord(text[start - 2]));

/** Whether a word continues after this place. */
export const continuesAfter = (text: string, end: number): boolean =>
  isWord(text[end]) || (isJoint(text[end]) && isWord(text[end + 1]));

const isWord = (unit: string | undefined) => unit !== undefined && /[\p{L}\p{N}]/u.test(unit);
const isJoint = (unit: string | undefined) => unit === "." || unit === "-" || unit === "_";
