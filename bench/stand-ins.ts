import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { SendAutomationSignalCommand, SSMClient, StopAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { BOT_USER_ID } from "../sandbox/slack/seed.ts";
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

/** A message in Slack. */
export interface Posted {
  channel: string;
  ts: string;
}

export interface StandIns {
  slackUrl: string;
  awsUrl: string;
  /** Starts executions that wait for an approval, in turn of each runbook. Resolves with their ids. */
  startExecutions(count: number, runbooks?: readonly string[]): Promise<string[]>;
  /** Creates channels, and a runbook for each of them. */
  addChannels(count: number): Promise<{ channel: string; runbook: string }[]>;
  /** Returns the calls of an operation that the stand-in has received since the last reset of the journal. */
  calls(service: "aws" | "slack", operation: string): Promise<Json[]>;
  /** Waits for the messages about these executions. Resolves with each, by execution id. */
  messages(ids: readonly string[]): Promise<Map<string, Posted>>;
  /** Presses Approve. Resolves with the milliseconds until the acknowledgement, null if there was none. */
  tryApprove(message: Posted): Promise<number | null>;
  /** Presses Approve, and resolves with the milliseconds until the acknowledgement. Throws if there was none. */
  approve(message: Posted): Promise<number>;
  /** Injects a fault into a stand-in until \`delay\` ends all faults. */
  addFault(service: "aws" | "slack", fault: Json): Promise<void>;
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

  // The executions of the demonstration wait too, and would count as open.
  const { executions } = await getJson(`${control.aws}/executions`);
  for (const { AutomationExecutionId, AutomationExecutionStatus } of executions)
    if (AutomationExecutionStatus === "Waiting")
      await ssm.send(new StopAutomationExecutionCommand({ AutomationExecutionId, Type: "Cancel" }));

  const messages = trackMessages(`${control.slack}/requests?operation=chat.postMessage`);
  const tryApprove = async ({ channel, ts }: Posted) => {
    const click = { user: APPROVER, channel, ts, action_id: "approve", confirm: true };
    const { delivery } = await postJson(`${control.slack}/click`, click);
    return delivery?.acked === true ? delivery.ms : null;
  };
  return {
    slackUrl: slack.url,
    awsUrl: aws.url,
    startExecutions: async (count, runbooks = ["Bench-Gate"]) => {
      const executions = runbooks
        .map((document, index) => ({ document, count: Math.ceil((count - index) / runbooks.length) }))
        .filter((each) => each.count > 0);
      return (await postJson(`${control.aws}/seed`, { executions })).executionIds;
    },
    async addChannels(count) {
      const added = Array.from({ length: count }, (_, index) => ({
        channel: `C0BENCH${String(index).padStart(4, "0")}`,
        runbook: `Bench-Gate-${String(index).padStart(4, "0")}`,
      }));
      const channels = added.map(({ channel: id }) => ({
        id,
        name: id.toLowerCase(),
        members: [APPROVER, BOT_USER_ID],
      }));
      await postJson(`${control.slack}/seed`, { channels });
      await postJson(`${control.aws}/seed`, { documents: added.map(({ runbook: name }) => ({ name, content: GATE })) });
      return added;
    },
    calls: async (service, operation) =>
      (await getJson(`${control[service]}/requests?operation=${operation}`)).requests,
    messages,
    tryApprove,
    async approve(message) {
      const ms = await tryApprove(message);
      if (ms === null) throw new Error(`the click on ${message.ts} in ${message.channel} was not acknowledged`);
      return ms;
    },
    addFault: async (service, fault) => void (await postJson(`${control[service]}/faults`, fault)),
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

/** Returns a function that waits for the messages about executions, and reads each post from the journal once. */
function trackMessages(journal: string): StandIns["messages"] {
  const found = new Map<string, Posted>();
  let since = 0;
  return async (ids) => {
    await until(`${ids.length} messages`, async () => {
      const { requests } = await getJson(`${journal}&since=${since}`);
      for (const { seq, input, outcome } of requests) {
        since = seq;
        if (input.thread_ts !== undefined || outcome.body?.ok !== true) continue;
        for (const [id] of JSON.stringify(input).matchAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g))
          found.set(id, { channel: outcome.body.channel, ts: outcome.body.ts });
      }
      return ids.every((id) => found.has(id));
    });
    return new Map(ids.map((id) => [id, found.get(id) as Posted]));
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
