import { counted } from "../src/core/counted.ts";
import { aFolder, policyFor, type RunningBot, startCountersign, startMinimalBot } from "./bots.ts";
import { type ClickTimes, clickInTurn, describeStages, percentile } from "./clicks.ts";
import { pause, type StandIns, startStandIns } from "./stand-ins.ts";

/** One line of the table. `met` null: the figure has no goal. */
export interface Figure {
  figure: string;
  goal: string;
  measured: string;
  met: boolean | null;
  /** The parts of the measured value. */
  parts?: string;
}

export interface Options {
  /** Clicks of each measurement of latency. */
  clicks: number;
  /** Open requests of the measurement of memory. */
  open: number;
  /** Clicks of the measurement of throughput. */
  decisions: number;
  restarts: number;
  soakMinutes: number;
}

/** The measured values for the charts: times by bot and delays. */
export interface Samples {
  latency: Record<string, ClickTimes>;
  /** Lists of an idle poll, by the number of open requests. */
  lists: Record<string, number>;
}

type World = { on: StandIns; folder: string };

export async function inWorld<T>(measure: (world: World) => Promise<T>): Promise<T> {
  const on = await startStandIns();
  const folder = aFolder();
  try {
    return await measure({ on, folder: folder.path });
  } finally {
    await on.close();
    folder.remove();
  }
}

export async function withBot<B extends RunningBot, T>(bot: B, use: (bot: B) => Promise<T>): Promise<T> {
  try {
    return await use(bot);
  } finally {
    await bot.stop();
  }
}

/** `pauseMs`: after each signal. 30 ms are shorter than the work that follows a signal, which is then a part of the figure. */
const DELAYS = [
  { name: "no delay", slack: 0, aws: 0, pauseMs: 30, goal: 2 },
  { name: "no delay, half a second between clicks", slack: 0, aws: 0, pauseMs: 500, goal: 2 },
  { name: "80/40 ms", slack: 80, aws: 40, pauseMs: 30, goal: 1 },
] as const;

/** The end of the name of a figure that was measured with Slack's rate limits. */
export const WITH_LIMITS = ", with Slack's limits";

const ms = (value: number) => `${value.toFixed(0)} ms`;

/** Measures clicks one at a time. `limited`: with Slack's rate limits. */
const measureClicks = (
  bot: "minimal bot" | "Countersign",
  clicks: number,
  {
    slack = 0,
    aws = 0,
    pauseMs = 30,
    limited = false,
  }: { slack?: number; aws?: number; pauseMs?: number; limited?: boolean },
): Promise<ClickTimes> =>
  inWorld(async ({ on, folder }) =>
    withBot(bot === "Countersign" ? await startCountersign(on, folder) : startMinimalBot(on, folder), async () => {
      // The first clicks compile code.
      await clickInTurn(on, await on.startExecutions(10));
      const executions = await on.startExecutions(clicks);
      await on.messages(executions);
      await on.delay(slack, aws);
      await on.limits(limited);
      return clickInTurn(on, executions, pauseMs);
    }),
  );

/** Compares the latency of a click with the minimal bot's, one click at a time. */
export async function compareLatency({ clicks }: Options, samples: Samples): Promise<Figure[]> {
  for (const delay of DELAYS)
    for (const bot of ["minimal bot", "Countersign"] as const)
      samples.latency[`${bot}, ${delay.name}`] = await measureClicks(bot, clicks, delay);
  for (const delay of DELAYS)
    samples.latency[`Countersign, ${delay.name}${WITH_LIMITS}`] = await measureClicks("Countersign", clicks, {
      ...delay,
      limited: true,
    });
  return DELAYS.flatMap(({ name, goal }) => {
    const [own, least, limited] = [
      `Countersign, ${name}`,
      `minimal bot, ${name}`,
      `Countersign, ${name}${WITH_LIMITS}`,
    ].map((sample) => samples.latency[sample]) as [ClickTimes, ClickTimes, ClickTimes];
    const [ownMs, leastMs] = [percentile(own.signals, 0.5), percentile(least.signals, 0.5)];
    const compared: Figure = {
      figure: `click to signal, p50, ${name}`,
      goal: `${goal === 1 ? "below" : "at most"} ${goal.toFixed(1)} x the minimal bot`,
      measured: `${(ownMs / leastMs).toFixed(2)} x (${ms(ownMs)} and ${ms(leastMs)})`,
      met: goal === 1 ? ownMs < leastMs : ownMs <= goal * leastMs,
      parts: `${describeStages(own, 0.5)}; minimal bot: ${describeStages(least, 0.5)} (p50 of each stage)`,
    };
    return [
      compared,
      {
        figure: `click to signal, p50, ${name}${WITH_LIMITS}`,
        goal: "none",
        measured: `${ms(percentile(limited.signals, 0.5))} (p99 ${ms(percentile(limited.signals, 0.99))}), ${limited.signals.length} clicks`,
        met: null,
        parts: `${describeStages(limited, 0.5)} (p50 of each stage)`,
      },
    ];
  });
}

/** Numbers of open requests for which the calls of an idle poll are counted. */
const OPEN = [10, 50, 120, 500];
const POLL_SECONDS = 2;
const POLLS = 5;

/** Counts the calls of idle polls by the number of open requests, and those of one request from its start to its end. */
export async function countCalls(samples: Samples): Promise<Figure[]> {
  const withQueue = await inWorld(async ({ on, folder }) =>
    withBot(await startCountersign(on, folder), () => countRequestCalls(on, ", with the queue")),
  );
  const [withoutQueue, ...polls] = await countCallsOfPolls(samples);
  return [withoutQueue as Figure, withQueue, ...polls];
}

/** Without the queue, because polls are rare with it. */
function countCallsOfPolls(samples: Samples): Promise<Figure[]> {
  return inWorld(async ({ on, folder }) => {
    const channels = await on.addChannels(100);
    const runbooks = channels.map(({ runbook }) => runbook);
    const options = {
      policy: policyFor(channels),
      env: { POLL_INTERVAL_SECONDS: String(POLL_SECONDS), WAITING_QUEUE_URL: undefined },
    };
    return withBot(await startCountersign(on, folder, options), async () => {
      const figures = [await countRequestCalls(on, "")];
      let open = 0;
      for (const wanted of OPEN) {
        await on.messages(await on.startExecutions(wanted - open, runbooks));
        open = wanted;
        figures.push(await countIdlePolls(on, open, samples));
      }
      return figures;
    });
  });
}

/** Counts the calls about one request. `how` ends the name of the figure. */
async function countRequestCalls(on: StandIns, how: string): Promise<Figure> {
  const [id = ""] = await on.startExecutions(1);
  await clickInTurn(on, [id]);
  await pause(5_000);
  const toAws = async (operation: string) =>
    (await on.calls("aws", operation)).filter(({ input }) => input.AutomationExecutionId === id).length;
  const reads = await toAws("GetAutomationExecution");
  const signals = await toAws("SendAutomationSignal");
  // A reply and an update name the message and not the execution.
  const posted = await on.calls("slack", "chat.postMessage");
  const messages = posted.filter(({ input }) => input.thread_ts === undefined && JSON.stringify(input).includes(id));
  const [ts = ""] = messages.map(({ outcome }) => outcome.body.ts);
  const replies = posted.filter(({ input }) => input.thread_ts === ts).length;
  const updates = (await on.calls("slack", "chat.update")).filter(({ input }) => input.ts === ts).length;
  return {
    figure: `calls for one request, quorum 1${how}`,
    goal: "3 reads and one for each later change, 1 signal; 1 post and at most 2 updates, plus the thread reply",
    measured: `${counted(reads, "read")}, ${counted(signals, "signal")}; ${counted(messages.length, "post")}, ${counted(updates, "update")}, ${counted(replies, "reply")}`,
    met: reads <= 4 && signals === 1 && messages.length === 1 && updates <= 2 && replies <= 1,
  };
}

async function countIdlePolls(on: StandIns, open: number, samples: Samples): Promise<Figure> {
  await pause(5_000);
  const before = await countAws(on);
  await pause(POLLS * POLL_SECONDS * 1_000);
  const after = await countAws(on);
  const lists = (after.lists - before.lists) / POLLS;
  samples.lists[String(open)] = lists;
  const pages = Math.ceil(open / 50);
  return {
    figure: `AWS calls of an idle poll with ${open} open requests`,
    goal: `${counted(pages, "list")}, no reads`,
    measured: `${lists.toFixed(1)} lists, ${after.reads - before.reads} reads in ${POLLS} polls`,
    // One poll more or less than expected may fall into the time.
    met: Math.abs(lists - pages) <= pages / POLLS && after.reads === before.reads,
  };
}

async function countAws(on: StandIns): Promise<{ lists: number; reads: number }> {
  return {
    lists: (await on.calls("aws", "DescribeAutomationExecutions")).length,
    reads: (await on.calls("aws", "GetAutomationExecution")).length,
  };
}
