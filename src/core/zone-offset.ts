const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns how far the clocks of an IANA time zone are ahead of UTC at a moment, in milliseconds. Throws RangeError for an unknown zone. */
export function zoneOffset(at: number, zone: string): number {
  const parts = Object.fromEntries(
    findFormat(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** Tells whether this is the name of a time zone. */
export function isZone(zone: string): boolean {
  try {
    findFormat(zone);
    return true;
  } catch {
    return false;
  }
}

function findFormat(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const day = { year: "numeric", month: "numeric", day: "numeric" } as const;
  const time = { hour: "numeric", minute: "numeric", second: "numeric" } as const;
  const format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", ...day, ...time });
  formats.set(timeZone, format);
  return format;
}
