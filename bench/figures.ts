import { aFolder, type BenchedBot, startCountersign, startMinimalBot } from "./bots.ts";
import { type ClickTimes, clickInTurn, percentile } from "./clicks.ts";
import { pause, type StandIns, startStandIns } from "./stand-ins.ts";

/** One line of the table. `met` null: the figure has no goal. */
export interface Figure {
  figure: string;
  goal: string;
  measured: string;
  met: boolean | null;
  /** Where the time goes, or why a goal is missed. */
  note?: string;
}

export interface Options {
  /** Clicks of each measurement of latency. */
  clicks: number;
}

/** The measured times, by bot and delays, for the charts. */
export interface Samples {
  latency: Record<string, ClickTimes>;
}

type World = { on: StandIns; folder: string };

async function inWorld<T>(measure: (world: World) => Promise<T>): Promise<T> {
  const on = await startStandIns();
  const folder = aFolder();
  try {
    return await measure({ on, folder: folder.path });
  } finally {
    await on.close();
    folder.remove();
  }
}

async function withBot<T>(bot: BenchedBot, use: (bot: BenchedBot) => Promise<T>): Promise<T> {
  try {
    return await use(bot);
  } finally {
    await bot.stop();
  }
}

const DELAYS = [
  { name: "no delay", slack: 0, aws: 0, goal: 2 },
  { name: "80/40 ms", slack: 80, aws: 40, goal: 1 },
] as const;

const ms = (value: number) => `${value.toFixed(0)} ms`;

/** Compares the latency of a click with the minimal bot's, one click at a time. */
export async function compareLatency({ clicks }: Options, samples: Samples): Promise<Figure[]> {
  for (const delay of DELAYS)
    for (const name of ["minimal bot", "Countersign"] as const)
      samples.latency[`${name}, ${delay.name}`] = await inWorld(async ({ on, folder }) => {
        const bot = name === "Countersign" ? await startCountersign(on, folder) : startMinimalBot(on, folder);
        return withBot(bot, async () => {
          // The first clicks compile code.
          await clickInTurn(on, await on.startExecutions(10));
          const executions = await on.startExecutions(clicks);
          await on.messages(executions);
          await on.delay(delay.slack, delay.aws);
          return clickInTurn(on, executions);
        });
      });
  return DELAYS.map(({ name, goal }) => {
    const [own, least] = ["Countersign", "minimal bot"].map((bot) =>
      percentile(samples.latency[`${bot}, ${name}`]?.signals ?? [], 0.5),
    ) as [number, number];
    return {
      figure: `click to signal, p50, ${name}`,
      goal: `${goal === 1 ? "below" : "at most"} ${goal.toFixed(1)} x the minimal bot`,
      measured: `${(own / least).toFixed(2)} x (${ms(own)} and ${ms(least)})`,
      met: goal === 1 ? own < least : own <= goal * least,
    };
  });
}

/** Counts the calls of an idle poll with 120 open requests, and those of one request from its start to its end. */
export function countCalls(): Promise<Figure[]> {
  return inWorld(async ({ on, folder }) =>
    withBot(await startCountersign(on, folder, { POLL_INTERVAL_SECONDS: "2" }), async () => {
      const [id = ""] = await on.startExecutions(1);
      await clickInTurn(on, [id]);
      await pause(5_000);
      const about = async (service: "aws" | "slack", operation: string) =>
        (await on.calls(service, operation)).filter(({ input }) => JSON.stringify(input).includes(id)).length;
      const reads = await about("aws", "GetAutomationExecution");
      const signals = await about("aws", "SendAutomationSignal");
      const posts = await about("slack", "chat.postMessage");
      const updates = await about("slack", "chat.update");

      const waiting = await on.startExecutions(120);
      await on.messages(waiting);
      await pause(5_000);
      const before = await countAws(on);
      await pause(10_000);
      const after = await countAws(on);
      const lists = (after.lists - before.lists) / 5;
      return [
        {
          figure: "AWS calls of an idle poll with 120 open requests",
          goal: "3 lists, no reads",
          measured: `${lists.toFixed(1)} lists, ${after.reads - before.reads} reads in 5 polls`,
          met: lists <= 3.6 && after.reads === before.reads,
        },
        {
          figure: "calls for one request, quorum 1",
          goal: "3 reads and one for each later change, 1 signal; 1 post and at most 2 updates, and the reply",
          measured: `${reads} reads, ${signals} signal; ${posts} posts with the reply, ${updates} updates`,
          met: reads <= 4 && signals === 1 && posts <= 2 && updates <= 2,
        },
      ];
    }),
  );
}

async function countAws(on: StandIns): Promise<{ lists: number; reads: number }> {
  return {
    lists: (await on.calls("aws", "DescribeAutomationExecutions")).length,
    reads: (await on.calls("aws", "GetAutomationExecution")).length,
  };
}
