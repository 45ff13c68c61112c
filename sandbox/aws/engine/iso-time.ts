const ISO_8601 = /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * Parses an ISO 8601 date or time, in UTC unless it has a zone. Returns epoch milliseconds; undefined if it is invalid.
 */
export function parseTime(text: string): number | undefined {
  const match = ISO_8601.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, time, , , zone] = match;
  const daysOfMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(day) > daysOfMonth) return undefined;
  const parsed = Date.parse(time !== undefined && zone === undefined ? `${text}Z` : text);
  return Number.isNaN(parsed) ? undefined : parsed;
}
