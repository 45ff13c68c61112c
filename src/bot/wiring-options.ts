import type { Logger, WebClient } from "@slack/web-api";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { NextEvent } from "../app/ports/slack.ts";
import type { Store } from "../app/ports/store.ts";
import type { Config } from "../config/config.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { QueueHealth } from "../ops/queue-health.ts";
import type { Health } from "../ops/readiness.ts";
import type { Workspace } from "../slack/connection/workspace.ts";
import type { WakeUps } from "../workers/wake-ups.ts";
import type { TestHooks } from "./test-hooks.ts";

/** Functions that end what was started, in order of the start: the last one is called first. */
export type Releases = (() => Promise<void> | void)[];

export interface WiringOptions {
  config: Config;
  store: Store;
  workspace: Workspace;
  web: WebClient;
  logger: Logger;
  health: Health;
  /** Of the queue of events; null without one. */
  queueHealth: QueueHealth | null;
  metrics: Metrics;
  hooks: TestHooks;
  clock: Clock;
  log: Log;
  /** Called when the bot cannot go on, with a sentence that says what to do. */
  onFinal: (message: string) => void;
  releases: Releases;
}

/** What every part of the bot is made from. */
export interface Wiring extends WiringOptions {
  /** Names this process among the replicas. */
  replica: string;
  newId: () => string;
  random: () => number;
  wakeUps: WakeUps;
  nextEvent: NextEvent;
}
