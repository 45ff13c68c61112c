import { LRUCache } from "lru-cache";
import type { Clock } from "../../app/ports/aws.ts";
import type { ChatFailure } from "../../app/ports/slack.ts";
import { cacheOptions } from "./cache-options.ts";

/** A value as of `at`, the time before its call: the value may have changed while Slack replied. */
export interface Found<T> {
  kind: "found";
  at: number;
  value: T;
}

export interface SharedRead<T> {
  /** Returns the value of a read that began at `since` or later. */
  (id: string, since: number): Promise<Found<T> | ChatFailure>;
  /** Returns the last value, however old it is, without a call; undefined if none is known. */
  last(id: string): T | undefined;
}

/**
 * Makes reads of Slack that all callers share, so that many clicks cost few calls.
 *
 * States of an id:
 * - idle: a caller gets the kept value, if its read began late enough, or begins a read.
 * - reading: callers join the read if it began late enough. Ends with a value, which is kept, or with a failure, which
 *   leaves the earlier value.
 * - reading, with a next read: all callers that need a later read wait for one more, which begins when this one ends.
 */
export function makeSharedReads<T>(
  clock: Clock,
  { max, keepMs }: { max: number; keepMs: number },
  read: (id: string) => Promise<{ kind: "read"; value: T } | ChatFailure>,
): SharedRead<T> {
  const kept = new LRUCache<string, Found<T>>({ ...cacheOptions(clock, max, keepMs), noDeleteOnStaleGet: true });
  const reading = new Map<
    string,
    { at: number; result: ReturnType<SharedRead<T>>; next?: ReturnType<SharedRead<T>> }
  >();

  const begin = (id: string): ReturnType<SharedRead<T>> => {
    const at = clock.now();
    const run = async () => {
      try {
        const result = await read(id);
        if (result.kind !== "read") return result;
        const found: Found<T> = { kind: "found", at, value: result.value };
        kept.set(id, found);
        return found;
      } finally {
        reading.delete(id);
      }
    };
    const result = run();
    reading.set(id, { at, result });
    return result;
  };

  const share = async (id: string, since: number): ReturnType<SharedRead<T>> => {
    const found = kept.get(id);
    // A value from the future was read before the clock was set back.
    if (found !== undefined && found.at >= since && found.at <= clock.now()) return found;
    const current = reading.get(id);
    if (current === undefined) return begin(id);
    if (current.at >= since) return current.result;
    const again = () => share(id, clock.now());
    current.next ??= current.result.then(again, again);
    return current.next;
  };
  return Object.assign(share, { last: (id: string) => kept.peek(id, { allowStale: true })?.value });
}
