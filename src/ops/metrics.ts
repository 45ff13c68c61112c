import { Registry } from "prom-client";
import type { AwsCalls } from "../app/ports/aws.ts";
import type { SlackCalls } from "../app/ports/slack.ts";
import type { Store } from "../app/ports/store.ts";
import { UNCOVERED_REASONS, type Uncovered } from "../core/uncovered.ts";
import { countAutomation, countCalls, countEvents } from "./metrics/calls.ts";
import { countClicks } from "./metrics/clicks.ts";
import { countDecisions } from "./metrics/decisions.ts";
import { countLost, countMessages } from "./metrics/messages.ts";
import { countQueue } from "./metrics/queue.ts";
import { counter, gauge, startAtZero } from "./metrics/register.ts";
import {
  type Leases,
  type MetricsOptions,
  makeStateGauges,
  type ProcessHealth,
  type StoreReads,
} from "./metrics/state-gauges.ts";
import { VERSION } from "./version.ts";

export interface Metrics {
  /** Renders the metrics in Prometheus's text format. The gauges are read from the store; `read` is null until it is open. */
  text(read: StoreReads | null, now: number, health: ProcessHealth): Promise<string>;
  contentType: string;
  /** Shows which leases this process owns, from now on. */
  watchLeases(leases: Leases): void;
  /** The following wrap a use case or a port, and count its results. */
  clicks: ReturnType<typeof countClicks>;
  chat: ReturnType<typeof countMessages>;
  automation: ReturnType<typeof countAutomation>;
  bus: ReturnType<typeof countEvents>;
  store(own: Store): Store;
  slackCalls: SlackCalls;
  awsCalls: AwsCalls;
  queue: ReturnType<typeof countQueue>;
  /** Counts a message that was deleted or cannot be edited. */
  countLost: ReturnType<typeof countLost>;
  /** Counts a request that opened without a route. */
  countUncovered(reason: Uncovered["reason"]): void;
  /** Counts a read that contradicts a newer observation, after a minute of such reads. */
  countStale(): void;
}

/**
 * Makes the metrics of the bot: counters of its actions, histograms of times, and gauges that each request reads from the
 * store. `routes`, `targets`: the names and the keys in the configuration; without `targets`, every stored target is shown.
 */
export function makeMetrics({ routes = [], now = Date.now, ...options }: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  const setGauges = makeStateGauges(registry, options);
  const { slack, aws } = countCalls(registry);
  const queue = countQueue(registry);
  const staleHelp = "Reads of an execution that contradict a newer observation, after a minute of such reads.";
  const stale = counter(registry, "stale_reads_total", staleHelp);
  const build = gauge(registry, "build_info", "The running version; always 1.", ["version", "node"]);
  build.set({ version: VERSION, node: process.versions.node }, 1);
  let leases: Leases | null = null;
  return {
    contentType: registry.contentType,
    async text(read, at, health) {
      await setGauges(read, leases, at, { ...health, hasQueue: queue.isWatched() });
      queue.setGauge();
      return registry.metrics();
    },
    watchLeases(given) {
      leases = given;
    },
    clicks: countClicks(registry),
    chat: countMessages(registry),
    automation: countAutomation(registry, now),
    bus: countEvents(registry),
    store: countDecisions(registry, routes, now),
    slackCalls: slack,
    awsCalls: aws,
    queue,
    countLost: countLost(registry),
    countUncovered: countUncovered(registry),
    countStale: () => stale.inc(),
  };
}

function countUncovered(registry: Registry) {
  const help = "Requests that opened without a route and cannot be decided in Slack, by reason.";
  const uncovered = counter(registry, "requests_uncovered_total", help, ["reason"]);
  startAtZero(uncovered, "reason", UNCOVERED_REASONS);
  return (reason: Uncovered["reason"]): void => uncovered.inc({ reason });
}
