import { startPostgres } from "../test/support/postgres-server.ts";
import { postgresDatabase } from "../test/support/stores.ts";
import { aFolder, type BenchedBot, startCountersign, startMinimalBot } from "./bots.ts";
import { type ClickTimes, clickAtRate, clickInTurn, percentile, signalTimes } from "./clicks.ts";
import { pause, type StandIns, startStandIns, until } from "./stand-ins.ts";

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
  /** Open requests of the large store. */
  open: number;
}

/** The measured times, by bot and delays, for the charts. */
export interface Samples {
  latency: Record<string, ClickTimes>;
  byOpen: { open: number; p50: number }[];
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

/** Measures clicks at a rate of 50 per second, and 200 clicks within one second. */
export function measureLoad(): Promise<Figure[]> {
  return inWorld(async ({ on, folder }) =>
    withBot(await startCountersign(on, folder), async () => {
      await clickInTurn(on, await on.startExecutions(10));
      const steady = await clickAtRate(on, await on.startExecutions(200), 50);
      const burst = await clickAtRate(on, await on.startExecutions(200), 200);
      const [signal, ack, most] = [
        percentile(steady.signals, 0.99),
        percentile(steady.acks, 0.99),
        Math.max(...burst.acks),
      ];
      return [
        {
          figure: "click to signal, p99, 50 clicks per second",
          goal: "at most 25 ms above the calls' own delay",
          measured: ms(signal),
          met: signal <= 25,
        },
        {
          figure: "click to ack, p99, 50 clicks per second",
          goal: "at most 20 ms",
          measured: ms(ack),
          met: ack <= 20,
        },
        {
          figure: "200 clicks within one second, slowest ack",
          goal: "at most 3,000 ms",
          measured: ms(most),
          met: most <= 3_000,
        },
      ];
    }),
  );
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

/** Measures with many open requests: latency, memory, and the time from a SIGKILL to ready. */
export function measureOpen({ open, clicks }: Options, samples: Samples): Promise<Figure[]> {
  return inWorld(async ({ on, folder }) => {
    const bot = await startCountersign(on, folder);
    const latency = async (count: number) => {
      const { signals } = await clickInTurn(on, (await on.startExecutions(clicks)).slice(0, clicks));
      const p50 = percentile(signals, 0.5);
      samples.byOpen.push({ open: count, p50 });
      return p50;
    };
    await clickInTurn(on, await on.startExecutions(10));
    const few = await latency(10);
    const steps = [open / 10, open];
    let waiting = 0;
    let many = Number.NaN;
    for (const step of steps) {
      const ids = await on.startExecutions(step - waiting);
      waiting = step;
      await until(`${step} messages`, async () => (await on.findMessages(ids)).size === ids.length);
      many = await latency(step);
    }
    const rss = bot.rss();
    await bot.kill();
    const startedAt = Date.now();
    const next = await startCountersign(on, folder);
    const ready = Date.now() - startedAt;
    await next.stop();
    return [
      {
        figure: `click to signal with ${open.toLocaleString("en-US")} open requests`,
        goal: "at most 1.5 x the value with 10",
        measured: `${(many / few).toFixed(2)} x (${ms(many)} and ${ms(few)})`,
        met: many <= 1.5 * few,
      },
      {
        figure: `memory with ${open.toLocaleString("en-US")} open requests`,
        goal: "under 250 MB",
        measured: `${(rss / 1e6).toFixed(0)} MB`,
        met: rss < 250e6,
      },
      {
        figure: `start to ready after SIGKILL with ${open.toLocaleString("en-US")} open requests`,
        goal: "under 2 s",
        measured: `${(ready / 1000).toFixed(1)} s`,
        met: ready < 2_000,
      },
    ];
  });
}

/** Measures a flood: 1,000 requests for one channel, with Slack's limits. */
export function measureFlood(): Promise<Figure[]> {
  return inWorld(async ({ on, folder }) =>
    withBot(await startCountersign(on, folder), async () => {
      await clickInTurn(on, await on.startExecutions(3));
      await on.limits(true);
      const before = (await on.calls("slack", "chat.postMessage")).length;
      const startedAt = Date.now();
      await on.startExecutions(1_000);
      let digest = Number.NaN;
      await until("a digest", async () => {
        const posts = (await on.calls("slack", "chat.postMessage")).slice(before);
        const found = posts.find(({ input }) => JSON.stringify(input).includes("digest"));
        digest = found === undefined ? Number.NaN : found.at - startedAt;
        return found !== undefined;
      });
      await pause(startedAt + 62_000 - Date.now());
      const posts = (await on.calls("slack", "chat.postMessage")).slice(before);
      const refused = posts.filter(({ outcome }) => outcome.status === 429).length;
      const share = (posts.length - refused) / ((Date.now() - startedAt) / 1000);
      return [
        {
          figure: "1,000 requests for one channel",
          goal: "digest within 2 s, no 429, the rest at 95 % of Slack's rate",
          measured: `digest after ${(digest / 1000).toFixed(1)} s, ${refused} times 429, ${(share * 100).toFixed(0)} % in the first minute`,
          met: digest <= 2_000 && refused === 0 && share >= 0.95,
        },
      ];
    }),
  );
}

/** Measures decisions per second on PostgreSQL, with one and two replicas. */
export async function measureDecisions(): Promise<Figure[]> {
  const server = await startPostgres();
  const figures: Figure[] = [];
  try {
    for (const [replicas, goal] of [
      [1, 100],
      [2, 180],
    ] as const) {
      const rate = await inWorld(async ({ on, folder }) => {
        const { url } = await postgresDatabase(server);
        const bots = await Promise.all(
          Array.from({ length: replicas }, () => startCountersign(on, folder, { DATABASE_URL: url })),
        );
        const executions = await on.startExecutions(1_000);
        const messages = await on.messages(executions);
        const startedAt = Date.now();
        const queue = [...executions];
        const person = async () => {
          for (let id = queue.pop(); id !== undefined; id = queue.pop()) await on.approve(messages.get(id) ?? "");
        };
        await Promise.all(Array.from({ length: 40 }, person));
        const received = await signalTimes(on, executions);
        const last = Math.max(...received.values());
        await Promise.all(bots.map((bot) => bot.stop()));
        return executions.length / ((last - startedAt) / 1000);
      });
      figures.push({
        figure: `sustained decisions, PostgreSQL, ${replicas === 1 ? "one replica" : "two replicas"}`,
        goal: `${goal} per second`,
        measured: `${rate.toFixed(0)} per second`,
        met: rate >= goal,
      });
    }
  } finally {
    await server.end();
  }
  return figures;
}
