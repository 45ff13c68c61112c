import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { GetAutomationExecutionCommand, SendAutomationSignalCommand, SSMClient } from "@aws-sdk/client-ssm";
import { startAwsSandbox } from "../../sandbox/aws/start-aws-sandbox.ts";
import { botEnvironment } from "../../sandbox/bot-environment.ts";
import { startSlackSandbox } from "../../sandbox/slack/server.ts";
import { makeSandboxClock } from "../../sandbox/wire/clock.ts";
import { type Bot, startBot, tail } from "./bot.ts";
import { eventually } from "./eventually.ts";
import { getJson, type Json, postJson } from "./http-json.ts";

export const BOT_ROLE = "arn:aws:iam::111122223333:role/CountersignBot";

/** One route for everything: Jane and the members of @dba decide. */
const POLICY = `
routes:
  - name: everything
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE], groups: [S0DBA] }
admins: { users: [U0ADMIN] }
`;

/** A runbook with one gate and a simulated step after it. */
export const ONE_GATE = `
schemaVersion: "0.3"
description: Restarts a service after an approval.
parameters:
  Service: { type: String, default: web }
mainSteps:
  - name: approve
    action: aws:approve
    onFailure: Abort
    inputs:
      Message: "Restart {{ Service }}?"
      Approvers: ["${BOT_ROLE}"]
  - name: restart
    action: aws:runCommand
    isEnd: true
    inputs: { DocumentName: AWS-RunShellScript }
`;

export interface WorldOptions {
  connection?: "socket" | "http";
  /** The text of countersign.yml. */
  policy?: string;
  env?: Record<string, string | undefined>;
  /** False: the bot is not started. */
  start?: boolean;
  /** Slack's rate limits; on unless a test is about something else and needs many calls. */
  limits?: boolean;
}

/** Both stand-ins on free ports, the bot as a child process, and the verbs of a story. Everything ends with the test. */
export async function world(t: TestContext, options: WorldOptions = {}) {
  const clock = makeSandboxClock();
  const slack = await startSlackSandbox({ port: 0, clock, rateLimits: options.limits ?? true });
  const aws = await startAwsSandbox({ port: 0, clock });
  const folder = mkdtempSync(join(tmpdir(), "countersign-test-"));
  const configPath = join(folder, "countersign.yml");
  writeFileSync(configPath, options.policy ?? POLICY);
  const http = options.connection === "http";
  const environment: Record<string, string | undefined> = {
    ...botEnvironment({ slackUrl: slack.url, awsUrl: aws.url, configPath, folder, port: 0 }),
    POLL_INTERVAL_SECONDS: "0.2",
    ...(http ? { SLACK_APP_TOKEN: undefined, SLACK_SIGNING_SECRET: "sandbox-signing-secret" } : {}),
    ...options.env,
  };
  const bots: Bot[] = [];
  const ssm = new SSMClient({
    endpoint: aws.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  t.after(async () => {
    await Promise.all(bots.map((bot) => bot.kill()));
    ssm.destroy();
    await Promise.all([slack.close(), aws.close()]);
    clock.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const control = {
    slack: (path: string, body?: unknown) => call(`${slack.url}/_control/${path}`, body),
    aws: (path: string, body?: unknown) => call(`${aws.url}/_control/${path}`, body),
  };
  const newest = () => {
    const bot = bots.at(-1);
    if (bot === undefined) throw new Error("no bot was started");
    return bot;
  };

  const self = {
    clock,
    slack: { url: slack.url },
    aws: { url: aws.url, ssm },
    control,
    environment,
    folder,
    /** The newest bot. */
    bot: newest,
    /** Starts a bot on this world's store, after another has ended or beside it. */
    async startBot(differences: Record<string, string | undefined> = {}): Promise<Bot> {
      const bot = await startBot({ ...environment, ...differences });
      bots.push(bot);
      if (http) await control.slack("settings", { requestUrl: `http://127.0.0.1:${bot.port}/slack/events` });
      return bot;
    },
    /** Waits until the bot is ready for clicks and its polls run. */
    ready: () =>
      eventually(
        "the bot is ready",
        async () => (await fetch(`http://127.0.0.1:${newest().port}/readyz`)).ok,
        () => tail(newest().lines),
      ),
    /** Loads a runbook and starts it; resolves with the execution's id. */
    async run(
      content: string | object,
      start: { parameters?: Record<string, string[]>; count?: number; executedBy?: string } = {},
    ): Promise<string> {
      const document = "Test-Runbook";
      const seeded = await control.aws("seed", {
        documents: [{ name: document, content }],
        executions: [{ document, ...start }],
      });
      return seeded.executionIds[0];
    },
    /** The execution as AWS tells it. */
    async execution(id: string): Promise<Json> {
      const { AutomationExecution } = await ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId: id }));
      return AutomationExecution;
    },
    /** A signal from somewhere else, such as the console. */
    async signal(id: string, type: "Approve" | "Reject"): Promise<void> {
      await ssm.send(new SendAutomationSignalCommand({ AutomationExecutionId: id, SignalType: type }));
    },
    async signals(id: string): Promise<Json[]> {
      return (await control.aws(`executions/${id}`)).signals;
    },
    /** Calls that AWS received of an operation. */
    async awsCalls(operation: string): Promise<Json[]> {
      return (await control.aws(`requests?operation=${operation}`)).requests;
    },
    async slackCalls(operation: string): Promise<Json[]> {
      return (await control.slack(`requests?operation=${operation}`)).requests;
    },
    async channel(id = "C0APPROVALS"): Promise<Json> {
      const { channels } = await control.slack("state");
      return channels.find((channel: Json) => channel.id === id);
    },
    /** The messages that the bot posted in a channel, oldest first. */
    async messages(channel = "C0APPROVALS"): Promise<Json[]> {
      const { messages } = await self.channel(channel);
      return messages.filter((message: Json) => message.onlyFor === undefined);
    },
    /** Waits for the message of an execution, and for the words where given. */
    message: (executionId: string, words?: string | RegExp, channel = "C0APPROVALS"): Promise<Json> =>
      eventually(
        `a message about ${executionId}${words === undefined ? "" : ` says ${words}`}`,
        async () => {
          const found = (await self.messages(channel)).filter((message) => textOf(message).includes(executionId));
          return found.find((message) => words === undefined || matches(textOf(message), words));
        },
        () => tail(newest().lines),
      ),
    /** A click on a message's button, with its dialog confirmed. */
    click: (user: string, message: Json, action: string, more: object = {}, channel = "C0APPROVALS"): Promise<Json> =>
      control.slack("click", { user, channel, ts: message.ts, action_id: action, confirm: true, ...more }),
    /** Rejects through the form. */
    async reject(user: string, message: Json, reason: string, channel = "C0APPROVALS"): Promise<Json> {
      await self.click(user, message, "reject", {}, channel);
      await self.modal(user, "input");
      return control.slack("submit", { user, values: { reason: { reason } } });
    },
    /** Waits until the person's topmost modal holds the words. */
    modal: (user: string, words: string | RegExp): Promise<Json> =>
      eventually(
        `a modal of ${user} says ${words}`,
        async () => {
          const { modals } = await control.slack("state");
          const topmost = modals[user]?.at(-1);
          return topmost !== undefined && matches(JSON.stringify(topmost), words) && topmost;
        },
        () => tail(newest().lines),
      ),
    /** Waits until the person alone was told the words in the channel. */
    whispered: (user: string, words: string | RegExp, channel = "C0APPROVALS"): Promise<Json> =>
      eventually(
        `${user} is told ${words}`,
        async () => {
          const { messages } = await self.channel(channel);
          return messages.find((each: Json) => each.onlyFor === user && matches(textOf(each), words));
        },
        () => tail(newest().lines),
      ),
  };
  if (options.start !== false) {
    await self.startBot();
    await self.ready();
  }
  return self;
}

export type World = Awaited<ReturnType<typeof world>>;

function call(url: string, body: unknown): Promise<Json> {
  return body === undefined ? getJson(url) : postJson(url, body);
}

/** Everything that a message shows, in one text. */
export function textOf(message: Json): string {
  return JSON.stringify([message.text, message.blocks]);
}

function matches(text: string, words: string | RegExp): boolean {
  return typeof words === "string" ? text.includes(words) : words.test(text);
}
