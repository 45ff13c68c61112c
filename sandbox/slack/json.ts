/**
 * Deeper JSON is rejected. The deepest block in Slack's documentation stays below 20 levels; far beyond that, a recursive
 * function could overflow the stack after half of its work.
 */
export const MAX_JSON_DEPTH = 64;

/** Whether lists and objects are nested too deep. Iterates by level instead of recursing, so no depth can overflow it. */
export function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_JSON_DEPTH) return true;
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  }
  return false;
}

/** Parses JSON; undefined if it is invalid or nested too deep. */
export function parseJson(text: string): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isTooDeep(value) ? undefined : { value };
  } catch {
    return undefined;
  }
}
