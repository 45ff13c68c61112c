/**
 * Returns `after` with every part that equals its counterpart in `before` replaced by that counterpart. A state that was
 * read again as a whole then has new identities only where it changed, so React rerenders only those parts.
 */
export function share<T>(before: unknown, after: T): T {
  if (Object.is(before, after)) return after;
  if (Array.isArray(before) && Array.isArray(after)) {
    const items = after.map((each, index) => share(before[index], each));
    const same = before.length === after.length && items.every((each, index) => each === before[index]);
    return (same ? before : items) as T;
  }
  if (!isRecord(before) || !isRecord(after)) return after;
  const names = Object.keys(after);
  const members = Object.fromEntries(names.map((name) => [name, share(before[name], after[name])]));
  const same = names.length === Object.keys(before).length && names.every((name) => members[name] === before[name]);
  return (same ? before : members) as T;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
