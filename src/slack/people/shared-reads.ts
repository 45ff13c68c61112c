import { LRUCache } from "lru-cache";
import type { Clock } from "../../app/ports/aws.ts";
import type { ChatFailure, NextEvent } from "../../app/ports/slack.ts";
import type { Purpose } from "../slack-call.ts";
import { cacheOptions } from "./cache-options.ts";

/** A value as of `at`, the time before its call: the value may have changed while Slack replied. */
export interface Found<T> extends Start {
  kind: "found";
  value: T;
}

/** When a read began: the time, and its number among the events of this process. */
interface Start {
  at: number;
  event: number;
}

/** Tells whether a read began at `since` or later, or after the event: the clock can be set back, the order of events cannot. */
export function beganLate({ at, event }: Start, since: number, after = Infinity): boolean {
  return at >= since || event > after;
}

export interface SharedRead<T> {
  /** Returns the value of a read that began at `since` or later, or after the event with the number `after`. */
  (id: string, since: number, after?: number, purpose?: Purpose): Promise<Found<T> | ChatFailure>;
  /** Returns what a call would use without a read of its own: a kept value, or a read in progress that it would join. */
  peek(id: string, since: number, after?: number): Found<T> | "reading" | "none";
  /** Returns the last value, however old it is, without a call; undefined if none is known. */
  last(id: string): T | undefined;
}

/** A read in progress. `next`: the one that begins when this one ends. `nextFor`: whom that one is for. */
interface Reading<T> extends Start {
  purpose: Purpose;
  result: ReturnType<SharedRead<T>>;
  next?: ReturnType<SharedRead<T>>;
  nextFor?: Purpose;
}

/**
 * Makes reads of Slack that all callers share, so that many clicks cost few calls.
 *
 * States of an id:
 * - idle: a caller gets the kept value, if its read began late enough, or begins a read.
 * - reading: callers join the read if it began late enough. Ends with a value, which is kept, or with a failure, which
 *   leaves the earlier value.
 * - reading, with a next read: all callers that need a later read wait for one more, which begins when this one ends.
 * - replaced: a read for an approver's click has begun meanwhile, because this one may still wait for a slot at the pace of
 *   other callers. Ends with a value for those who joined it, which is not kept.
 */
export function makeSharedReads<T>(
  clock: Clock,
  { max, keepMs }: { max: number; keepMs: number },
  read: (id: string, purpose: Purpose) => Promise<{ kind: "read"; value: T } | ChatFailure>,
  nextEvent: NextEvent = () => 0,
): SharedRead<T> {
  const kept = new LRUCache<string, Found<T>>({ ...cacheOptions(clock, max, keepMs), noDeleteOnStaleGet: true });
  const reading = new Map<string, Reading<T>>();

  const begin = (id: string, purpose: Purpose): ReturnType<SharedRead<T>> => {
    const start: Start = { at: clock.now(), event: nextEvent() };
    const isReplaced = () => reading.get(id) !== own;
    const run = async () => {
      try {
        const result = await read(id, purpose);
        if (result.kind !== "read") return result;
        const found: Found<T> = { kind: "found", ...start, value: result.value };
        if (!isReplaced()) kept.set(id, found);
        return found;
      } finally {
        if (!isReplaced()) reading.delete(id);
      }
    };
    const own: Reading<T> = { ...start, purpose, result: run() };
    reading.set(id, own);
    return own.result;
  };

  const find = (id: string, since: number, after?: number) => {
    const found = kept.get(id);
    // A value from the future was read before the clock was set back: only the order of events says when.
    const isLate = found !== undefined && beganLate(found, found.at <= clock.now() ? since : Infinity, after);
    return isLate ? found : undefined;
  };

  const share = async (id: string, since: number, after?: number, purpose: Purpose = "background") => {
    const found = find(id, since, after);
    if (found !== undefined) return found;
    const current = reading.get(id);
    if (current === undefined || (purpose === "approver" && current.purpose !== purpose)) return begin(id, purpose);
    if (beganLate(current, since, after)) return current.result;
    // Whichever read is in progress by then began after this call.
    const again = () => reading.get(id)?.result ?? begin(id, current.nextFor ?? purpose);
    current.nextFor = purpose === "approver" ? purpose : (current.nextFor ?? purpose);
    current.next ??= current.result.then(again, again);
    return current.next;
  };
  const peek: SharedRead<T>["peek"] = (id, since, after) => {
    const found = find(id, since, after);
    if (found !== undefined) return found;
    const current = reading.get(id);
    return current !== undefined && (current.next !== undefined || beganLate(current, since, after))
      ? "reading"
      : "none";
  };

  return Object.assign(share, { peek, last: (id: string) => kept.peek(id, { allowStale: true })?.value });
}
