/**
 * Shows names on one surface: Slack ids as mentions or as they are, and text that others wrote so that it cannot format
 * anything there.
 */
export interface NameRenderer {
  user(id: string): string;
  group(id: string): string;
  channel(id: string): string;
  text(text: string): string;
  /** A short name, such as a Region: without any markup as long as it holds only letters, digits, dots and hyphens. */
  word(text: string): string;
  /** A page, under words of Countersign. */
  link(url: string, label: string): string;
  /** Words of Countersign that must not be missed. */
  strong(text: string): string;
}

/** Lists names: "a", "a or b", "a, b or c". Beyond `max` names, the rest is counted: "a, b or 3 more". */
export function listNames(names: readonly string[], conjunction: "and" | "or", max = 10): string {
  const items = capNames(names, max);
  if (items.length < 2) return items.join();
  return `${items.slice(0, -1).join(", ")} ${conjunction} ${items.at(-1)}`;
}

/** Returns the first `max` names, and how many more there are. */
export function capNames(names: readonly string[], max = 10): readonly string[] {
  return names.length > max ? [...names.slice(0, max), `${names.length - max} more`] : names;
}
