import { type App, type Receiver, SocketModeReceiver } from "@slack/bolt";
import { type Logger, WebAPIPlatformError, WebAPIRequestError } from "@slack/web-api";
import type { Clock, Log } from "../../app/ports/aws.ts";
import { findAdvice } from "../slack-failures.ts";

/**
 * A handshake that has not led to a connection after this long is given up; the client itself would wait for minutes. One
 * that stalls until Slack is back, and the good one after it, fit together into ten seconds.
 */
const HANDSHAKE_MS = 6_000;
/** Its first part, in which Slack tells where to connect: over before the whole is, or a late answer would still connect. */
const OPENING_MS = 5_500;
/** Between attempts to connect. */
const RETRY_BASE_MS = 250;
const RETRY_CAP_MS = 5_000;
/** A connection that did not last this long counts as a failure: Slack may end each one as soon as it stands. */
const MIN_STABLE_MS = 10_000;
/** How long a socket may take to close politely, and then to be cut. */
const CLOSING_MS = 2_000;

/** Errors that connecting again cannot mend. Source: Slack API, errors of apps.connections.open. */
const FINAL: ReadonlySet<string> = new Set([
  "not_authed",
  "invalid_auth",
  "account_inactive",
  "user_removed_from_team",
  "team_disabled",
  "token_revoked",
  "token_expired",
  "not_allowed_token_type",
  "missing_scope",
]);

/** The handshake took too long. */
class StalledError extends Error {
  override readonly name = "Stalled";
}

/** Whether an attempt to connect was given up by time rather than failed. */
function isStalled(error: unknown): boolean {
  if (error instanceof WebAPIRequestError) return error.original.name === "TimeoutError";
  return error instanceof StalledError;
}

export interface SocketConnection extends Receiver {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A Socket Mode connection that is watched from outside. Each connection is a fresh receiver of Bolt's with its own
 * reconnecting switched off: that one pauses longer after each failure, waits without limit for a handshake, and ends the
 * process by an unhandled rejection when the token is refused.
 */
export function makeSocket(options: {
  appToken: string;
  apiUrl: string | null;
  logger: Logger;
  clock: Clock;
  log: Log;
  onConnected: (connected: boolean) => void;
  /** The token is refused for good: the words say what to do. */
  onFinal: (words: string) => void;
}): SocketConnection {
  const { appToken, apiUrl, logger, clock, log, onConnected, onFinal } = options;
  const stopping = new AbortController();
  let app: App | undefined;
  let ended: Promise<void> = Promise.resolve();

  const connect = () => {
    const receiver = new SocketModeReceiver({
      appToken,
      logger,
      clientPingTimeout: 1_500,
      autoReconnectEnabled: false,
      installerOptions: {
        clientOptions: {
          ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
          retryConfig: { retries: 0 },
          rejectRateLimitedCalls: true,
          timeout: OPENING_MS,
        },
      },
    });
    if (app !== undefined) receiver.init(app);
    return receiver;
  };

  const session = async (): Promise<void> => {
    const { client } = connect();
    const over = Promise.withResolvers<void>();
    const patience = new AbortController();
    client.on("disconnected", () => over.resolve());
    stopping.signal.addEventListener("abort", () => over.resolve(), { once: true });
    try {
      const started = client.start().then(() => true);
      started.catch(() => undefined); // a handshake given up may still fail later
      const givenUp = clock.sleep(HANDSHAKE_MS, AbortSignal.any([stopping.signal, patience.signal])).then(() => false);
      const connected = await Promise.race([started, givenUp]).finally(() => patience.abort());
      if (!connected) throw new StalledError(`no connection after ${HANDSHAKE_MS / 1000} s`);
      onConnected(true);
      log.info({ event: "socket.connected" }, "connected to Slack");
      await over.promise;
    } finally {
      onConnected(false);
      // Twice: first politely. The second time cuts off a silent peer, for which the client itself would wait half a
      // minute, and ends the timer that it leaves behind when a handshake is given up.
      await close(client);
      await close(client);
    }
  };

  const close = async (client: SocketModeReceiver["client"]): Promise<void> => {
    const patience = new AbortController();
    const closed = client.disconnect().catch(() => undefined);
    await Promise.race([closed, clock.sleep(CLOSING_MS, patience.signal)]);
    patience.abort();
  };

  const run = async () => {
    for (let failures = 0; !stopping.signal.aborted; ) {
      const begun = clock.now();
      let stalled = false;
      try {
        await session();
        failures = clock.now() - begun < MIN_STABLE_MS ? failures + 1 : 0;
      } catch (error) {
        if (stopping.signal.aborted) return;
        const code = error instanceof WebAPIPlatformError ? error.data.error : null;
        if (code !== null && FINAL.has(code)) {
          return onFinal(`Slack refuses SLACK_APP_TOKEN (${code}). ${findAdvice(code)}`);
        }
        failures += 1;
        stalled = isStalled(error);
        const reason = error instanceof Error ? error.message : "closed";
        log.warn({ event: "socket.failed", error: reason }, "not connected to Slack; trying again");
      }
      // An attempt that was given up by time was rest enough.
      const rest = stalled ? RETRY_BASE_MS : Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** failures);
      if (failures > 0) await clock.sleep(rest, stopping.signal);
    }
  };

  return {
    init(given: App) {
      app = given;
    },
    async start() {
      ended = run();
    },
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
