import type { IncomingMessage, ServerResponse } from "node:http";
import type { App } from "@slack/bolt";
import type { Logger, WebClient } from "@slack/web-api";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { Config } from "../config/config.ts";
import { makeApp } from "../slack/connection/app.ts";
import { makeHttpReceiver } from "../slack/connection/http.ts";
import { makeSocket } from "../slack/connection/socket.ts";
import { readWorkspace, type Workspace } from "../slack/connection/workspace.ts";
import { describeFailure } from "../slack/slack-failures.ts";

/** Between attempts to reach Slack when the bot starts. */
const RETRY_MS = 3_000;

/** Asks Slack whose token this is until it answers. Null when aborted; `refused` when asking again cannot help. */
export async function findWorkspace(
  web: WebClient,
  clock: Clock,
  log: Log,
  abort: AbortSignal,
): Promise<{ kind: "workspace"; workspace: Workspace } | { kind: "refused"; words: string } | null> {
  const aborted = new Promise<null>((resolve) => abort.addEventListener("abort", () => resolve(null), { once: true }));
  while (!abort.aborted) {
    const answer = await Promise.race([readWorkspace(web), aborted]);
    if (answer === null) return null;
    if (answer.kind === "workspace") return answer;
    if (answer.kind === "refused")
      return { kind: "refused", words: `Slack refuses SLACK_BOT_TOKEN (${answer.error}). ${answer.advice}` };
    log.warn({ event: "slack.unreachable", error: describeFailure(answer) }, "cannot reach Slack; trying again");
    await clock.sleep(answer.kind === "limited" ? answer.retryAfterMs : RETRY_MS, abort);
  }
  return null;
}

/** How long listeners may take to finish when the bot stops. */
const DRAIN_MS = 10_000;

export interface SlackConnection {
  app: App;
  /** Slack's requests, in HTTP mode. */
  handle: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Bolt over the connection that the configuration asks for. Listeners are added to `app` before `start`. */
export function makeSlackConnection(options: {
  config: Config["slack"];
  workspace: Workspace;
  logger: Logger;
  clock: Clock;
  log: Log;
  onConnected: (connected: boolean) => void;
  onFinal: (words: string) => void;
}): SlackConnection {
  const { config, workspace, logger, clock, log, onConnected, onFinal } = options;
  const base = { token: config.botToken, apiUrl: config.apiUrl, workspace, logger, log };
  if (config.connection.kind === "socket") {
    const { appToken } = config.connection;
    const receiver = makeSocket({ appToken, apiUrl: config.apiUrl, logger, clock, log, onConnected, onFinal });
    const { app, drain } = makeApp({ ...base, receiver });
    return { app, handle: null, start: receiver.start, stop: () => ended(receiver.stop(), drain, clock) };
  }
  const { receiver, handle } = makeHttpReceiver({ signingSecret: config.connection.signingSecret, logger, clock });
  const { app, drain } = makeApp({ ...base, receiver });
  let open = true;
  return {
    app,
    handle(request, response) {
      if (open) handle(request, response);
      else response.writeHead(503).end();
    },
    async start() {
      onConnected(true);
    },
    async stop() {
      open = false;
      onConnected(false);
      await ended(Promise.resolve(), drain, clock);
    },
  };
}

/** No more events come; then those that came are answered, if that does not take too long. */
async function ended(closed: Promise<void>, drain: () => Promise<void>, clock: Clock): Promise<void> {
  await closed;
  const patience = new AbortController();
  await Promise.race([drain(), clock.sleep(DRAIN_MS, patience.signal)]);
  patience.abort();
}
