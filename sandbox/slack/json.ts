/**
 * The deepest nesting that is looked at. The deepest block that Slack describes stays below twenty; what goes far beyond
 * would end in an overflow somewhere, half of it done.
 */
export const MAX_JSON_DEPTH = 64;

/** Whether lists and objects are nested too deep. Goes level by level, so that no depth is too much for it. */
export function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_JSON_DEPTH) return true;
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  }
  return false;
}

/** The value of a JSON text; undefined when it is none, or nested too deep. */
export function parseJson(text: string): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isTooDeep(value) ? undefined : { value };
  } catch {
    return undefined;
  }
}
