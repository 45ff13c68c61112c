/**
 * The words of a slash command, as people type them: quotes of any kind keep a text together, also after the colon of a
 * filter, and phones write curly ones. A reference that Slack has escaped, such as `<@U0JANE|jane ito>`, is one word.
 */
export interface Word {
  /** The filter's name in lower case, for `since:yesterday`; null for a word without a name. */
  key: string | null;
  text: string;
  /** Whether any part was in quotes: such a word is never a name or a flag. */
  isQuoted: boolean;
}

/** Each closes itself and every other one of its kind: people mix them, and phones guess which one is meant. */
const QUOTES = ['"“”„‟«»', "'‘’‚‛", "`"];

/** Puts a text between quotes that it does not contain, so that it is one word when it is split again. */
export function quote(text: string): string {
  const encoded = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const free = QUOTES.find((each) => ![...each].some((mark) => encoded.includes(mark)));
  if (free !== undefined) return `${free[0]}${encoded}${free[0]}`;
  // A text with quotes of every kind: in the value of a filter, ? matches any character.
  return `"${encoded.replaceAll(/["“”„‟«»]/g, "?")}"`;
}

/** A filter's name; the full-width colon is that of Asian keyboards. */
const KEY = /^([a-z]{2,20})[:：]/i;

/** Splits the text of a command. Never fails: a quote that nothing closes reaches to the end. */
export function splitWords(text: string): Word[] {
  const words: Word[] = [];
  let rest = text.trimStart();
  while (rest !== "") {
    const { word, length } = readWord(rest);
    // "since: yesterday" means the same as "since:yesterday". Only a filter without a value has no text outside of quotes.
    const last = words.at(-1);
    if (last !== undefined && last.text === "" && !last.isQuoted && word.key === null)
      words[words.length - 1] = { ...word, key: last.key };
    else words.push(word);
    rest = rest.slice(length).trimStart();
  }
  return words;
}

function readWord(rest: string): { word: Word; length: number } {
  const [prefix = "", name] = KEY.exec(rest) ?? [];
  // The scheme of a URL is no filter.
  const key = name === undefined || rest.startsWith("//", prefix.length) ? null : name.toLowerCase();
  let at = key === null ? 0 : prefix.length;
  let text = "";
  let isQuoted = false;
  const quote = QUOTES.find((each) => each.includes(rest[at] ?? " "));
  if (quote !== undefined) {
    const units = [...rest.slice(at + 1)];
    const end = units.findIndex((unit) => quote.includes(unit));
    text = (end < 0 ? units : units.slice(0, end)).join("");
    isQuoted = true;
    // A quote that is not closed has no text after it.
    at += text.length + 2;
  }
  const [tail = ""] = /^(?:<[^<>\n]*>|\S)*/.exec(rest.slice(at)) ?? [];
  return { word: { key, text: decodeEntities(text + tail).trim(), isQuoted }, length: Math.max(1, at + tail.length) };
}

/** Slack escapes these three characters in the text of a command. Source: Slack documentation, "Formatting text". */
function decodeEntities(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
