/** Returns the value of `{{ reference }}`, or undefined if it has none. */
export type Lookup = (reference: string) => unknown;

const REFERENCE = /\{\{\s*([\w:.$[\]-]+)\s*\}\}/g;
const ONLY_REFERENCE = /^\s*\{\{\s*([\w:.$[\]-]+)\s*\}\}\s*$/;

/**
 * Replaces every `{{ reference }}` in a value. A string that consists of one reference becomes the referenced value
 * with its type (a StringList stays a list). Inside a longer string, the value becomes a string, with lists and maps as
 * JSON. `unresolved` lists the references without a value, which stay unchanged.
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
      const value = lookup(only);
      if (value === undefined) unresolved.push(only);
      return value ?? text;
    }
    return text.replace(REFERENCE, (match, reference: string) => {
      const value = lookup(reference);
      if (value === undefined) unresolved.push(reference);
      return value === undefined ? match : toText(value);
    });
  };
  return { value: replace(template), unresolved };
}

/** Makes `["{{ list }}"]` the list itself and not a nested list. Runbooks pass a StringList to Approvers this way. */
function spread(item: unknown, value: unknown): unknown[] {
  return typeof item === "string" && Array.isArray(value) ? value : [value];
}

/** Formats a value for use inside a string. */
export function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Lists every reference in a value. */
export function findReferences(value: unknown): string[] {
  return [...(JSON.stringify(value) ?? "").matchAll(REFERENCE)].map((match) => match[1] ?? "");
}
