/** What `{{ name }}` stands for; undefined when it stands for nothing. */
export type Lookup = (reference: string) => unknown;

const REFERENCE = /\{\{\s*([\w:.$[\]-]+)\s*\}\}/g;
const ONLY_REFERENCE = /^\s*\{\{\s*([\w:.$[\]-]+)\s*\}\}\s*$/;

/**
 * Replaces `{{ references }}` all through a value. A string that is one reference takes the referenced value with its
 * type (a StringList stays a list); inside a longer text the value is written out, lists and maps as JSON.
 * `unresolved` holds the references that stand for nothing; they stay as written.
 */
export function interpolate(template: unknown, lookup: Lookup): { value: unknown; unresolved: string[] } {
  const unresolved: string[] = [];
  const replace = (value: unknown): unknown => {
    if (typeof value === "string") return replaceInText(value);
    if (Array.isArray(value)) return value.flatMap((item) => spread(item, replace(item)));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [String(replaceInText(key)), replace(item)]),
      );
    }
    return value;
  };
  const replaceInText = (text: string): unknown => {
    const only = ONLY_REFERENCE.exec(text)?.[1];
    if (only !== undefined) {
      const found = lookup(only);
      if (found === undefined) unresolved.push(only);
      return found ?? text;
    }
    return text.replace(REFERENCE, (written, reference: string) => {
      const found = lookup(reference);
      if (found === undefined) unresolved.push(reference);
      return found === undefined ? written : toText(found);
    });
  };
  return { value: replace(template), unresolved };
}

/** `["{{ list }}"]` is the list, not a list in a list: that is how runbooks pass a StringList to Approvers. */
function spread(item: unknown, replaced: unknown): unknown[] {
  return typeof item === "string" && Array.isArray(replaced) ? replaced : [replaced];
}

/** A value inside a text. */
export function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Every reference in a value, as written. */
export function findReferences(value: unknown): string[] {
  return [...(JSON.stringify(value) ?? "").matchAll(REFERENCE)].map((match) => match[1] ?? "");
}
