import { type App, SocketModeReceiver } from "@slack/bolt";
import type { Logger } from "@slack/web-api";
import type { Clock } from "../../app/ports/aws.ts";
import type { SlackCalls } from "../../app/ports/slack.ts";
import { observedFetch } from "../observe-calls.ts";
import { makeSocketDispatcher } from "./socket-proxy.ts";

/**
 * The longest time for a handshake; the client itself would wait for minutes. One handshake that stalls until Slack is back
 * and a good one after it take ten seconds together.
 */
const HANDSHAKE_MS = 6_000;
/**
 * The longest time for the first part of a handshake, in which Slack returns the address of the socket. It ends before the
 * whole handshake does, because a late reply would still connect.
 */
const OPENING_MS = 5_500;
/**
 * The longest time without an answer to a ping: the default of the client. A process that is busy for that long loses the
 * clicks that wait in the connection, so a shorter time costs more than it gains.
 */
const SILENCE_MS = 5_000;
/** The longest time for a polite close, and then for cutting the connection. */
const CLOSING_MS = 2_000;

/** The handshake took too long. */
export class StalledError extends Error {
  override readonly name = "Stalled";
}

export interface SessionOptions {
  appToken: string;
  apiUrl: string | null;
  logger: Logger;
  clock: Clock;
  calls: SlackCalls;
  /** The app that gets the events. */
  app: App | undefined;
  onConnected: (connected: boolean) => void;
  abort: AbortSignal;
}

/**
 * Runs one connection from its handshake to its end. Resolves when Slack or `abort` ends it; rejects when the handshake
 * fails or takes too long. The connection is closed in either case.
 *
 * Each session is a new receiver of Bolt with its own reconnecting switched off, because that one pauses longer after each
 * failure, waits without limit for a handshake, and ends the process by an unhandled rejection when the token is refused.
 */
export async function runSession(options: SessionOptions): Promise<void> {
  const { clock, onConnected, abort } = options;
  const dispatcher = makeSocketDispatcher();
  const { client } = makeReceiver(options, dispatcher);
  const ended = Promise.withResolvers<void>();
  const handshakeOver = new AbortController();
  client.on("disconnected", () => ended.resolve());
  abort.addEventListener("abort", () => ended.resolve(), { once: true });
  try {
    const started = client.start().then(() => true);
    started.catch(() => undefined); // a handshake that timed out may still fail later
    const timedOut = clock.sleep(HANDSHAKE_MS, AbortSignal.any([abort, handshakeOver.signal])).then(() => false);
    const isConnected = await Promise.race([started, timedOut]).finally(() => handshakeOver.abort());
    if (!isConnected) throw new StalledError(`no connection after ${HANDSHAKE_MS / 1000} s`);
    onConnected(true);
    await ended.promise;
  } finally {
    onConnected(false);
    // The first close is polite. The second cuts off a silent peer, for which the client itself would wait half a minute,
    // and ends the timer that the client leaves behind when a handshake times out.
    await close(client, clock);
    await close(client, clock);
    await dispatcher?.destroy();
  }
}

function makeReceiver(
  { appToken, apiUrl, logger, calls, app }: SessionOptions,
  dispatcher: ReturnType<typeof makeSocketDispatcher>,
): SocketModeReceiver {
  const receiver = new SocketModeReceiver({
    appToken,
    ...(dispatcher === null ? {} : { dispatcher }),
    logger,
    clientPingTimeout: SILENCE_MS,
    autoReconnectEnabled: false,
    installerOptions: {
      clientOptions: {
        ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        timeout: OPENING_MS,
        fetch: observedFetch(calls),
      },
    },
  });
  if (app !== undefined) receiver.init(app);
  return receiver;
}

async function close(client: SocketModeReceiver["client"], clock: Clock): Promise<void> {
  const isClosed = new AbortController();
  const closed = client.disconnect().catch(() => undefined);
  await Promise.race([closed, clock.sleep(CLOSING_MS, isClosed.signal)]);
  isClosed.abort();
}
