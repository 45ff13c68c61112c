import type { Registry } from "prom-client";
import type { EventResult, RecordedEvents } from "../../app/watch/record-events.ts";
import type { QueueHealth } from "../queue-health.ts";
import { counter, gauge, histogram, startAtZero } from "./register.ts";

const RESULTS: EventResult[] = ["recorded", "foreign", "unidentified", "other", "malformed"];
/** In seconds. The times in events have whole seconds. */
const AGE_BUCKETS = [1, 2, 5, 10, 30, 60, 300, 900, 3_600];

/** Counts the events of the queue, and the changes that none announced. */
export function countQueue(registry: Registry) {
  const help =
    "Messages of the event queue, by result: recorded, foreign (its account and Region are no target), unidentified (this process has not identified its target yet; received again), other (no execution), malformed.";
  const events = counter(registry, "events_received_total", help, ["result"]);
  startAtZero(events, "result", RESULTS);
  const ages = histogram(
    registry,
    "event_age_seconds",
    "Age of events about executions at their arrival.",
    AGE_BUCKETS,
  );
  const unannounced = counter(
    registry,
    "unannounced_changes_total",
    "Changes of executions that a poll found and no event announced, by target.",
    ["target"],
  );
  const up = gauge(
    registry,
    "event_queue_up",
    "Whether the last call to the event queue succeeded; absent without a queue.",
  );
  up.remove();
  let watched: QueueHealth | null = null;
  return {
    received({ results, ages: found }: RecordedEvents): void {
      for (const result of results) events.inc({ result });
      for (const age of found) ages.observe(age / 1000);
    },
    unannounced: (target: string) => unannounced.inc({ target }),
    expectTarget: (target: string) => unannounced.inc({ target }, 0),
    /** Shows the health of the queue, from now on. */
    watch(health: QueueHealth): void {
      watched = health;
    },
    isWatched: () => watched !== null,
    setGauge(): void {
      if (watched !== null) up.set(watched.report().status === "failing" ? 0 : 1);
    },
  };
}
