import type { RichTextLink, RichTextText } from "@slack/types";
import { MASK } from "../../core/mask.ts";
import { span } from "./blocks.ts";

export type Span = RichTextText | RichTextLink;

/** The characters of an address. Source: RFC 3986, with `%` for its escapes. */
const ADDRESS = /https?:\/\/[\w.~:/?#[\]@!$&'()*+,;=%-]+/g;
/** A host without user information, which can look like another host, and without letters of other scripts. */
const HOST = /^https?:\/\/[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:[/?#]|$)/;
/** Slack accepts 3,000 characters. */
const MAX_LENGTH = 2_000;

/**
 * Makes the http(s) addresses in a text clickable. Such a link has no label: its text is the address. The text must be
 * literal; see text.ts. An address that was cut, or that continues with a character that no address has, stays text.
 */
export function linkSpans(text: string): Span[] {
  const spans: Span[] = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    if (match[0].length > MAX_LENGTH) continue;
    const url = withoutPunctuation(match[0]);
    const next = text.charAt(match.index + match[0].length);
    if (!HOST.test(url) || url.includes(MASK) || !/^[ -~\n]?$/.test(next)) continue;
    if (match.index > done) spans.push(span(text.slice(done, match.index)));
    spans.push({ type: "link", url });
    done = match.index + url.length;
  }
  if (done < text.length || spans.length === 0) spans.push(span(text.slice(done)));
  return spans;
}

/** Removes the punctuation of the sentence around an address, and each bracket at its end that the address does not open. */
function withoutPunctuation(url: string): string {
  const surplus = { ")": count(url, ")") - count(url, "("), "]": count(url, "]") - count(url, "[") };
  let end = url.length;
  for (let last = url.charAt(end - 1); /[.,;:!?'*_~)\]]/.test(last); last = url.charAt(end - 1)) {
    if (last === ")" || last === "]") {
      if (surplus[last] <= 0) break;
      surplus[last]--;
    }
    end--;
  }
  return url.slice(0, end);
}

const count = (text: string, character: string) => text.split(character).length - 1;
