import type { Clock } from "../../app/ports/aws.ts";

/**
 * Returns the options of a bounded cache on the injected clock, whose entries are fresh while they are younger than
 * `ttlMs`. lru-cache counts an age equal to `ttl` as fresh, and times are whole milliseconds. A resolution above 0 would
 * make it remember the time and forget it with a timer of the machine.
 */
export function cacheOptions(clock: Clock, max: number, ttlMs: number) {
  return { max, ttl: ttlMs - 1, ttlResolution: 0, perf: clock };
}
