/**
 * A pattern of an EventBridge rule, reduced to what the documentation calls exact matching and prefix matching: a list of the
 * values that a field may have, nested as the event is. Source: EventBridge user guide, "Event patterns".
 */
export type EventPattern = {
  [field: string]: EventPattern | (string | number | boolean | null | { prefix: string })[];
};

/** Returns whether an event matches: every field of the pattern exists in the event with one of the listed values. */
export function matchesPattern(pattern: EventPattern, event: object): boolean {
  return Object.entries(pattern).every(([field, expected]) => {
    const value: unknown = (event as Record<string, unknown>)[field];
    if (!Array.isArray(expected)) return typeof value === "object" && value !== null && matchesPattern(expected, value);
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return expected.some((each) => values.some((one) => matchesValue(each, one)));
  });
}

function matchesValue(expected: unknown, value: unknown): boolean {
  if (typeof expected !== "object" || expected === null) return expected === value;
  const { prefix } = expected as { prefix: string };
  return typeof value === "string" && value.startsWith(prefix);
}
