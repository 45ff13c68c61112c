import { parseTime } from "../engine/iso-time.ts";
import { AwsError } from "../protocol/aws-error.ts";

/** A filter of both Describe operations. All filters must match; one value of a filter must match. */
export interface Filter {
  Key: string;
  Values: string[];
}

/** Returns whether an item matches a value of a filter key. */
export type Criterion<T> = (item: T, value: string) => boolean;

/**
 * Returns the items that match every filter. Throws InvalidFilterKey or InvalidFilterValue. All values are checked
 * before any item, so that an invalid value is rejected even if the list is empty.
 */
export function applyFilters<T>(
  items: T[],
  filters: Filter[] | undefined,
  criteria: Record<string, { holds: Criterion<T>; accepts?: (value: string) => boolean }>,
): T[] {
  let left = items;
  for (const { Key, Values } of filters ?? []) {
    const criterion = criteria[Key];
    if (criterion === undefined) throw new AwsError("InvalidFilterKey", `The specified filter key ${Key} isn't valid.`);
    for (const value of Values) {
      if (criterion.accepts?.(value) === false) {
        throw new AwsError("InvalidFilterValue", `The filter value isn't valid: ${value} for ${Key}.`);
      }
    }
    left = left.filter((item) => Values.some((value) => criterion.holds(item, value)));
  }
  return left;
}

/** Returns whether a string is a valid time for the filters StartTimeBefore and StartTimeAfter (ISO 8601). */
export const isFilterTime = (value: string): boolean => parseTime(value) !== undefined;

/** Returns whether a start time is before a valid filter time. False without a start time. */
export function isBefore(startTime: number | undefined, value: string): boolean {
  return startTime !== undefined && startTime < (parseTime(value) ?? Number.NEGATIVE_INFINITY);
}

/** Returns whether a start time is after a valid filter time. False without a start time. */
export function isAfter(startTime: number | undefined, value: string): boolean {
  return startTime !== undefined && startTime > (parseTime(value) ?? Number.POSITIVE_INFINITY);
}
