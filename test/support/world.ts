import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { GetAutomationExecutionCommand, SendAutomationSignalCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { AssumptionValues } from "../../sandbox/aws/assumptions.ts";
import { startAwsSandbox } from "../../sandbox/aws/start-aws-sandbox.ts";
import { botEnvironment } from "../../sandbox/bot-environment.ts";
import { startSlackSandbox } from "../../sandbox/slack/server.ts";
import type { WorkspaceSettings } from "../../sandbox/slack/workspace/settings.ts";
import { makeSandboxClock } from "../../sandbox/wire/clock.ts";
import { type Bot, type Copy, formatLastLines, isReady, startBot } from "./bot.ts";
import { eventually } from "./eventually.ts";
import { getJson, type Json, postJson } from "./http-json.ts";

export const BOT_ROLE = "arn:aws:iam::111122223333:role/CountersignBot";

/** One route for all requests: Jane and the members of @dba are the approvers. */
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
  /** The content of countersign.yml. */
  policy?: string;
  env?: Record<string, string | undefined>;
  /** With false, the bot is not started. */
  start?: boolean;
  /** Which program runs: the bundle, which loads faster (default), or the source, as it ships. */
  program?: "bundle" | "source";
  /** Slack's rate limits. Default true; false for tests of other subjects that need many calls. */
  limits?: boolean;
  /** With true, the bot receives events from the queue; by default it finds everything by polls. */
  events?: boolean;
  /** Assumptions of the AWS stand-in that differ from the defaults. */
  aws?: Partial<AssumptionValues>;
  /** Settings of the workspace that differ from the defaults. */
  slack?: Partial<WorkspaceSettings>;
}

/** Starts both stand-ins on free ports and the bot as a child process; returns the actions of a test. All stop with the test. */
export async function world(t: TestContext, options: WorldOptions = {}) {
  const clock = makeSandboxClock();
  const slack = await startSlackSandbox({
    port: 0,
    clock,
    rateLimits: options.limits ?? true,
    settings: options.slack ?? {},
  });
  const aws = await startAwsSandbox({ port: 0, clock, assumptions: options.aws ?? {} });
  const folder = mkdtempSync(join(tmpdir(), "countersign-test-"));
  const configPath = join(folder, "countersign.yml");
  writeFileSync(configPath, options.policy ?? POLICY);
  const http = options.connection === "http";
  const environment: Record<string, string | undefined> = {
    ...botEnvironment({ slackUrl: slack.url, awsUrl: aws.url, configPath, folder, port: 0 }),
    POLL_INTERVAL_SECONDS: "0.2",
    ...(options.events === true ? {} : { WAITING_QUEUE_URL: undefined }),
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
    aws: { url: aws.url, ssm, identities: aws.standIn.identities },
    control,
    environment,
    folder,
    /** The newest bot. */
    bot: newest,
    /** Starts a bot on the store of this world, after another one or in parallel. */
    async startBot(
      differences: Record<string, string | undefined> = {},
      from: WorldOptions["program"] | Copy = options.program,
    ): Promise<Bot> {
      const bot = await startBot({ ...environment, ...differences }, from);
      bots.push(bot);
      if (http) await control.slack("settings", { requestUrl: `http://127.0.0.1:${bot.port}/slack/events` });
      return bot;
    },
    /** Waits until the bot is ready for clicks and its polls run. */
    ready: () =>
      eventually(
        "the bot is ready",
        () => isReady(newest()),
        () => formatLastLines(newest().lines),
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
    /** Reads the execution from AWS. */
    async execution(id: string): Promise<Json> {
      const { AutomationExecution } = await ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId: id }));
      return AutomationExecution;
    },
    /** Sends a signal outside Slack, like the console does. */
    async signal(id: string, type: "Approve" | "Reject"): Promise<void> {
      await ssm.send(new SendAutomationSignalCommand({ AutomationExecutionId: id, SignalType: type }));
    },
    async signals(id: string): Promise<Json[]> {
      return (await control.aws(`executions/${id}`)).signals;
    },
    /** Returns the calls of an operation that AWS received. */
    async awsCalls(operation: string): Promise<Json[]> {
      return (await control.aws(`requests?operation=${operation}`)).requests;
    },
    async slackCalls(operation: string): Promise<Json[]> {
      return (await control.slack(`requests?operation=${operation}`)).requests;
    },
    /** Returns the calls that posted a message, without replies. */
    async posts(): Promise<Json[]> {
      return (await self.slackCalls("chat.postMessage")).filter(({ input }) => input.thread_ts === undefined);
    },
    /** Returns the channel with its messages, or with those after a ts. */
    channel: (id = "C0APPROVALS", after = ""): Promise<Json> => control.slack(`channels/${id}?after=${after}`),
    /** Returns the messages that the bot posted in a channel, oldest first, without replies. */
    async messages(channel = "C0APPROVALS"): Promise<Json[]> {
      const { messages } = await self.channel(channel);
      return messages.filter((message: Json) => message.onlyFor === undefined && !isReply(message));
    },
    /** Waits for a reply in the thread of a message, with this text. */
    reply: (message: Json, expected: string | RegExp, channel = "C0APPROVALS"): Promise<Json> =>
      eventually(
        `a reply says ${expected}`,
        async () => (await self.replies(message, channel)).find((each) => matches(toText(each), expected)),
        () => formatLastLines(newest().lines),
      ),
    async replies(message: Json, channel = "C0APPROVALS"): Promise<Json[]> {
      const { messages } = await self.channel(channel);
      return messages.filter((each: Json) => isReply(each) && each.thread_ts === message.ts);
    },
    /** Waits for the message of an execution, and for the text if given. */
    message: (executionId: string, expected?: string | RegExp, channel = "C0APPROVALS"): Promise<Json> =>
      eventually(
        `a message about ${executionId}${expected === undefined ? "" : ` says ${expected}`}`,
        async () => {
          const found = (await self.messages(channel)).filter((message) => toText(message).includes(executionId));
          return found.find((message) => expected === undefined || matches(toText(message), expected));
        },
        () => formatLastLines(newest().lines),
      ),
    /** Clicks a button of a message and confirms its dialog. */
    click: (user: string, message: Json, action: string, more: object = {}, channel = "C0APPROVALS"): Promise<Json> =>
      control.slack("click", { user, channel, ts: message.ts, action_id: action, confirm: true, ...more }),
    /** Rejects through the form. */
    async reject(user: string, message: Json, reason: string, channel = "C0APPROVALS"): Promise<Json> {
      await self.click(user, message, "reject", {}, channel);
      await self.modal(user, "input");
      return control.slack("submit", { user, values: { reason: { reason } } });
    },
    /** Waits until the topmost modal of the person contains the text. */
    modal: (user: string, expected: string | RegExp): Promise<Json> =>
      eventually(
        `a modal of ${user} says ${expected}`,
        async () => {
          const { modals } = await control.slack("state");
          const topmost = modals[user]?.at(-1);
          return topmost !== undefined && matches(JSON.stringify(topmost), expected) && topmost;
        },
        () => formatLastLines(newest().lines),
      ),
    /** Waits for an ephemeral message to the person with this text in the channel. */
    ephemeral: (user: string, expected: string | RegExp, channel = "C0APPROVALS"): Promise<Json> =>
      eventually(
        `an ephemeral message to ${user} says ${expected}`,
        async () => {
          const { messages } = await self.channel(channel);
          return messages.find((each: Json) => each.onlyFor === user && matches(toText(each), expected));
        },
        () => formatLastLines(newest().lines),
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

const isReply = ({ ts, thread_ts }: Json): boolean => thread_ts !== undefined && thread_ts !== ts;

/** Returns the complete content of a message as one text. */
export function toText(message: Json): string {
  return JSON.stringify([message.text, message.blocks]);
}

function matches(text: string, expected: string | RegExp): boolean {
  return typeof expected === "string" ? text.includes(expected) : expected.test(text);
}
