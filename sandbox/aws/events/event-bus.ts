import type { AccountRegion } from "../engine/execution-state.ts";

/** An event as EventBridge hands it to its targets. */
export interface BusEvent {
  version: "0";
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  /** ISO 8601, to the second. */
  time: string;
  region: string;
  resources: string[];
  detail: unknown;
  /** Not part of the event: the bus that it went to. */
  bus: string;
}

/** A failure ordered through `/_control/`: the next `times` entries are refused with it. */
export interface EntryFailure {
  times: number;
  code: string;
  message: string;
}

/** The event buses of the stand-in: whatever was put or emitted, in order, and whoever listens. */
export interface EventBus {
  publish(
    event: Omit<BusEvent, "version" | "id" | "account" | "region" | "time">,
    location: AccountRegion,
    at: number,
  ): string;
  list(filter?: { source?: string; bus?: string }): BusEvent[];
  subscribe(listener: (event: BusEvent) => void): () => void;
  failNext(failure: EntryFailure): void;
  /** The failure that strikes the next entry, counted as used. */
  takeFailure(): EntryFailure | undefined;
  clear(): void;
}

/** How many events are kept; older ones are forgotten. */
const MAX_EVENTS = 50_000;

export function makeEventBus(newId: () => string): EventBus {
  let events: BusEvent[] = [];
  let failures: EntryFailure[] = [];
  const listeners = new Set<(event: BusEvent) => void>();
  return {
    publish(event, location, at) {
      const time = `${new Date(at).toISOString().slice(0, 19)}Z`;
      const full: BusEvent = {
        version: "0",
        id: newId(),
        ...event,
        account: location.account,
        region: location.region,
        time,
      };
      events.push(full);
      if (events.length > MAX_EVENTS * 1.1) events = events.slice(-MAX_EVENTS); // now and then, not each time
      for (const listener of listeners) listener(full);
      return full.id;
    },
    list: ({ source, bus } = {}) =>
      events.filter((each) => (source ?? each.source) === each.source && (bus ?? each.bus) === each.bus),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    failNext: (failure) => void failures.push({ ...failure }),
    takeFailure() {
      const [failure] = failures;
      if (failure === undefined) return undefined;
      failure.times -= 1;
      if (failure.times <= 0) failures = failures.slice(1);
      return failure;
    },
    clear() {
      events = [];
      failures = [];
    },
  };
}
