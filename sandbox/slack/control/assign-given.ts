/** Assigns all fields that are not undefined, and returns the target. */
export function assignGiven<T extends object>(target: T, given: { [Field in keyof T]?: T[Field] | undefined }): T {
  return Object.assign(target, Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
}
