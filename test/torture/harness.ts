import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SendAutomationSignalCommand, SSMClient, StopAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { startAwsSandbox } from "../../sandbox/aws/start-aws-sandbox.ts";
import { botEnvironment } from "../../sandbox/bot-environment.ts";
import { startSlackSandbox } from "../../sandbox/slack/server.ts";
import { getJson, type Json, postJson } from "../support/http-json.ts";
import { type ChildBot, preloadBot } from "./child-bot.ts";
import type { TortureDatabase } from "./database.ts";
import { makeFastSandboxClock, makeFastTime } from "./fast-time.ts";
import { POLICY, RUNBOOKS } from "./runbooks.ts";

/**
 * Milliseconds of the fast clock in one of the machine's, on a machine that loads the bot in so many milliseconds. Faster,
 * and a handshake or an acknowledgement on a busy machine takes longer than Slack or the bot allows: then nobody gets
 * through, and a schedule shows nothing.
 */
const PACE = { scale: 14, loadingMs: { modules: 350, bundle: 160 }, least: 2, most: 16 };

function choosePace(loadingMs: number, usualMs: number): number {
  return Math.round(Math.min(PACE.most, Math.max(PACE.least, (PACE.scale * usualMs) / loadingMs)));
}

export interface BotFaults {
  mutant?: string | null;
  crashPoint?: string | null;
}

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/**
 * Both stand-ins in this process, on one fast clock, and the bot's processes. They stay for many schedules: `reset` gives
 * an empty world and an empty database. `close` ends everything. `entry`: the bot's entry in one file, which loads sooner.
 */
export async function startHarness(database: TortureDatabase, entry?: string) {
  const base = Date.now();
  const time = makeFastTime({ scale: PACE.least, base, offset: 0 });
  const clock = makeFastSandboxClock(time);
  const slack = await startSlackSandbox({ port: 0, clock });
  const aws = await startAwsSandbox({ port: 0, clock });
  const folder = mkdtempSync(join(tmpdir(), "countersign-torture-"));
  const configPath = join(folder, "countersign.yml");
  writeFileSync(configPath, POLICY);
  const ssm = new SSMClient({
    endpoint: aws.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  let bots: (ChildBot | undefined)[] = [];
  let spare = preloadBot(entry);
  /** By how much the stand-ins' clock is ahead of the fast time, and how much of it the bots share since the last reset. */
  let [ahead, shared] = [0, 0];
  /** When time was moved forward for the stand-ins, as they showed it, and by how much; since the last reset. */
  let jumps: { at: number; ms: number }[] = [];
  let databaseUrl = "";
  /** Bots of this schedule that ended without being killed. */
  let unexpectedExits: string[] = [];

  const call = (url: string) => (path: string, body?: unknown) =>
    body === undefined ? getJson(`${url}/_control/${path}`) : postJson(`${url}/_control/${path}`, body);
  const control = { slack: call(slack.url), aws: call(aws.url) };
  const clearFaults = async () => {
    for (const { url } of [slack, aws]) await fetch(`${url}/_control/faults`, { method: "DELETE" });
  };

  return {
    time,
    control,
    ssm,
    clearFaults,
    bots: () => bots,
    collapsed: () => unexpectedExits,
    jumps: (): readonly { at: number; ms: number }[] => jumps,
    /** Resolves after `ms` of the fast clock. */
    wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, time.toMachineMs(ms))),

    /** An empty world, an empty database and no bot; the clock at the pace that the machine can keep now. */
    async reset(): Promise<void> {
      await Promise.all(bots.map((bot) => bot?.kill()));
      bots = [];
      unexpectedExits = [];
      jumps = [];
      clock.clear();
      shared = ahead;
      time.unfreeze();
      const usualMs = PACE.loadingMs[entry === undefined ? "modules" : "bundle"];
      time.setScale(choosePace(await Promise.race([spare.loaded, spare.ended.then(() => usualMs)]), usualMs));
      await Promise.all([control.slack("reset", {}), control.aws("reset", {})]);
      databaseUrl = await database.fresh();
      const documents = Object.entries(RUNBOOKS).map(([name, content]) => ({ name, content }));
      await control.aws("seed", { documents });
    },

    /** Starts a replica, in the place of the one before it. Resolves when it listens, or has ended. */
    async startBot(replica: number, botFaults: BotFaults = {}): Promise<ChildBot> {
      const bot = spare;
      spare = preloadBot(entry);
      bots[replica] = bot;
      const environment = {
        ...botEnvironment({ slackUrl: slack.url, awsUrl: aws.url, configPath, folder, port: 0 }),
        DATABASE_URL: databaseUrl,
        POLL_INTERVAL_SECONDS: "10",
        LOG_LEVEL: "info",
      };
      void bot.ended.then((how) => {
        if (how !== "SIGKILL") unexpectedExits.push(`a bot ended by itself (${how}): ${bot.lines.at(-1)}`);
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

    /** Time passes for the stand-ins and the bots. */
    pass(ms: number): void {
      jumps.push({ at: clock.now(), ms });
      time.moveTo(Math.round(time.offset + ms));
      clock.advance(0);
      for (const bot of bots) bot?.move(time.offset + shared);
    },
    /** The stand-ins' clock alone goes ahead. */
    skew(ms: number): void {
      jumps.push({ at: clock.now(), ms });
      ahead += ms;
      clock.advance(ms);
    },

    /** Starts an execution, or several of the same runbook. Resolves with the first one's id. */
    async run(document: string, count = 1): Promise<string> {
      const { executionIds } = await control.aws("seed", {
        executions: Array.from({ length: count }, () => ({ document })),
      });
      return executionIds[0];
    },
    /** A decision by somebody else; AWS may refuse it. */
    async decide(executionId: string, does: "Approve" | "Reject" | "Cancel"): Promise<void> {
      const id = { AutomationExecutionId: executionId };
      const command =
        does === "Cancel"
          ? ssm.send(new StopAutomationExecutionCommand({ ...id, Type: "Cancel" }))
          : ssm.send(new SendAutomationSignalCommand({ ...id, SignalType: does }));
      await command.catch(() => undefined);
    },
    async channel(id: string): Promise<Json[]> {
      const { channels } = await control.slack("state");
      return channels.find((each: Json) => each.id === id).messages;
    },
    tables: () => database.read(databaseUrl),

    async close(): Promise<void> {
      await Promise.all([...bots, spare].map((bot) => bot?.kill()));
      ssm.destroy();
      await Promise.all([slack.close(), aws.close()]);
      clock.close();
      rmSync(folder, { recursive: true, force: true });
      await database.close();
    },
  };
}
