import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { WebClient } from "@slack/web-api";
import { APP_TOKEN, BOT_TOKEN, SIGNING_SECRET } from "../../sandbox/slack/seed.ts";
import { type SlackSandbox, type SlackSandboxOptions, startSlackSandbox } from "../../sandbox/slack/server.ts";
import type { JournalEntry } from "../../sandbox/wire/journal.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers of the control API are looked into, not typed
export type Reply = any;

/** The tests look at what happened, not at what the clients print about it. */
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
  /** The bot's client: no retries, so that each call is one call. */
  client: WebClient;
  /** POST to `/_control/PATH`; the answer's JSON, with the HTTP status beside it as `status`. */
  control(path: string, body?: unknown): Promise<Reply>;
  state(): Promise<Reply>;
  requests(operation: string): JournalEntry[];
  /** Runs at the end of the test; what was started last is ended first. */
  onCleanup(release: () => unknown): void;
}

/** As much of it as an app needs. */
export type AppHost = Pick<World, "onCleanup"> & { slack: Pick<SlackSandbox, "url"> };

/** A stand-in of its own for one test, with the real web client; ended with the test. */
export async function world(t: TestContext, options: SlackSandboxOptions = {}): Promise<World> {
  const slack = await startSlackSandbox(options);
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

/** A Bolt app over Socket Mode, with the receiver built by hand so that its options stay its own. */
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

/** A Bolt app over signed HTTP on a free port; answers the request URL for the stand-in. */
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

/** Asks again until `probe` answers something; fails after two seconds of the machine's time. */
export async function eventually<T>(probe: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const until = performance.now() + 2000;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > until) assert.fail(`It did not happen within two seconds: ${probe}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The error that Slack named, of a call that should fail. */
export async function getError(call: Promise<unknown>): Promise<Reply> {
  try {
    await call;
  } catch (error) {
    const data = (error as { data?: unknown }).data;
    if (data !== undefined) return data;
    throw error;
  }
  return assert.fail("The call succeeded.");
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

/** Posts a message with one button, `go`, and answers where it stands. */
export async function postButton({ client }: World): Promise<{ channel: string; ts: string }> {
  const posted = await client.chat.postMessage({
    channel: "C0APPROVALS",
    text: "x",
    blocks: [actionsBlock(button("go"))],
  });
  return { channel: "C0APPROVALS", ts: String(posted.ts) };
}

/** Jane's click on that button. */
export const makeClick = (at: object, more: object = {}) => ({ user: "U0JANE", action_id: "go", ...at, ...more });
