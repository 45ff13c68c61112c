import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import {
  GetAutomationExecutionCommand,
  SendAutomationSignalCommand,
  SSMClient,
  StopAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { WebClient } from "@slack/web-api";
import { BOT_TOKEN, BOT_USER_ID } from "../sandbox/slack/seed.ts";
import { getJson, type Json, postJson } from "../test/support/http-json.ts";
import { processorMs } from "./processor-time.ts";

export const CHANNEL = "C0APPROVALS";
/** Clicks come from these people in turn. */
export const APPROVERS = Array.from({ length: 20 }, (_, index) => `U0BENCH${String(index).padStart(2, "0")}`);
/** The calls to Slack of both bots. A delay of every operation would also delay the delivery of clicks. */
const SLACK_CALLS = ["users.info", "usergroups.users.list", "chat.postMessage", "chat.update", "chat.postEphemeral"];
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
  /** Waits until AWS has received a signal for each of these executions. Resolves with each time, by execution id. */
  signals(ids: readonly string[]): Promise<Map<string, number>>;
  /** Waits until the bus has received the last event of each of these executions. */
  closed(ids: readonly string[]): Promise<void>;
  /** Presses Approve as the next approver. Resolves with the milliseconds until the acknowledgement, null if there was none. */
  tryApprove(message: Posted): Promise<number | null>;
  /** Presses Approve, and resolves with the milliseconds until the acknowledgement. Throws if there was none. */
  approve(message: Posted): Promise<number>;
  /** Opens the App Home as the first approver. */
  openHome(): Promise<void>;
  /** Runs `/approvals` with this text as the first approver. */
  command(text: string): Promise<void>;
  /** The processor time of both stand-ins, in milliseconds. */
  cpuMs(): number;
  /** Opens a request from a digest as an approver. */
  open(message: Posted, block: string): Promise<void>;
  /** Resolves with the reads, or the lookups, that the stand-in answers in a second without a bot. */
  answers(service: "aws" | "slack", executionId: string): Promise<number>;
  /** Injects a fault. `delay` ends all faults. */
  addFault(service: "aws" | "slack", fault: Json): Promise<void>;
  /** Delays every call by these milliseconds, and ends all other faults. Zero ends the delays. */
  delay(slackMs: number, awsMs: number): Promise<void>;
  limits(enabled: boolean): Promise<void>;
  /** Approves an execution without the bot. */
  approveElsewhere(executionId: string): Promise<void>;
  /** Cancels an execution in AWS. */
  cancel(executionId: string): Promise<void>;
  /** Reads an execution and updates its message, and resolves with the milliseconds of both calls. */
  callTimes(executionId: string, message: Posted): Promise<number>;
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
  const people = APPROVERS.map((id) => ({ id, name: id.toLowerCase() }));
  await postJson(`${control.slack}/seed`, {
    people,
    channels: [{ id: CHANNEL, members: [...APPROVERS, BOT_USER_ID] }],
  });

  // The gates list the bot's role, so that a decision elsewhere is by another session of it.
  const ssm = new SSMClient({
    endpoint: aws.url,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIACOUNTERSIGNBOT00", secretAccessKey: "sandbox" },
  });

  const web = new WebClient(BOT_TOKEN, { slackApiUrl: `${slack.url}/api/` });

  // The executions of the demonstration wait too, and would count as open.
  const { executions } = await getJson(`${control.aws}/executions`);
  for (const { AutomationExecutionId, AutomationExecutionStatus } of executions)
    if (AutomationExecutionStatus === "Waiting")
      await ssm.send(new StopAutomationExecutionCommand({ AutomationExecutionId, Type: "Cancel" }));

  const messages = trackMessages(`${control.slack}/requests?operation=chat.postMessage`);
  let clicks = 0;
  const tryApprove = async ({ channel, ts }: Posted) => {
    const click = { user: APPROVERS[clicks++ % APPROVERS.length], channel, ts, action_id: "approve", confirm: true };
    const { delivery } = await postJson(`${control.slack}/click`, click);
    return delivery?.acked === true ? delivery.ms : null;
  };
  const act = async (kind: "home" | "command", body: Json) => {
    const reply = await postJson(`${control.slack}/${kind}`, { user: APPROVERS[0], ...body });
    if (reply.delivery?.acked !== true) throw new Error(`${kind}: ${JSON.stringify(reply)}`);
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
        members: [...APPROVERS, BOT_USER_ID],
      }));
      await postJson(`${control.slack}/seed`, { channels });
      await postJson(`${control.aws}/seed`, { documents: added.map(({ runbook: name }) => ({ name, content: GATE })) });
      return added;
    },
    calls: async (service, operation) =>
      (await getJson(`${control[service]}/requests?operation=${operation}`)).requests,
    messages,
    signals: trackSignals(`${control.aws}/requests?operation=SendAutomationSignal`),
    async closed(ids) {
      const left = new Set(ids);
      await until(`the end of ${ids.length} requests`, async () => {
        // The stand-in replies with all events.
        await pause(250);
        const { events } = await getJson(`${control.aws}/bus?source=countersign`);
        for (const event of events)
          if (event["detail-type"] === "Approval Closed") left.delete(event.detail.executionId);
        return left.size === 0;
      });
    },
    tryApprove,
    async approve(message) {
      const ms = await tryApprove(message);
      if (ms === null) throw new Error(`the click on ${message.ts} in ${message.channel} was not acknowledged`);
      return ms;
    },
    openHome: () => act("home", {}),
    command: (text) => act("command", { channel: CHANNEL, text: `/approvals ${text}` }),
    cpuMs: () => processorMs(aws.child) + processorMs(slack.child),
    async open({ channel, ts }, block_id) {
      const click = { user: APPROVERS[0], channel, ts, action_id: "open", block_id };
      await postJson(`${control.slack}/click`, click);
    },
    answers: (service, AutomationExecutionId) =>
      countAnswers(() =>
        service === "aws"
          ? ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId }))
          : web.users.info({ user: APPROVERS[0] ?? "" }),
      ),
    addFault: async (service, fault) => void (await postJson(`${control[service]}/faults`, fault)),
    async delay(slackMs, awsMs) {
      for (const [service, operations, delayMs] of [
        ["slack", SLACK_CALLS, slackMs],
        ["aws", ["*"], awsMs],
      ] as const) {
        await fetch(`${control[service]}/faults`, { method: "DELETE" });
        if (delayMs === 0) continue;
        for (const operation of operations)
          await postJson(`${control[service]}/faults`, { operation, kind: "delay", delayMs });
      }
    },
    limits: async (enabled) => void (await postJson(`${control.slack}/limits`, { enabled })),
    approveElsewhere: async (AutomationExecutionId) =>
      void (await ssm.send(new SendAutomationSignalCommand({ AutomationExecutionId, SignalType: "Approve" }))),
    cancel: async (AutomationExecutionId) =>
      void (await ssm.send(new StopAutomationExecutionCommand({ AutomationExecutionId, Type: "Cancel" }))),
    async callTimes(AutomationExecutionId, { channel, ts }) {
      const startedAt = performance.now();
      await ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId }));
      await web.chat.update({ channel, ts, text: "Measured" });
      return performance.now() - startedAt;
    },
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

/** Returns a function that waits for the signals of executions, and reads each from the journal once. */
function trackSignals(journal: string): StandIns["signals"] {
  const received = new Map<string, number>();
  let since = 0;
  return async (ids) => {
    await until(`signals for ${ids.length} executions`, async () => {
      const { requests } = await getJson(`${journal}&since=${since}`);
      for (const { seq, input, at } of requests) {
        since = seq;
        received.set(input.AutomationExecutionId, at);
      }
      return ids.every((id) => received.has(id));
    });
    return new Map(ids.map((id) => [id, received.get(id) ?? Number.NaN]));
  };
}

/** Calls in progress at the same time, and the duration of the measurement. */
const [CALLS_TOGETHER, CALLING_MS] = [32, 5_000];

async function countAnswers(call: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  let answers = 0;
  const callOneByOne = async () => {
    for (; performance.now() - startedAt < CALLING_MS; answers++) await call();
  };
  await Promise.all(Array.from({ length: CALLS_TOGETHER }, callOneByOne));
  return answers / ((performance.now() - startedAt) / 1000);
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
