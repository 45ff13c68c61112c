import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { SendAutomationSignalCommand, SSMClient } from "@aws-sdk/client-ssm";
import { getJson, type Json, postJson } from "../test/support/http-json.ts";

export const CHANNEL = "C0APPROVALS";
export const APPROVER = "U0JANE";
const BOT_ROLE = "arn:aws:iam::111122223333:role/CountersignBot";

const GATE = `
schemaVersion: "0.3"
mainSteps:
  - name: approve
    action: aws:approve
    isEnd: true
    inputs: { Message: "Go on?", Approvers: ["${BOT_ROLE}"] }
`;

export interface StandIns {
  slackUrl: string;
  awsUrl: string;
  /** Starts executions that wait for an approval. Resolves with their ids. */
  startExecutions(count: number): Promise<string[]>;
  /** Returns the calls of an operation that the stand-in has received since the last reset of the journal. */
  calls(service: "aws" | "slack", operation: string): Promise<Json[]>;
  /** Returns the `ts` of the message about each execution, by execution id. */
  findMessages(ids: readonly string[]): Promise<Map<string, string>>;
  /** Waits for the messages about these executions. Resolves with the `ts` of each, by execution id. */
  messages(ids: readonly string[]): Promise<Map<string, string>>;
  /** Presses Approve, and resolves with the milliseconds until the acknowledgement. */
  approve(ts: string): Promise<number>;
  /** Delays every call by these milliseconds. Zero ends the delays. */
  delay(slackMs: number, awsMs: number): Promise<void>;
  limits(enabled: boolean): Promise<void>;
  /** Approves an execution without the bot. */
  approveElsewhere(executionId: string): Promise<void>;
  /** Creates the role CountersignReader in each account. */
  addReaders(accounts: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Starts both stand-ins, each in a process of its own, on free ports. Slack's rate limits are off. */
export async function startStandIns(): Promise<StandIns> {
  const [aws, slack] = await Promise.all([startStandIn("aws"), startStandIn("slack")]);
  const control = { aws: `${aws.url}/_control`, slack: `${slack.url}/_control` };
  await postJson(`${control.slack}/limits`, { enabled: false });
  await postJson(`${control.aws}/seed`, { documents: [{ name: "Bench-Gate", content: GATE }] });

  // The gates list the bot's role, so that a decision elsewhere is by another session of it.
  const ssm = new SSMClient({
    endpoint: aws.url,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIACOUNTERSIGNBOT00", secretAccessKey: "sandbox" },
  });

  const findMessages = async (ids: readonly string[]) => {
    const { channels } = await getJson(`${control.slack}/state`);
    const { messages } = channels.find(({ id }: Json) => id === CHANNEL);
    const found = new Map<string, string>();
    const wanted = new Set(ids);
    for (const message of messages)
      for (const [id] of JSON.stringify(message).matchAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g))
        if (wanted.has(id) && message.thread_ts === undefined) found.set(id, message.ts);
    return found;
  };
  return {
    slackUrl: slack.url,
    awsUrl: aws.url,
    startExecutions: async (count) => {
      const executions = [{ document: "Bench-Gate", count }];
      return (await postJson(`${control.aws}/seed`, { executions })).executionIds;
    },
    calls: async (service, operation) =>
      (await getJson(`${control[service]}/requests?operation=${operation}`)).requests,
    findMessages,
    async messages(ids) {
      let found = new Map<string, string>();
      await until(`${ids.length} messages`, async () => {
        found = await findMessages(ids);
        return found.size === ids.length;
      });
      return found;
    },
    async approve(ts) {
      const click = { user: APPROVER, channel: CHANNEL, ts, action_id: "approve", confirm: true };
      const { delivery, ...rest } = await postJson(`${control.slack}/click`, click);
      if (delivery?.acked !== true) throw new Error(`the click was not acknowledged: ${JSON.stringify(rest)}`);
      return delivery.ms;
    },
    async delay(slackMs, awsMs) {
      for (const [service, delayMs] of [
        ["slack", slackMs],
        ["aws", awsMs],
      ] as const) {
        await fetch(`${control[service]}/faults`, { method: "DELETE" });
        if (delayMs > 0) await postJson(`${control[service]}/faults`, { operation: "*", kind: "delay", delayMs });
      }
    },
    limits: async (enabled) => void (await postJson(`${control.slack}/limits`, { enabled })),
    approveElsewhere: async (AutomationExecutionId) =>
      void (await ssm.send(new SendAutomationSignalCommand({ AutomationExecutionId, SignalType: "Approve" }))),
    async addReaders(accounts) {
      for (const account of accounts) {
        const arn = `arn:aws:iam::${account}:role/CountersignReader`;
        await postJson(`${control.aws}/roles`, { arn, allows: ["ssm:*"], trusts: [BOT_ROLE] });
      }
    },
    close: async () => void (await Promise.all([stop(aws.child), stop(slack.child)])),
  };
}

async function startStandIn(name: "aws" | "slack"): Promise<{ url: string; child: ChildProcess }> {
  const program = new URL("../sandbox/cli.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [program, name, `--${name}-port`, "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the ${name} stand-in ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /stand-in: http:\/\/localhost:(\d+)/.exec(line);
      if (found !== null) resolve(`http://127.0.0.1:${found[1]}`);
    });
  });
  return { url, child };
}

/** Ends a process with SIGTERM and waits for its end. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

/** Waits until the condition holds. Throws after ten minutes. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 600_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what}: not within ten minutes`);
    await pause(20);
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
