import { Counter, Gauge, Registry } from "prom-client";
import type { makeEvaluateClick } from "../app/decide/evaluate-click.ts";
import type { Automation, EventBus } from "../app/ports/aws.ts";
import type { Chat } from "../app/ports/slack.ts";
import type { Store } from "../app/ports/store.ts";

type EvaluateClick = ReturnType<typeof makeEvaluateClick>;

export interface Metrics {
  /** Renders the metrics in Prometheus's text format, with gauges from the current rows. */
  text(read: Pick<Store, "effects" | "polls"> | null, now: number, slackConnected: boolean): Promise<string>;
  contentType: string;
  /** Counts the outcomes of clicks. */
  clicks(own: EvaluateClick): EvaluateClick;
  chat(own: Chat): Chat;
  automation(own: Automation): Automation;
  bus(own: EventBus): EventBus;
}

/** Makes the metrics of the bot: counters of its actions, and gauges that each request reads from the store. */
export function makeMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `countersign_${name}`, help, labelNames, registers });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `countersign_${name}`, help, labelNames, registers });

  const storeUp = gauge("store_up", "Whether the database could be read.");
  const slackUp = gauge("slack_connected", "Whether this process is connected to Slack.");
  const open = gauge("open_requests", "Requests that are not closed.");
  const uncovered = gauge("uncovered_requests", "Open requests without a route: they cannot be decided in Slack.");
  const due = gauge("effects_due", "Effects that are not done yet, by kind.", ["kind"]);
  const failing = gauge("effects_failing", "Effects that are not done yet and whose last attempt failed, by kind.", [
    "kind",
  ]);
  const up = gauge("target_up", "Whether the last poll of a target succeeded, on any replica.", ["target"]);
  const age = gauge("last_poll_age_seconds", "Seconds since the last successful poll of a target, on any replica.", [
    "target",
  ]);
  const signals = counter("signals_total", "Signals to AWS, by result.", ["result"]);
  const clicks = counter("clicks_total", "Evaluated clicks, by outcome.", ["outcome"]);
  const posted = counter("messages_posted_total", "Messages posted.");
  const updated = counter("messages_updated_total", "Updates of messages.");
  const failed = counter("messages_failed_total", "Posts and updates that failed, by reason.", ["call", "reason"]);
  const unpublished = counter(
    "publish_failures_total",
    "Audit events that the event bus did not accept, by error code.",
    ["code"],
  );

  return {
    contentType: registry.contentType,
    async text(read, now, slackConnected) {
      slackUp.set(slackConnected ? 1 : 0);
      for (const each of [due, failing, age, up, open, uncovered]) each.reset();
      try {
        if (read === null) throw new Error("the store is not open yet");
        const [backlog, polls] = await Promise.all([read.effects.backlog(), read.polls.all()]);
        open.set(backlog.open);
        uncovered.set(backlog.uncovered);
        for (const effect of backlog.effects) {
          due.set({ kind: effect.kind }, effect.due);
          failing.set({ kind: effect.kind }, effect.failing);
        }
        for (const { target, polledAt, error } of polls) {
          up.set({ target }, error === null ? 1 : 0);
          if (polledAt !== null) age.set({ target }, (now - polledAt) / 1000);
        }
        storeUp.set(1);
      } catch {
        // The other metrics are still useful, and store_up explains the missing ones.
        storeUp.set(0);
      }
      return registry.metrics();
    },
    clicks: (own) => async (click) => {
      const outcome = await own(click);
      clicks.inc({ outcome: outcome.kind === "denied" ? `denied: ${outcome.denial.kind}` : outcome.kind });
      return outcome;
    },
    chat: (own) => ({
      ...own,
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
        return result;
      },
    }),
    automation: (own) => ({
      ...own,
      async signal(...call) {
        const result = await own.signal(...call);
        signals.inc({ result: result.kind });
        return result;
      },
    }),
    bus: (own) => ({
      ...own,
      async publish(...call) {
        const results = await own.publish(...call);
        for (const result of results) if (result.kind === "failed") unpublished.inc({ code: result.code });
        return results;
      },
    }),
  };
}
