import { parseTime } from "../engine/iso-time.ts";
import { AwsError } from "../protocol/aws-error.ts";

/** As both Describe operations take them: keys AND, the values of one key OR. */
export interface Filter {
  Key: string;
  Values: string[];
}

/** What one filter key means: whether an item has one of the values. May throw InvalidFilterValue. */
export type Criterion<T> = (item: T, value: string) => boolean;

/**
 * The items that satisfy every filter. All values are looked at before any item, so that a wrong one is refused also when
 * nothing is listed.
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

/** Whether a text is a time as the filters StartTimeBefore and StartTimeAfter take it, ISO 8601. */
export const isFilterTime = (value: string): boolean => parseTime(value) !== undefined;

/** Whether something began before, or after, a time that `isTime` accepts. What has not begun is neither. */
export function isBefore(startTime: number | undefined, value: string): boolean {
  return startTime !== undefined && startTime < (parseTime(value) ?? Number.NEGATIVE_INFINITY);
}
export function isAfter(startTime: number | undefined, value: string): boolean {
  return startTime !== undefined && startTime > (parseTime(value) ?? Number.POSITIVE_INFINITY);
}
