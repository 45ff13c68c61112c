import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { WebClient } from "@slack/web-api";
import { APP_TOKEN, BOT_TOKEN, SIGNING_SECRET } from "../../sandbox/slack/seed.ts";
import { type SlackSandbox, type SlackSandboxOptions, startSlackSandbox } from "../../sandbox/slack/server.ts";
import type { JournalEntry } from "../../sandbox/wire/journal.ts";
import { settingOf } from "../support/setting.ts";

// biome-ignore lint/suspicious/noExplicitAny: replies of the control API have no types
export type Reply = any;

/** Suppresses the logs of the Slack clients. */
export const silentLogger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
};

export interface World {
  slack: SlackSandbox;
  /** The bot's client, without retries. */
  client: WebClient;
  /** Sends a POST to `/_control/PATH`. Returns the JSON of the response, with the HTTP status as `status`. */
  control(path: string, body?: unknown): Promise<Reply>;
  state(): Promise<Reply>;
  requests(operation: string): JournalEntry[];
  /** Registers a cleanup for the end of the test. Cleanups run in reverse order. */
  onCleanup(release: () => unknown): void;
}

/** The part of a world that an app needs. */
export type AppHost = Pick<World, "onCleanup"> & { slack: Pick<SlackSandbox, "url"> };

/**
 * Starts a stand-in for one test, with the real web client, and stops it after the test. `settings`: what the test depends on,
 * whatever setting the run tests.
 */
export async function world(t: TestContext, options: SlackSandboxOptions = {}): Promise<World> {
  const slack = await startSlackSandbox({ ...options, settings: { ...settingOf("slack"), ...options.settings } });
  const releases: (() => unknown)[] = [() => slack.close()];
  t.after(async () => {
    for (const release of releases.reverse()) await release();
  });
  return {
    slack,
    onCleanup: (release) => releases.push(release),
    client: makeClient(slack, BOT_TOKEN),
    async control(path, body = {}) {
      const response = await fetch(`${slack.url}/_control/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return { ...((await response.json()) as object), status: response.status };
    },
    state: async () => (await fetch(`${slack.url}/_control/state`)).json(),
    requests: (operation) => slack.journal.list({ operation }),
  };
}

export const makeClient = (slack: SlackSandbox, token: string): WebClient =>
  new WebClient(token, {
    slackApiUrl: `${slack.url}/api/`,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 10_000,
    logger: silentLogger,
  });

/** Starts a Bolt app in Socket Mode. The receiver is built by hand, so that its options differ from those of the app. */
export async function socketApp({ slack, onCleanup: atEnd }: AppHost, listen: (app: App) => void): Promise<App> {
  const receiver = new SocketModeReceiver({
    appToken: APP_TOKEN,
    clientPingTimeout: 1500,
    logger: silentLogger,
    installerOptions: { clientOptions: { slackApiUrl: `${slack.url}/api/` } },
  });
  const app = new App({
    token: BOT_TOKEN,
    receiver,
    logger: silentLogger,
    clientOptions: { slackApiUrl: `${slack.url}/api/`, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true },
  });
  listen(app);
  await app.start();
  atEnd(() => app.stop());
  return app;
}

/** Starts a Bolt app with signed HTTP on a free port, and returns its request URL. */
export async function httpApp({ slack, onCleanup: atEnd }: World, listen: (app: App) => void): Promise<string> {
  const receiver = new HTTPReceiver({ signingSecret: SIGNING_SECRET, logger: silentLogger });
  const app = new App({
    token: BOT_TOKEN,
    receiver,
    logger: silentLogger,
    clientOptions: { slackApiUrl: `${slack.url}/api/`, retryConfig: { retries: 0 } },
  });
  listen(app);
  const server = await app.start(0);
  atEnd(() => app.stop());
  const address = server.address();
  assert(typeof address === "object" && address !== null && "port" in address);
  return `http://127.0.0.1:${address.port}/slack/events`;
}

/** Calls `probe` until it returns a value; fails after two seconds of machine time. */
export async function eventually<T>(probe: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const until = performance.now() + 2000;
  for (;;) {
    const result = await probe();
    if (result !== undefined && result !== false) return result;
    if (performance.now() > until) assert.fail(`no result within two seconds: ${probe}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Returns the response to a call that should fail. */
export async function getError(call: Promise<unknown>): Promise<Reply> {
  try {
    await call;
  } catch (error) {
    const data = (error as { data?: unknown }).data;
    if (data !== undefined) return data;
    throw error;
  }
  return assert.fail("the call succeeded");
}

export const section = (text: string) => ({ type: "section" as const, text: { type: "mrkdwn" as const, text } });
export const button = (actionId: string, more: object = {}) => ({
  type: "button" as const,
  action_id: actionId,
  text: { type: "plain_text" as const, text: actionId },
  value: "req-1",
  ...more,
});
export const actionsBlock = (...elements: object[]) =>
  ({ type: "actions" as const, block_id: "strip", elements }) as never;

/** A modal with one required input, `reason`. */
export const reasonModal = (more: object = {}) =>
  ({
    type: "modal",
    callback_id: "reject-reason",
    private_metadata: "req-1",
    title: { type: "plain_text", text: "Reject" },
    submit: { type: "plain_text", text: "Reject" },
    blocks: [
      {
        type: "input",
        block_id: "reason",
        label: { type: "plain_text", text: "Reason" },
        element: { type: "plain_text_input", action_id: "text", max_length: 500 },
      },
    ],
    ...more,
  }) as never;

/** Posts a message with one button, `go`, and returns its channel and ts. */
export async function postButton({ client }: World): Promise<{ channel: string; ts: string }> {
  const posted = await client.chat.postMessage({
    channel: "C0APPROVALS",
    text: "x",
    blocks: [actionsBlock(button("go"))],
  });
  return { channel: "C0APPROVALS", ts: String(posted.ts) };
}

/** Makes Jane's click on that button. */
export const makeClick = (at: object, more: object = {}) => ({ user: "U0JANE", action_id: "go", ...at, ...more });
