import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { Config } from "../config/config.ts";
import { makeMetrics } from "../ops/metrics.ts";
import { makeHealth } from "../ops/readiness.ts";
import { sendJson, serveHttp } from "../ops/server.ts";
import { makeBoltLogger } from "../slack/connection/bolt-logger.ts";
import { makeWebClient } from "../slack/connection/client.ts";
import { SLACK_PATH } from "../slack/connection/http.ts";
import { awaitDatabase, openDatabase } from "./connect-database.ts";
import { findWorkspace } from "./connect-slack.ts";
import { NO_TEST_HOOKS, type TestHooks } from "./test-hooks.ts";
import { wireBot } from "./wiring.ts";

export interface Bot {
  /** Where health, readiness and, in HTTP mode, Slack's requests are served. */
  port: number;
  /** Resolves with the words for the operator when the bot cannot go on. */
  failed: Promise<string>;
  /** Ends cleanly: no new clicks, then what is under way, then the store. */
  stop(): Promise<void>;
}

/**
 * Puts the bot together and starts it. Throws when the port or the database cannot be had and somebody must mend that;
 * Slack, AWS and a PostgreSQL server may be away at the start, and are waited for.
 */
export async function startBot(config: Config, deps: { clock: Clock; log: Log; hooks?: TestHooks }): Promise<Bot> {
  const { clock, log, hooks = NO_TEST_HOOKS } = deps;
  const health = makeHealth(clock, config.pollIntervalMs);
  const failed = Promise.withResolvers<string>();
  const stopping = new AbortController();
  const metrics = makeMetrics();
  const open = () => openDatabase(config.database, { publishes: config.eventBus !== null, now: clock.now });
  const opening = await open();
  let store = opening.kind === "open" ? hooks.store(opening.store) : null;
  const releases: (() => Promise<void> | void)[] = [() => store?.close()];

  /** How the targets are is on record for all replicas; that it can be read says that the store is up. */
  const storeIsUp = async () => {
    try {
      if (store === null) return false;
      health.recall(await store.ackStore.polls.all());
      return true;
    } catch {
      return false;
    }
  };
  let fromSlack: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;
  try {
    const http = await serveHttp(config.port, {
      "/healthz": (_, response) => sendJson(response, 200, { status: "ok" }),
      "/readyz": async (_, response) => {
        const { ready, parts } = await health.report(storeIsUp);
        sendJson(response, ready ? 200 : 503, { status: ready ? "ready" : "not ready", ...parts });
      },
      "/metrics": async (_, response) => {
        const text = await metrics.text(store, clock.now(), health.isSlackConnected());
        response.writeHead(200, { "content-type": metrics.contentType }).end(text);
      },
      [SLACK_PATH]: (request, response) => {
        if (fromSlack !== null) fromSlack(request, response);
        else sendJson(response, 503, { status: "not ready" });
      },
    });
    releases.push(http.close);

    const logger = makeBoltLogger(log);
    const web = makeWebClient(config.slack.botToken, config.slack.apiUrl, logger);
    const begin = async () => {
      if (store === null) {
        const opened = await awaitDatabase(opening, open, { clock, random: Math.random, log }, stopping.signal);
        if (opened === null) return;
        store = hooks.store(opened);
      }
      const found = await findWorkspace(web, clock, log, stopping.signal);
      if (found === null) return;
      if (found.kind === "refused") return failed.resolve(found.words);
      const { workspace } = found;
      const parts = { config, store, workspace, web, logger, health, metrics, hooks, clock, log, releases };
      fromSlack = await wireBot({ ...parts, onFinal: failed.resolve });
    };
    const started = begin();
    started.catch((error: unknown) =>
      failed.resolve(`The bot could not start: ${error instanceof Error ? error.message : String(error)}`),
    );

    return {
      port: http.port,
      failed: failed.promise,
      async stop() {
        stopping.abort();
        await started.catch(() => undefined);
        await release(releases);
      },
    };
  } catch (error) {
    await release(releases);
    throw error;
  }
}

/** Last in, first out. */
async function release(releases: (() => Promise<void> | void)[]): Promise<void> {
  for (let each = releases.pop(); each !== undefined; each = releases.pop()) await each();
}
