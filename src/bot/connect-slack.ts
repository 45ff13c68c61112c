import type { IncomingMessage, ServerResponse } from "node:http";
import type { App } from "@slack/bolt";
import type { Logger, WebClient } from "@slack/web-api";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { SlackCalls } from "../app/ports/slack.ts";
import type { Config } from "../config/config.ts";
import { makeApp } from "../slack/connection/app.ts";
import { makeHttpReceiver } from "../slack/connection/http.ts";
import { describeMissingScopes } from "../slack/connection/scopes.ts";
import { makeSocket } from "../slack/connection/socket.ts";
import { readWorkspace, type Workspace } from "../slack/connection/workspace.ts";
import { describeFailure } from "../slack/slack-failures.ts";

/** The pause between attempts to reach Slack when the bot starts. */
const RETRY_MS = 3_000;

/**
 * Asks Slack which workspace the token belongs to, until Slack replies. Returns null if aborted, and `refused` if another
 * attempt cannot help.
 */
export async function findWorkspace(
  web: WebClient,
  clock: Clock,
  log: Log,
  abort: AbortSignal,
): Promise<{ kind: "workspace"; workspace: Workspace } | { kind: "refused"; message: string } | null> {
  const aborted = new Promise<null>((resolve) => abort.addEventListener("abort", () => resolve(null), { once: true }));
  while (!abort.aborted) {
    const reply = await Promise.race([readWorkspace(web), aborted]);
    if (reply === null) return null;
    if (reply.kind === "workspace") {
      const missing = describeMissingScopes(reply.workspace.scopes);
      if (missing !== null) log.error({ event: "slack.scopes-missing", missing }, "SLACK_BOT_TOKEN lacks scopes");
      return reply;
    }
    if (reply.kind === "refused")
      return { kind: "refused", message: `Slack refuses SLACK_BOT_TOKEN (${reply.error}). ${reply.advice}` };
    const level = reply.kind === "limited" ? "debug" : "warn";
    log[level]({ event: "slack.unreachable", error: describeFailure(reply) }, "cannot reach Slack; trying again");
    await clock.sleep(reply.kind === "limited" ? reply.retryAfterMs : RETRY_MS, abort);
  }
  return null;
}

/** How long the listeners may take to finish when the bot stops. */
const DRAIN_MS = 10_000;

export interface SlackConnection {
  app: App;
  /** Handles Slack's requests, in HTTP mode. */
  handle: ((request: IncomingMessage, response: ServerResponse) => void | Promise<void>) | null;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Makes Bolt over the connection that the configuration names. Listeners are added to `app` before `start`.
 *
 * States of an HTTP connection:
 * - open: each of Slack's requests is handled. Ends with `stop`.
 * - draining: requests get status 503; the listeners that run may finish. Ends when they have, or after DRAIN_MS.
 *
 * A socket has states of its own: see `makeSocket`.
 */
export function makeSlackConnection(options: {
  config: Config["slack"];
  workspace: Workspace;
  logger: Logger;
  clock: Clock;
  log: Log;
  calls: SlackCalls;
  onConnected: (connected: boolean) => void;
  onFinal: (message: string) => void;
}): SlackConnection {
  const { config, workspace, logger, clock, log, calls, onConnected, onFinal } = options;
  const base = { token: config.botToken, apiUrl: config.apiUrl, workspace, logger, log, calls };
  if (config.connection.kind === "socket") {
    const { appToken } = config.connection;
    const receiver = makeSocket({ appToken, apiUrl: config.apiUrl, logger, clock, log, calls, onConnected, onFinal });
    const { app, drain } = makeApp({ ...base, receiver });
    return { app, handle: null, start: receiver.start, stop: () => drained(receiver.stop(), drain, clock) };
  }
  const { receiver, handle } = makeHttpReceiver({ signingSecret: config.connection.signingSecret, logger, clock });
  const { app, drain } = makeApp({ ...base, receiver });
  let isOpen = true;
  return {
    app,
    handle(request, response) {
      return isOpen ? handle(request, response) : void response.writeHead(503).end();
    },
    async start() {
      onConnected(true);
    },
    async stop() {
      isOpen = false;
      onConnected(false);
      await drained(Promise.resolve(), drain, clock);
    },
  };
}

/** Waits until no more events can arrive, and then until the listeners that run have finished, or DRAIN_MS at most. */
async function drained(closed: Promise<void>, drain: () => Promise<void>, clock: Clock): Promise<void> {
  await closed;
  const timeout = new AbortController();
  await Promise.race([drain(), clock.sleep(DRAIN_MS, timeout.signal)]);
  timeout.abort();
}
