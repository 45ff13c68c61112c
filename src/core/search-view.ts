/**
 * A text as the mask searches it: decoded, in lower case, with one space for each run of white space, and without invisible
 * characters. Therefore a value is also found in another case, with other line breaks, or encoded.
 */
export interface SearchView {
  text: string;
  /** The place of each unit in the original text, and its end; null: every unit is at its own place. */
  at: Int32Array | null;
}

/** Reads one unit of a text: 16 times its code, plus the number of units that encode it. */
type Decoder = (text: string, at: number) => number;

/** Returns the view of the text as it is. */
export function viewText(text: string): SearchView {
  return isRegular(text) ? { text: text.toLowerCase(), at: null } : build(text, null);
}

/** Returns the text as the view has it, for a comparison of whole values. */
export function normalizeText(text: string): string {
  return viewText(text).text.trim();
}

/** Returns the views of a text with its escapes decoded: those of JSON, also twice, and the percent signs of URLs, also twice. */
export function decodedViews(text: string): SearchView[] {
  return [
    ...decodeTwice(text, /\\./, asEscaped), //
    ...decodeTwice(text, /%[0-9a-f]{2}/i, asPercent),
  ];
}

/** Returns a text as written and without JSON's escapes once, twice and three times: nobody knows how often it was escaped. */
export function unescapeLevels(text: string): string[] {
  const levels = [text];
  for (let plain = text; levels.length < 4 && plain.includes("\\"); levels.push(plain))
    plain = collect(plain, asEscaped).text;
  return levels;
}

/** Returns the view of bytes, one unit for each; without the zero bytes of UTF-16. */
export function viewBytes(bytes: Uint8Array, count: number): string {
  const units = new Uint16Array(count);
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const unit = bytes[at] ?? 0;
    const kind = classifyUnit(unit);
    if (kind === INVISIBLE || (kind === SPACE && units[kept - 1] === 32)) continue;
    units[kept++] = kind === SPACE ? 32 : unit;
  }
  return foldCase(toText(units, kept));
}

/** Tells whether a text has only visible ASCII and single spaces. A loop is faster here than a regular expression. */
function isRegular(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 32 || unit > 126 || unit === PLUS || (unit === 32 && text.charCodeAt(at + 1) === 32)) return false;
  }
  return true;
}

/** Encodes a space in forms. */
const PLUS = 43;

function decodeTwice(text: string, encoded: RegExp, decoder: Decoder): SearchView[] {
  const views: SearchView[] = [];
  let [plain, at]: [string, Int32Array | null] = [text, null];
  while (views.length < 2 && encoded.test(plain)) {
    const decoded = collect(plain, decoder);
    at = compose(at, decoded.at);
    plain = decoded.text;
    views.push(build(plain, at));
  }
  return views;
}

const asWritten: Decoder = (text, at) => text.charCodeAt(at) * 16 + 1;

const ESCAPES = new Map([..."nrtbf"].map((letter, index) => [letter, "\n\r\t\b\f".charCodeAt(index)]));

const asEscaped: Decoder = (text, at) => {
  if (text[at] !== "\\" || at + 1 === text.length) return asWritten(text, at);
  const letter = text[at + 1] ?? "";
  const digits = letter === "u" ? 4 : letter === "x" ? 2 : 0;
  const code = digits === 0 ? -1 : hex(text, at + 2, digits);
  if (code >= 0) return code * 16 + 2 + digits;
  return (ESCAPES.get(letter) ?? letter.charCodeAt(0)) * 16 + 2;
};

/** Returns the byte as one unit: patterns have the bytes of UTF-8 in the same form. */
const asPercent: Decoder = (text, at) => {
  const code = text[at] === "%" ? hex(text, at + 1, 2) : -1;
  return code < 0 ? asWritten(text, at) : code * 16 + 3;
};

function hex(text: string, at: number, digits: number): number {
  const found = text.slice(at, at + digits);
  return found.length === digits && /^[0-9a-f]+$/i.test(found) ? Number.parseInt(found, 16) : -1;
}

/** Decodes a text. Everything stays visible, for a second round. */
function collect(text: string, decoder: Decoder): { text: string; at: Int32Array } {
  const units = new Uint16Array(text.length);
  const at = new Int32Array(text.length + 1);
  let count = 0;
  for (let from = 0; from < text.length; ) {
    const read = decoder(text, from);
    units[count] = read >>> 4;
    at[count++] = from;
    from += read & 15;
  }
  at[count] = text.length;
  return { text: toText(units, count), at };
}

function compose(outer: Int32Array | null, inner: Int32Array): Int32Array {
  return outer === null ? inner : inner.map((place) => outer[place] ?? 0);
}

function build(text: string, places: Int32Array | null): SearchView {
  const units = new Uint16Array(text.length);
  const at = new Int32Array(text.length + 1);
  let count = 0;
  let inPlane14 = false;
  for (let from = 0; from < text.length; from++) {
    const unit = text.charCodeAt(from);
    const low = unit >= 0xdc00 && unit <= 0xdfff;
    const kind = inPlane14 && low ? INVISIBLE : classifyUnit(unit);
    inPlane14 = unit >= 0xdb40 && unit <= 0xdb43;
    if (kind === INVISIBLE || inPlane14) continue;
    if (kind === SPACE && units[count - 1] === 32) continue;
    units[count] = kind === SPACE ? 32 : unit;
    at[count++] = places === null ? from : (places[from] ?? 0);
  }
  at[count] = places === null ? text.length : (places[text.length] ?? text.length);
  return { text: foldCase(toText(units, count)), at };
}

/** Lower case without a change of the length. */
function foldCase(text: string): string {
  return text.replaceAll("\u0130", "i").toLowerCase().replaceAll("ς", "σ");
}

const VISIBLE = 1;
const SPACE = 2;
const INVISIBLE = 3;
/** The kind of each unit; 0: not known yet. */
const KINDS = new Uint8Array(65_536);

function classifyUnit(unit: number): number {
  const known = KINDS[unit] ?? 0;
  if (known !== 0) return known;
  const character = String.fromCharCode(unit);
  const isSpace = character === "+" || /\s/.test(character);
  const isHidden = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(character);
  const kind = isSpace ? SPACE : isHidden ? INVISIBLE : VISIBLE;
  KINDS[unit] = kind;
  return kind;
}

const CHUNK = 8_192;

function toText(units: Uint16Array, count: number): string {
  let text = "";
  for (let from = 0; from < count; from += CHUNK)
    text += String.fromCharCode(...units.subarray(from, Math.min(count, from + CHUNK)));
  return text;
}
