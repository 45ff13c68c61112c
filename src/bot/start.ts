/**
 * States of the bot:
 * - opening: the database is opened once, and the HTTP server listens. Ends when both have succeeded, or `startBot` throws.
 * - connecting: the bot waits for a PostgreSQL server that is unreachable, and then for Slack. It serves health, and is
 *   not ready. Ends when both have replied, when one refuses for good (failed), or by a stop.
 * - running: everything is wired and started. Ends when the connection to Slack fails for good (failed), or by a stop.
 * - failed: `failed` has resolved. The caller stops the bot.
 * - stopped: for good. Whatever was started has ended, last in, first out.
 */
import type { Clock, Log } from "../app/ports/aws.ts";
import type { SlackCalls } from "../app/ports/slack.ts";
import type { Store } from "../app/ports/store.ts";
import type { Config } from "../config/config.ts";
import { expandTargets } from "../config/targets.ts";
import { toTargetKey } from "../core/target-key.ts";
import { makeExecutionIds } from "../ops/execution-ids.ts";
import type { MetricsOptions } from "../ops/metrics/state-gauges.ts";
import { makeMetrics } from "../ops/metrics.ts";
import { makeQueueHealth } from "../ops/queue-health.ts";
import { makeHealth } from "../ops/readiness.ts";
import { serveHttp } from "../ops/server.ts";
import { makeBoltLogger } from "../slack/connection/bolt-logger.ts";
import { makeWebClient } from "../slack/connection/client.ts";
import { awaitDatabase, openDatabase } from "./connect-database.ts";
import { findWorkspace, type SlackConnection } from "./connect-slack.ts";
import { makeRoutes } from "./routes.ts";
import { NO_TEST_HOOKS, type TestHooks } from "./test-hooks.ts";
import { wireBot } from "./wiring.ts";
import type { Releases } from "./wiring-options.ts";

export interface Bot {
  /** The port of health and, in HTTP mode, Slack's requests; without OPS_PORT also of readiness and metrics. */
  port: number;
  opsPort: number | null;
  /** Resolves when the bot cannot go on, with a sentence for the operator. */
  failed: Promise<string>;
  /** Ends cleanly: first no new clicks, then the work in progress, then the store. */
  stop(): Promise<void>;
}

/** The parts that exist only after the database or Slack has replied. */
interface LateParts {
  store: Store | null;
  handle: SlackConnection["handle"];
}

/**
 * Starts the bot. Throws if the port or the database cannot be used and a person must fix the cause. Slack, AWS and a
 * PostgreSQL server may be unreachable at the start: the bot waits for them.
 */
export async function startBot(config: Config, deps: { clock: Clock; log: Log; hooks?: TestHooks }): Promise<Bot> {
  const { clock, hooks = NO_TEST_HOOKS } = deps;
  const executionIds = makeExecutionIds();
  const log = executionIds.log(deps.log);
  const queueHealth = config.waitingQueue === null ? null : makeQueueHealth(clock);
  const health = makeHealth(clock, config.pollIntervalMs, queueHealth);
  const measured: Required<MetricsOptions> = {
    routes: config.routes.map(({ name }) => name),
    targets: expandTargets(config.targets).map(toTargetKey),
    retentionMs: config.retention,
    now: clock.now,
  };
  const counted = makeMetrics(measured);
  const slackCalls: SlackCalls = {
    ...counted.slackCalls,
    called(...call) {
      counted.slackCalls.called(...call);
      health.slackCalled(...call);
    },
  };
  const metrics = { ...counted, slackCalls };
  if (queueHealth !== null) metrics.queue.watch(queueHealth);
  const prepare = (opened: Store) => metrics.store(executionIds.store(hooks.store(opened)));
  const failed = Promise.withResolvers<string>();
  const stopping = new AbortController();
  const open = () => openDatabase(config.database, { publishes: config.eventBus !== null, now: clock.now, log });
  const opening = await open();
  const late: LateParts = { store: opening.kind === "open" ? prepare(opening.store) : null, handle: null };
  const releases: Releases = [() => late.store?.close()];

  const connect = async () => {
    if (late.store === null) {
      const opened = await awaitDatabase(opening, open, { clock, random: Math.random, log }, stopping.signal);
      if (opened === null) return;
      late.store = prepare(opened);
    }
    const logger = makeBoltLogger(log);
    const web = makeWebClient(config.slack.botToken, config.slack.apiUrl, logger, metrics.slackCalls);
    const found = await findWorkspace(web, clock, log, stopping.signal);
    if (found === null) return;
    if (found.kind === "refused") return failed.resolve(found.message);
    const { store } = late;
    const { workspace } = found;
    const parts = { config, store, workspace, web, logger, health, queueHealth, metrics, hooks, clock, log, releases };
    late.handle = await wireBot({ ...parts, onFinal: failed.resolve });
  };

  try {
    const { main, ops } = makeRoutes({ config, late, health, metrics, clock });
    const { port, close } = await serveHttp(config.port, main);
    releases.push(close);
    const own = config.opsPort === null ? null : await serveHttp(config.opsPort, ops, "OPS_PORT");
    if (own !== null) releases.push(own.close);
    const connected = connect().catch((error: unknown) =>
      failed.resolve(`The bot could not start: ${error instanceof Error ? error.message : String(error)}`),
    );
    const stop = async () => {
      stopping.abort();
      await connected;
      await release(releases);
    };
    return { port, opsPort: own?.port ?? null, failed: failed.promise, stop };
  } catch (error) {
    await release(releases);
    throw error;
  }
}

/** Ends everything that was started, last in, first out. */
async function release(releases: Releases): Promise<void> {
  for (let each = releases.pop(); each !== undefined; each = releases.pop()) await each();
}
