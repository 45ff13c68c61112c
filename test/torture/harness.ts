import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SendAutomationSignalCommand, SSMClient, StopAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { startAwsSandbox } from "../../sandbox/aws/start-aws-sandbox.ts";
import { botEnvironment } from "../../sandbox/bot-environment.ts";
import { SIGNING_SECRET } from "../../sandbox/slack/seed.ts";
import { startSlackSandbox } from "../../sandbox/slack/server.ts";
import { bundledBot } from "../support/bundled-bot.ts";
import { getJson, type Json, postJson } from "../support/http-json.ts";
import type { ConsoleDecision } from "./actions.ts";
import { type ChildBot, preloadBot } from "./child-bot.ts";
import type { TortureDatabase } from "./database.ts";
import { makeFastSandboxClock, makeFastTime } from "./fast-time.ts";
import { startLoadBalancer } from "./load-balancer.ts";
import { isOpen } from "./open-message.ts";
import { ADMIN, GROUP, makePolicy, makeRunbooks, PAUSED_STEP } from "./runbooks.ts";
import { PLAIN, type Setting } from "./setting.ts";

/**
 * Speed of the fast clock: `scale` fast milliseconds per real one on a machine that loads the bot in `loadingMs`, in
 * proportion on others. At a higher speed, handshakes and acknowledgements on a busy machine exceed the limits of Slack and
 * the bot: then no call succeeds, and a schedule proves nothing.
 */
const PACE = { scale: 8, loadingMs: 350, min: 2, max: 16 };

function choosePace(loadingMs: number): number {
  return Math.round(Math.min(PACE.max, Math.max(PACE.min, (PACE.scale * PACE.loadingMs) / loadingMs)));
}

/** Deliberate bugs and crashes of the bot itself. */
export interface BotFaults {
  mutant?: string | null;
  crashPoint?: string | null;
}

/** A time jump. `at`: the time of AWS and Slack before it. `isSkew`: the bots' clocks did not jump. */
export interface Jump {
  at: number;
  ms: number;
  isSkew?: true;
}

/** A change of the group of approvers. It took effect between `from` and `until`, times of the stand-ins. */
export interface GroupChange {
  from: number;
  until: number;
  users: readonly string[];
}

/** A message that a person deleted in Slack. */
export interface Deletion {
  executionId: string;
  channel: string;
  ts: string;
}

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/**
 * Starts both stand-ins in this process, on one fast clock, and manages the bot processes. A harness serves many schedules:
 * `reset` empties the stand-ins and the database. `close` stops everything. `policy`: the configuration of the bots; null:
 * that of the schedules.
 */
export async function startHarness(database: TortureDatabase, policy: string | null = null) {
  const { tortureEntry } = await bundledBot();
  const base = Date.now();
  const time = makeFastTime({ scale: PACE.min, base, offset: 0 });
  const clock = makeFastSandboxClock(time);
  const slack = await startSlackSandbox({ port: 0, clock, signedAt: clock.now });
  const aws = await startAwsSandbox({ port: 0, clock, callerNow: clock.now });
  const folder = mkdtempSync(join(tmpdir(), "countersign-torture-"));
  const configPath = join(folder, "countersign.yml");
  const ssm = new SSMClient({
    endpoint: aws.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  let bots: (ChildBot | undefined)[] = [];
  let spare = preloadBot(tortureEntry);
  let setting = PLAIN;
  const loadBalancer = await startLoadBalancer(() =>
    bots.flatMap((bot) => (bot === undefined || bot.hasEnded() ? [] : (bot.port() ?? []))),
  );
  /** The lead of the stand-ins' clock over the fast time, and the part of it that the bots share since the last reset. */
  let [ahead, shared] = [0, 0];
  /** Since the last reset. */
  let jumps: Jump[] = [];
  let groupChanges: GroupChange[] = [];
  let deletions: Deletion[] = [];
  /** The time of the stand-ins at which the faults of the schedule ended. */
  let faultsEndedAt = 0;
  let databaseUrl = "";
  /** Bots of this schedule that ended without a kill. */
  let unexpectedExits: string[] = [];

  const call = (url: string) => (path: string, body?: unknown) =>
    body === undefined ? getJson(`${url}/_control/${path}`) : postJson(`${url}/_control/${path}`, body);
  const control = { slack: call(slack.url), aws: call(aws.url) };
  const clearFaults = async () => {
    for (const path of [`${slack.url}/_control/faults`, `${aws.url}/_control/faults`, `${aws.url}/_control/bus/faults`])
      await fetch(path, { method: "DELETE" });
  };

  return {
    time,
    control,
    ssm,
    clearFaults,
    bots: () => bots,
    unexpectedExits: () => unexpectedExits,
    setting: () => setting,
    jumps: (): readonly Jump[] => jumps,
    faultsEndedAt: () => faultsEndedAt,
    /** The time of the stand-ins. */
    now: () => clock.now(),
    /** The lead of the stand-ins' clock over the bots'. */
    skewMs: () => ahead - shared,
    groupChanges: (): readonly GroupChange[] => groupChanges,
    deletions: (): readonly Deletion[] => deletions,
    /** Resolves after `ms` of the fast clock. */
    wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, time.toMachineMs(ms))),

    /** Empties the stand-ins and the database, stops all bots, and sets a clock speed that the machine can sustain now. */
    async reset(newSetting: Setting = PLAIN): Promise<void> {
      await Promise.all(bots.map((bot) => bot?.kill()));
      bots = [];
      unexpectedExits = [];
      jumps = [];
      groupChanges = [];
      deletions = [];
      setting = newSetting;
      clock.clear();
      shared = ahead;
      time.unfreeze();
      time.setScale(choosePace(await Promise.race([spare.loaded, spare.ended.then(() => PACE.loadingMs)])));
      await Promise.all([control.slack("reset", {}), control.aws("reset", {})]);
      databaseUrl = await database.fresh();
      writeFileSync(configPath, policy ?? makePolicy(setting));
      const documents = Object.entries(makeRunbooks(setting)).map(([name, content]) => ({ name, content }));
      await control.aws("seed", { documents });
      const { stepIds, readLagMs } = setting;
      await control.aws("assumptions", { stepIds, readLagMs });
      if (setting.connection === "http") await control.slack("settings", { requestUrl: loadBalancer.url });
    },

    /** Starts a replica, replacing the previous one. Resolves when it listens or has ended. */
    async startBot(replica: number, botFaults: BotFaults = {}): Promise<ChildBot> {
      const bot = spare;
      spare = preloadBot(tortureEntry);
      bots[replica] = bot;
      const environment: Record<string, string> = {
        ...botEnvironment({ slackUrl: slack.url, awsUrl: aws.url, configPath, folder, port: 0 }),
        DATABASE_URL: databaseUrl,
        POLL_INTERVAL_SECONDS: "10",
        LOG_LEVEL: "info",
      };
      if (setting.connection === "http") {
        delete environment.SLACK_APP_TOKEN;
        environment.SLACK_SIGNING_SECRET = SIGNING_SECRET;
      }
      void bot.ended.then((exit) => {
        if (exit !== "SIGKILL") unexpectedExits.push(`a bot ended unexpectedly (${exit}): ${bot.lines.at(-1)}`);
      });
      await bot.start({
        environment,
        time: { ...time.shared(), offset: time.offset + shared },
        mutant: botFaults.mutant ?? null,
        crashPoint: botFaults.crashPoint ?? null,
      });
      bot.move(time.offset + shared);
      return bot;
    },

    /** Moves the time of the stand-ins and the bots forward. */
    advanceTime(ms: number): void {
      jumps.push({ at: clock.now(), ms });
      time.moveTo(Math.round(time.offset + ms));
      clock.advance(0);
      for (const bot of bots) bot?.move(time.offset + shared);
    },
    /** Moves only the clock of the stand-ins forward. */
    skew(ms: number): void {
      jumps.push({ at: clock.now(), ms, isSkew: true });
      ahead += ms;
      clock.advance(ms);
    },

    /** Starts one or more executions of a runbook. Resolves with the id of the first. */
    async run(document: string, count = 1): Promise<string> {
      const { executionIds } = await control.aws("seed", {
        executions: Array.from({ length: count }, () => ({ document })),
      });
      return executionIds[0];
    },
    /** Decides outside Slack; AWS may refuse it. */
    async decide(executionId: string, decision: ConsoleDecision): Promise<void> {
      const id = { AutomationExecutionId: executionId };
      const command =
        decision === "Cancel"
          ? ssm.send(new StopAutomationExecutionCommand({ ...id, Type: "Cancel" }))
          : ssm.send(
              new SendAutomationSignalCommand({
                ...{ ...id, SignalType: decision },
                ...(decision === "Resume" ? { Payload: { StepName: [PAUSED_STEP] } } : {}),
              }),
            );
      await command.catch(() => undefined);
    },
    async changeGroup(users: readonly string[]): Promise<void> {
      const from = clock.now();
      await control.slack("group", { group: GROUP, users });
      groupChanges.push({ from, until: clock.now(), users });
    },
    /** Deletes the newest message of an execution, once in each channel: the bot posts a message again only once. */
    async deleteMessage(executionId: string, channel: string): Promise<void> {
      if (deletions.some((each) => each.executionId === executionId && each.channel === channel)) return;
      const { channels } = await control.slack("state");
      const { messages } = channels.find((each: Json) => each.id === channel);
      const message = messages.findLast(
        (each: Json) =>
          (each.thread_ts === undefined || each.thread_ts === each.ts) &&
          isOpen(each) &&
          JSON.stringify(each.blocks ?? []).includes(executionId),
      );
      // A digest lists several executions, and another action may be deleting it.
      if (message === undefined || deletions.some((each) => each.ts === message.ts && each.channel === channel)) return;
      deletions.push({ executionId, channel, ts: message.ts });
      await control.slack("delete", { user: ADMIN, channel, ts: message.ts });
    },
    /** Ends all faults, the lag of reads, and the time in which signals have no effect. */
    async endFaults(): Promise<void> {
      await clearFaults();
      await control.aws("assumptions", { readLagMs: 0, signalEffect: "decides" });
      faultsEndedAt = clock.now();
    },
    async readMessages(channelId: string): Promise<Json[]> {
      const { channels } = await control.slack("state");
      return channels.find((each: Json) => each.id === channelId).messages;
    },
    readRecords: () => database.read(databaseUrl),

    async close(): Promise<void> {
      await Promise.all([...bots, spare].map((bot) => bot?.kill()));
      ssm.destroy();
      await Promise.all([slack.close(), aws.close(), loadBalancer.close()]);
      clock.close();
      rmSync(folder, { recursive: true, force: true });
      await database.close();
    },
  };
}
