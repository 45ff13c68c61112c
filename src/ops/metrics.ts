import { Counter, Gauge, Registry } from "prom-client";
import type { makeEvaluateClick } from "../app/decide/evaluate-click.ts";
import type { Automation, EventBus } from "../app/ports/aws.ts";
import type { Chat } from "../app/ports/slack.ts";
import type { GuardedStore, Store } from "../app/ports/store.ts";
import { findWaitingWithoutId } from "../core/execution.ts";
import { UNCOVERED_REASONS, type Uncovered } from "../core/uncovered.ts";
import type { Health } from "./readiness.ts";

type EvaluateClick = ReturnType<typeof makeEvaluateClick>;

export interface Metrics {
  /** Renders the metrics in Prometheus's text format. The gauges are read from the store; `read` is null until it is open. */
  text(read: StoreReads | null, now: number, health: ProcessHealth): Promise<string>;
  contentType: string;
  /** The following wrap a use case or a port, and count its results. */
  clicks(own: EvaluateClick): EvaluateClick;
  chat(own: Chat): Chat;
  automation(own: Automation): Automation;
  verifications(own: GuardedStore["requests"]): GuardedStore["requests"];
  bus(own: EventBus): EventBus;
  /** Counts a request that opened without a route. */
  countUncovered(reason: Uncovered["reason"]): void;
}

type ProcessHealth = Pick<Health, "isSlackConnected" | "heartbeatAge">;
type StoreReads = Pick<Store, "effects" | "polls">;

/** Makes the metrics of the bot: counters of its actions, and gauges that each request reads from the store. */
export function makeMetrics(): Metrics {
  const registry = new Registry();
  const readGauges = makeGauges(registry);
  return {
    contentType: registry.contentType,
    async text(read, now, health) {
      await readGauges(read, now, health);
      return registry.metrics();
    },
    clicks: countClicks(registry),
    chat: countMessages(registry),
    automation: countSignals(registry),
    verifications: countVerifications(registry),
    bus: countEvents(registry),
    countUncovered: countUncovered(registry),
  };
}

/** Adds the gauges to the registry, and returns the function that sets them. */
function makeGauges(registry: Registry) {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `countersign_${name}`, help, labelNames, registers: [registry] });
  const storeUp = gauge("store_up", "Whether the database could be read.");
  const slackUp = gauge("slack_connected", "Whether this process is connected to Slack.");
  const heartbeat = gauge(
    "heartbeat_age_seconds",
    "Seconds since this process last wrote its heartbeat to the database. It grows if the database cannot be written.",
  );
  const open = gauge("open_requests", "Requests that are not closed.");
  const uncovered = gauge("uncovered_requests", "Open requests without a route: they cannot be decided in Slack.");
  const unrecorded = gauge(
    "unrecorded_decisions",
    "Decided requests without a record in the audit log: they are not sent to AWS.",
  );
  const due = gauge("effects_due", "Effects that are not done yet, by kind.", ["kind"]);
  const failing = gauge("effects_failing", "Effects that are not done yet and whose last attempt failed, by kind.", [
    "kind",
  ]);
  const up = gauge("target_up", "Whether the last poll of a target succeeded, on any replica.", ["target"]);
  const age = gauge("last_poll_age_seconds", "Seconds since the last successful poll of a target, on any replica.", [
    "target",
  ]);

  const readStore = async (read: StoreReads, now: number) => {
    const [backlog, polls] = await Promise.all([read.effects.backlog(), read.polls.all()]);
    open.set(backlog.open);
    uncovered.set(backlog.uncovered);
    unrecorded.set(backlog.unrecorded);
    for (const effect of backlog.effects) {
      due.set({ kind: effect.kind }, effect.due);
      failing.set({ kind: effect.kind }, effect.failing);
    }
    for (const { target, polledAt, error } of polls) {
      up.set({ target }, error === null ? 1 : 0);
      if (polledAt !== null) age.set({ target }, (now - polledAt) / 1000);
    }
  };

  return async (read: StoreReads | null, now: number, health: ProcessHealth): Promise<void> => {
    slackUp.set(health.isSlackConnected() ? 1 : 0);
    for (const each of [due, failing, age, up, open, uncovered, unrecorded, heartbeat]) each.reset();
    const written = health.heartbeatAge();
    if (written === null) heartbeat.remove();
    else heartbeat.set(written / 1000);
    try {
      if (read === null) throw new Error("the store is not open yet");
      await readStore(read, now);
      storeUp.set(1);
    } catch {
      // The other metrics are still useful, and store_up explains the missing ones.
      storeUp.set(0);
    }
  };
}

const counter = (registry: Registry, name: string, help: string, labelNames: string[] = []) =>
  new Counter({ name: `countersign_${name}`, help, labelNames, registers: [registry] });

function countClicks(registry: Registry) {
  const clicks = counter(registry, "clicks_total", "Evaluated clicks, by outcome.", ["outcome"]);
  const help = "Approvals that stopped counting because their authors may no longer decide, by reason.";
  const dropped = counter(registry, "votes_dropped_total", help, ["reason"]);
  return (own: EvaluateClick): EvaluateClick =>
    async (click) => {
      const outcome = await own(click);
      for (const reason of outcome.kind === "counted" ? (outcome.dropped ?? []) : []) dropped.inc({ reason });
      clicks.inc({ outcome: outcome.kind === "denied" ? `denied: ${outcome.denial.kind}` : outcome.kind });
      return outcome;
    };
}

function countMessages(registry: Registry) {
  const posted = counter(registry, "messages_posted_total", "Messages posted.");
  const updated = counter(registry, "messages_updated_total", "Updates of messages.");
  const help = "Posts and updates that failed, by reason.";
  const failed = counter(registry, "messages_failed_total", help, ["call", "reason"]);
  const lost = counter(registry, "messages_lost_total", "Updates of messages that were deleted or cannot be edited.", [
    "reason",
  ]);
  for (const reason of ["deleted", "not-editable"]) lost.inc({ reason }, 0);
  const replies = counter(registry, "replies_total", "Messages to one person, such as why a click did not count.", [
    "result",
  ]);
  for (const result of ["ephemeral", "direct-message", "refused", "limited", "unavailable", "ambiguous"])
    replies.inc({ result }, 0);
  return (own: Chat): Chat => ({
    ...own,
    async postEphemeral(...call) {
      const result = await own.postEphemeral(...call);
      replies.inc({ result: result.kind === "delivered" ? (result.by ?? "ephemeral") : result.kind });
      return result;
    },
    async post(...call) {
      const result = await own.post(...call);
      if (result.kind === "posted") posted.inc();
      else failed.inc({ call: "post", reason: result.kind });
      return result;
    },
    async update(...call) {
      const result = await own.update(...call);
      if (result.kind === "updated") updated.inc();
      else failed.inc({ call: "update", reason: result.kind });
      if (result.kind === "deleted" || result.kind === "not-editable") lost.inc({ reason: result.kind });
      return result;
    },
  });
}

function countSignals(registry: Registry) {
  const signals = counter(registry, "signals_total", "Signals to AWS, by result.", ["result"]);
  const withoutId = counter(
    registry,
    "steps_without_id_total",
    "Reads that show a waiting approve step for which AWS returns no StepExecutionId: it cannot be decided in Slack.",
  );
  return (own: Automation): Automation => ({
    ...own,
    async read(...call) {
      const reading = await own.read(...call);
      if (reading.kind === "read") withoutId.inc(findWaitingWithoutId(reading.execution).length);
      return reading;
    },
    async signal(...call) {
      const result = await own.signal(...call);
      signals.inc({ result: result.kind });
      return result;
    },
  });
}

function countVerifications(registry: Registry) {
  const help = "Signals that a read of AWS confirmed, contradicted (misdirected, no-effect) or did not show.";
  const verified = counter(registry, "signal_verifications_total", help, ["result"]);
  for (const result of ["confirmed", "misdirected", "no-effect", "not-visible"]) verified.inc({ result }, 0);
  return (own: GuardedStore["requests"]): GuardedStore["requests"] => ({
    ...own,
    async advance(change) {
      const isStored = await own.advance(change);
      const { verification: result } = change.patch;
      if (isStored && result !== undefined) verified.inc({ result });
      return isStored;
    },
  });
}

function countEvents(registry: Registry) {
  const unpublished = counter(
    registry,
    "publish_failures_total",
    "Audit events that the event bus did not accept, by error code.",
    ["code"],
  );
  return (own: EventBus): EventBus => ({
    ...own,
    async publish(...call) {
      const results = await own.publish(...call);
      for (const result of results) if (result.kind === "failed") unpublished.inc({ code: result.code });
      return results;
    },
  });
}

function countUncovered(registry: Registry) {
  const help = "Requests that opened without a route and cannot be decided in Slack, by reason.";
  const uncovered = counter(registry, "requests_uncovered_total", help, ["reason"]);
  for (const reason of UNCOVERED_REASONS) uncovered.inc({ reason }, 0);
  return (reason: Uncovered["reason"]): void => uncovered.inc({ reason });
}
