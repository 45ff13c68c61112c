/**
 * The Socket Mode connection, supervised from outside of Slack's client. It is in one of these states:
 *
 *   connecting  a handshake is in progress. Ends connected, or waiting if it fails or takes too long, or refused.
 *   connected   events arrive. Ends when Slack or the network closes the connection (waiting).
 *   waiting     before the next handshake: longer after each failure in a row, up to 5 s. No wait follows a connection
 *               that lasted.
 *   refused     Slack refuses the token, and no retry can help. It ends only with the process: `onFinal` has the advice.
 *   stopped     after `stop`. Final.
 */
import type { App, Receiver } from "@slack/bolt";
import { type Logger, WebAPIPlatformError, WebAPIRequestError } from "@slack/web-api";
import type { Clock, Log } from "../../app/ports/aws.ts";
import type { SlackCalls } from "../../app/ports/slack.ts";
import { chatFailure, describeFailure, findAppTokenAdvice, TOKEN_ERRORS } from "../slack-failures.ts";
import { runSession, StalledError } from "./socket-session.ts";

/** The shortest and the longest wait between two handshakes. */
const RETRY_BASE_MS = 250;
const RETRY_CAP_MS = 5_000;
/** A connection that lasted less than this counts as a failure: Slack may close each new connection at once. */
const MIN_STABLE_MS = 10_000;

/** Error codes for which a retry is useless. Source: Slack API, errors of apps.connections.open. */
const FINAL: ReadonlySet<string> = new Set([
  ...TOKEN_ERRORS,
  "user_removed_from_team",
  "team_disabled",
  "not_allowed_token_type",
  "missing_scope",
]);

export interface SocketConnection extends Receiver {
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface SocketOptions {
  appToken: string;
  apiUrl: string | null;
  logger: Logger;
  clock: Clock;
  log: Log;
  calls: SlackCalls;
  onConnected: (connected: boolean) => void;
  /** Called when the token is refused for good, with the advice for an admin. */
  onFinal: (advice: string) => void;
}

/** Makes a receiver for Bolt that keeps a Socket Mode connection open from `start` to `stop`. */
export function makeSocket(options: SocketOptions): SocketConnection {
  const stopping = new AbortController();
  let app: App | undefined;
  let ended: Promise<void> = Promise.resolve();
  return {
    init(given: App) {
      app = given;
    },
    async start() {
      ended = supervise(options, app, stopping.signal);
    },
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

/** Runs one session after another until `abort`, or until Slack refuses the token for good. */
async function supervise(options: SocketOptions, app: App | undefined, abort: AbortSignal): Promise<void> {
  const { clock, log, onFinal } = options;
  const onConnected = (connected: boolean) => {
    options.onConnected(connected);
    if (connected) log.info({ event: "socket.connected" }, "connected to Slack");
  };
  for (let failures = 0; !abort.aborted; ) {
    const startedAt = clock.now();
    let wait = 0;
    try {
      await runSession({ ...options, app, onConnected, abort });
      log.debug({ event: "socket.closed", afterMs: clock.now() - startedAt }, "connection to Slack closed");
      failures = clock.now() - startedAt < MIN_STABLE_MS ? failures + 1 : 0;
      wait = retryAfter(failures);
    } catch (error) {
      if (abort.aborted) return;
      const code = error instanceof WebAPIPlatformError ? error.data.error : null;
      if (code !== null && FINAL.has(code))
        return onFinal(`Slack refuses SLACK_APP_TOKEN (${code}). ${findAppTokenAdvice(code)}`);
      failures += 1;
      // A handshake that timed out has already taken its time.
      wait = isTimeout(error) ? RETRY_BASE_MS : retryAfter(failures);
      const reason = describeReason(error);
      const level = chatFailure(error).kind === "limited" ? "debug" : "warn";
      log[level]({ event: "socket.failed", error: reason }, "not connected to Slack; trying again");
    }
    if (failures > 0) await clock.sleep(wait, abort);
  }
}

function retryAfter(failures: number): number {
  return Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** failures);
}

function describeReason(error: unknown): string {
  if (error instanceof WebAPIRequestError) return describeFailure(chatFailure(error));
  return error instanceof Error ? error.message : "closed";
}

/** Tells whether an attempt to connect ended by time. */
function isTimeout(error: unknown): boolean {
  if (error instanceof WebAPIRequestError) return error.original.name === "TimeoutError";
  return error instanceof StalledError;
}
