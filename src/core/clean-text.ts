/**
 * Cleans texts by others before any output shows them: messages, the Comment of a signal, events and logs. Nothing may hide
 * in a text, reverse its direction or push other lines away.
 */

/** Combining marks that an attacker could stack over neighboring lines; four are enough for any script. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** Characters without ink that Unicode counts as symbols. */
const BLANK = "\\s\\u2800\\u{1D159}";

/** Scripts in which a joiner changes the form of the letters around it. Source: Unicode, IDNA ContextJ rules and UTS 46. Invisible characters of these scripts join nothing, because they are removed. */
const JOINING =
  "(?![\\p{Cf}\\p{Default_Ignorable_Code_Point}])[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Nko}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}]";

/** A joiner between two letters of such a script. Each of these begins with the character itself, which is rare. */
const SCRIPT_JOINER = `[\\u200C\\u200D](?<=${JOINING}\\p{M}*.)(?=${JOINING})`;
/** A joiner between two emoji. */
const EMOJI_JOINER =
  "\\u200D(?<=\\p{Extended_Pictographic}[\\uFE0F\\p{Emoji_Modifier}]?.)(?=\\p{Extended_Pictographic})";
/** The selector that makes the character before it an emoji or a text. */
const EMOJI_SELECTOR = "[\\uFE0E\\uFE0F](?:(?<=\\p{Extended_Pictographic}.)|(?<=[0-9#*].)(?=\\u20E3))";

const INVISIBLE = new RegExp(
  `(?!\\n|${SCRIPT_JOINER}|${EMOJI_JOINER}|${EMOJI_SELECTOR})[\\p{Cc}\\p{Cf}\\p{Default_Ignorable_Code_Point}]`,
  "gu",
);
const BLANK_LINES = new RegExp(`\\n[${BLANK}]*\\n`, "gu");
const VISIBLE = new RegExp(`[^${BLANK}]`, "u");
/** Most texts have nothing to clean. */
const HARMLESS = /^[ -~]*$/;

/** Commas of all scripts, and characters that look like one. */
const COMMAS =
  /[,\u201A\u055D\u060C\u3001\uA4FE\uA60D\uA6F5\uFE10\uFE11\uFF0C\uFE50\uFE51\uFF64\u2E32\u2E34\u2E41\u2E49\u2E4C\u02CC\u07F8\u1363\u1802\u1808]/g;

/**
 * Removes invisible characters: control characters except newline, bidirectional and zero-width controls, other ignorable
 * code points, half surrogate pairs. Joiners stay where they join emoji or letters. Several blank lines become one.
 */
export function clean(text: string): string {
  if (HARMLESS.test(text)) return text;
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, "\n")
    .replaceAll("\t", "    ")
    .replaceAll(INVISIBLE, "")
    .replaceAll(STACKED_MARKS, "$1")
    .replaceAll(BLANK_LINES, "\n\n");
}

/** Puts text on one line. */
export function oneLine(text: string): string {
  return clean(text).replaceAll(/\s+/g, " ").trim();
}

/** Cleans the name of a person: without a comma or a line break it cannot look like several people. */
export function cleanName(name: string): string {
  return oneLine(name.replaceAll(COMMAS, " "));
}

/** Whether a text has anything to see. */
export function isVisible(text: string): boolean {
  return VISIBLE.test(clean(text));
}
