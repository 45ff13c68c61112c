import type { Registry } from "prom-client";
import type { PollRow } from "../../app/ports/coordination.ts";
import type { Lags } from "../../app/ports/effect-store.ts";
import type { Store } from "../../app/ports/store.ts";
import type { Health } from "../readiness.ts";
import { gauge } from "./register.ts";

export type ProcessHealth = Pick<Health, "isSlackConnected" | "heartbeatAge">;

/** What the configuration says about the metrics. `retentionMs`: absent if nothing is deleted. */
export interface MetricsOptions {
  routes?: readonly string[];
  targets?: readonly string[];
  retentionMs?: number | undefined;
  now?: () => number;
}

/** `hasQueue`: events can announce changes. */
type GaugeState = ProcessHealth & { hasQueue: boolean };
export type StoreReads = Pick<Store, "effects" | "polls" | "retention">;

/** Lists every lease by name, and whether this process owns it. */
export type Leases = () => Iterable<readonly [string, boolean]>;

/** Adds the gauges that show a state, and returns the function that sets them. The options: see makeMetrics. */
export function makeStateGauges(registry: Registry, options: Pick<MetricsOptions, "targets" | "retentionMs">) {
  const slackUp = gauge(registry, "slack_connected", "Whether this process is connected to Slack.");
  const storeUp = gauge(registry, "store_up", "Whether the database could be read.");
  const heartbeat = gauge(
    registry,
    "heartbeat_age_seconds",
    "Seconds since this process last wrote its heartbeat to the database. It grows if the database cannot be written.",
  );
  const owned = gauge(registry, "lease_owned", "Whether this process owns the lease, by lease.", ["lease"]);
  const stored = makeStoreGauges(registry, options);
  return async (read: StoreReads | null, leases: Leases | null, now: number, health: GaugeState) => {
    slackUp.set(health.isSlackConnected() ? 1 : 0);
    const written = health.heartbeatAge();
    if (written === null) heartbeat.remove();
    else heartbeat.set(written / 1000);
    owned.reset();
    for (const [lease, isOwned] of leases?.() ?? []) owned.set({ lease }, isOwned ? 1 : 0);
    stored.reset();
    try {
      if (read === null) throw new Error("the store is not open yet");
      await stored.set(read, now, health.hasQueue);
      storeUp.set(1);
    } catch {
      // The other metrics are still useful, and store_up explains the missing ones.
      storeUp.set(0);
    }
  };
}

/** Makes gauges that can all be cleared at once. */
function makeClearable(registry: Registry) {
  const clear: (() => void)[] = [];
  return {
    add(name: string, help: string, labelNames: string[] = []) {
      const added = gauge(registry, name, help, labelNames);
      // Without the database there is no number: `reset` would show 0.
      clear.push(labelNames.length > 0 ? () => added.reset() : () => added.remove());
      return added;
    },
    reset() {
      for (const each of clear) each();
    },
  };
}

/** Adds the gauges of the database: each replica shows the same numbers. */
function makeStoreGauges(
  registry: Registry,
  { targets, retentionMs }: Pick<MetricsOptions, "targets" | "retentionMs">,
) {
  // The database keeps the polls of targets that the configuration no longer has.
  const isConfigured = (target: string) => targets?.includes(target) ?? true;
  const { add, reset } = makeClearable(registry);
  const open = add("open_requests", "Requests that are not closed.");
  const waiting = add("waiting_requests", "Requests that wait for people: not decided and not closed.");
  const oldest = add("oldest_open_request_seconds", "Age of the oldest request that is not closed; 0 without one.");
  const uncovered = add("uncovered_requests", "Open requests without a route: they cannot be decided in Slack.");
  const unrecorded = add(
    "unrecorded_decisions",
    "Decided requests without a record in the audit log: they are not sent to AWS.",
  );
  const damaged = add(
    "damaged_requests",
    "Requests with damaged rows that this process found, and that are not closed: workers leave them out.",
  );
  const unposted = add("oldest_unposted_seconds", "Age of the oldest request that lacks a message; 0 without one.");
  const unpublished = add(
    "oldest_unpublished_audit_seconds",
    "Age of the oldest audit record to publish; 0 without one.",
  );
  const stopped = add("retention_stopped", "1 while an old and unfinished request stops retention, else 0.");
  const due = add("effects_due", "Effects that are not done yet, by kind.", ["kind"]);
  const failing = add("effects_failing", "Effects that are not done yet and whose last attempt failed, by kind.", [
    "kind",
  ]);
  const setTargets = makeTargetGauges(add);

  return {
    reset,
    async set(read: StoreReads, now: number, hasQueue: boolean) {
      const seconds = (at: number | null) => (at === null ? 0 : toAge(at, now));
      const [backlog, lags, polls] = await Promise.all([read.effects.backlog(), read.effects.lags(), read.polls.all()]);
      open.set(backlog.open);
      waiting.set(backlog.undecided);
      uncovered.set(backlog.uncovered);
      unrecorded.set(backlog.unrecorded);
      damaged.set(backlog.damaged.length);
      oldest.set(seconds(lags.oldestOpenAt));
      unposted.set(seconds(lags.oldestUnpostedAt));
      unpublished.set(seconds(lags.oldestUnpublishedAt));
      const stop = retentionMs === undefined ? null : await read.retention.findStop(now - retentionMs);
      stopped.set(stop === null ? 0 : 1);
      for (const effect of backlog.effects) {
        due.set({ kind: effect.kind }, effect.due);
        failing.set({ kind: effect.kind }, effect.failing);
      }
      const configured = polls.filter(({ target }) => isConfigured(target));
      setTargets(configured, lags.waiting, now, hasQueue);
    },
  };
}

/** Returns the seconds since a time. Another replica can write a time after this one has read its clock. */
const toAge = (at: number, now: number) => Math.max(0, now - at) / 1000;

/** Adds the gauges that have a value for each target. Returns the function that sets them. */
function makeTargetGauges(add: ReturnType<typeof makeClearable>["add"]) {
  const up = add("target_up", "Whether the last poll of a target succeeded, on any replica.", ["target"]);
  const age = add("last_poll_age_seconds", "Seconds since the last successful poll of a target, on any replica.", [
    "target",
  ]);
  const interval = add("poll_interval_seconds", "Seconds from the last poll of a target to the next one.", ["target"]);
  const trusted = add(
    "events_trusted",
    "0 while a target is polled at the normal interval because a change came without an event, else 1; absent without a queue.",
    ["target"],
  );
  const executions = add(
    "executions_waiting",
    "Executions that wait in AWS in the account and Region of a target; they count against its quota.",
    ["target"],
  );

  return (polls: readonly PollRow[], waiting: Lags["waiting"], now: number, hasQueue: boolean) => {
    const waitingIn = new Map(waiting.map(({ target, count }) => [target, count]));
    for (const { target, polledAt, error, everyMs, unannouncedAt } of polls) {
      executions.set({ target }, waitingIn.get(target) ?? 0);
      up.set({ target }, error === null ? 1 : 0);
      interval.set({ target }, everyMs / 1000);
      if (hasQueue) trusted.set({ target }, unannouncedAt === null ? 1 : 0);
      if (polledAt !== null) age.set({ target }, toAge(polledAt, now));
    }
  };
}
