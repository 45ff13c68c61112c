/** Looks into the file as it was written, whatever form it has. */
export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isListOrAbsent = (value: unknown): boolean => value === undefined || Array.isArray(value);
export const at = (value: unknown, key: string): unknown => (isMap(value) ? value[key] : undefined);
export const list = (value: unknown, key: string): unknown[] => {
  const found = at(value, key);
  return Array.isArray(found) ? found : [];
};
/** The items with their places kept: what is not a text stays as undefined. */
export const texts = (value: unknown, key: string): (string | undefined)[] =>
  list(value, key).map((each) => (typeof each === "string" ? each : undefined));
