import { copyFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "../test/support/postgres-server.ts";
import { aFolder, type BenchedBot, policyFor, startCountersign, startMinimalBot } from "./bots.ts";
import { clickAtRate, clickInTurn, describeStages, percentile } from "./clicks.ts";
import { type Figure, inWorld, type Options, withBot } from "./figures.ts";
import type { Posted, StandIns } from "./stand-ins.ts";

const PER_SECOND = 50;
const BURST = 200;
/** Countersign posts one message a second to a channel: with more channels, the requests of a measurement are posted sooner. */
const CHANNELS = 100;
/** Clicks in progress at the same time, enough to keep every bot busy. */
const TOGETHER = 64;

/** A folder in memory, where the machine has one. */
const MEMORY = "/dev/shm";

/** Moves the database of a bot that is stopped. */
function moveDatabase(from: string, to: string): void {
  for (const name of readdirSync(from).filter((each) => /^countersign\.db(?:-wal)?$/.test(each))) {
    copyFileSync(join(from, name), join(to, name));
    rmSync(join(from, name));
  }
}

const ms = (value: number) => `${value.toFixed(0)} ms`;
const seconds = (value: number) => `${(value / 1000).toFixed(1)} s`;

/** Kills the bot while it evaluates an acknowledged click, and starts it again. Resolves with the times of what followed. */
async function killDuringClick(
  on: StandIns,
  bot: BenchedBot,
  runbooks: readonly string[],
  restart: () => Promise<BenchedBot>,
) {
  const [id = ""] = await on.startExecutions(1, runbooks);
  const message = (await on.messages([id])).get(id) as Posted;
  await on.delay(60_000, 0);
  await on.approve(message);
  await bot.kill();
  await on.delay(0, 0);
  const startedAt = Date.now();
  const second = await restart();
  const readyAt = Date.now();
  const signaledAt = (await on.signals([id])).get(id) ?? Number.NaN;
  await second.stop();
  return { startedAt, readyAt, signaledAt };
}

/** Does something while Slack's rate limits are on. */
async function withLimits<T>(on: StandIns, work: () => Promise<T>): Promise<T> {
  await on.limits(true);
  try {
    return await work();
  } finally {
    await on.limits(false);
  }
}

/** Measures the minimal bot at the same rate: the delay of the calls and of the stand-ins. Its requests are in one channel. */
const measureLeast = (clicks: number) =>
  inWorld(({ on, folder }) =>
    withBot(startMinimalBot(on, folder), async () => {
      await clickInTurn(on, await on.startExecutions(20));
      return clickAtRate(on, await on.startExecutions(clicks), PER_SECOND);
    }),
  );

/** Measures clicks at a rate, and clicks within one second, on requests that wait in many channels. */
export async function measureLoad({ clicks }: Options): Promise<Figure[]> {
  const leastTimes = await measureLeast(clicks * 5);
  const least = percentile(leastTimes.signals, 0.99);
  return inWorld(async ({ on, folder }) => {
    const channels = await on.addChannels(CHANNELS);
    const runbooks = channels.map(({ runbook }) => runbook);
    return withBot(await startCountersign(on, folder, { policy: policyFor(channels) }), async () => {
      await clickInTurn(on, await on.startExecutions(20, runbooks));
      const atRate = await clickAtRate(on, await on.startExecutions(clicks * 5, runbooks), PER_SECOND);
      const atOnce = await clickAtRate(on, await on.startExecutions(BURST, runbooks), BURST);
      const waiting = await on.startExecutions(clicks * 5, runbooks);
      await on.messages(waiting);
      const limited = await withLimits(on, () => clickAtRate(on, waiting, PER_SECOND));
      const [signal, ack] = [percentile(atRate.signals, 0.99), percentile(atRate.acks, 0.99)];
      const last = Math.max(...atOnce.acks);
      return [
        {
          figure: `click to signal, p99, ${PER_SECOND} clicks per second`,
          goal: "at most 25 ms above the calls' own delay",
          measured: `${ms(signal - least)} above the ${ms(least)} of the minimal bot (p50 ${ms(percentile(atRate.signals, 0.5))}), ${atRate.signals.length} clicks`,
          met: signal - least <= 25,
          parts: `${describeStages(atRate, 0.99)}; minimal bot: ${describeStages(leastTimes, 0.99)} (p99 of each stage)`,
        },
        {
          figure: `click to signal, p99, ${PER_SECOND} clicks per second, with Slack's limits`,
          goal: "none",
          measured: `${ms(percentile(limited.signals, 0.99))} (p50 ${ms(percentile(limited.signals, 0.5))}), ${limited.signals.length} clicks`,
          met: null,
          parts: `${describeStages(limited, 0.99)} (p99 of each stage)`,
        },
        {
          figure: `click to ack, p99, ${PER_SECOND} clicks per second`,
          goal: "at most 20 ms",
          measured: ms(ack),
          met: ack <= 20,
        },
        {
          figure: `click to ack, ${BURST} clicks within one second`,
          goal: "all within 3 s",
          measured: `the slowest ${ms(last)}; the last signal ${ms(Math.max(...atOnce.signals))} after its click`,
          met: last <= 3_000,
          parts: `${describeStages(atOnce, 1)} (the slowest of each stage)`,
        },
      ];
    });
  });
}

/**
 * Compares the latency, and measures memory and the start, with ten and with many open requests. A process of its own opens
 * and posts the many in a database in memory, because a disk would take longer for these commits than the measurement for all
 * else. The measured processes have the database on the disk.
 */
export function measureOpenRequests({ open, clicks }: Options): Promise<Figure[]> {
  return inWorld(async ({ on, folder }) => {
    const channels = await on.addChannels(CHANNELS * 5);
    const runbooks = channels.map(({ runbook }) => runbook);
    const policy = policyFor(channels);
    const options = { policy, env: { POLL_INTERVAL_SECONDS: "60" } };
    const clicked = async () => clickInTurn(on, await on.startExecutions(clicks, runbooks));
    const few = await withBot(await startCountersign(on, folder, options), async () => {
      await clickInTurn(on, await on.startExecutions(20, runbooks));
      await on.messages(await on.startExecutions(10, runbooks));
      return clicked();
    });

    const memory = aFolder(existsSync(MEMORY) ? MEMORY : undefined);
    try {
      moveDatabase(folder, memory.path);
      const polling = { POLL_INTERVAL_SECONDS: "5", WAITING_QUEUE_URL: undefined };
      const ids = await on.startExecutions(open, runbooks);
      await withBot(await startCountersign(on, memory.path, { policy, env: polling }), () => on.messages(ids));
      moveDatabase(memory.path, folder);
    } finally {
      memory.remove();
    }

    const first = await startCountersign(on, folder, options);
    await clickInTurn(on, await on.startExecutions(20, runbooks));
    const many = await clicked();
    const [rss, memoryParts] = [first.rss(), first.memoryParts()];
    const { startedAt, readyAt, signaledAt } = await killDuringClick(on, first, runbooks, () =>
      startCountersign(on, folder, options),
    );
    const [manyMs, fewMs] = [percentile(many.signals, 0.5), percentile(few.signals, 0.5)];
    return [
      {
        figure: `click to signal, p50, with ${open} open requests`,
        goal: "at most 1.5 x the value with 10",
        measured: `${(manyMs / fewMs).toFixed(2)} x (${ms(manyMs)} and ${ms(fewMs)})`,
        met: manyMs <= 1.5 * fewMs,
        parts: `${describeStages(many, 0.5)}; with 10: ${describeStages(few, 0.5)} (p50 of each stage)`,
      },
      {
        figure: `memory with ${open} open requests`,
        goal: "under 250 MB",
        measured: `${(rss / 1e6).toFixed(0)} MB resident`,
        met: rss < 250e6,
        parts: memoryParts,
      },
      {
        figure: `start to ready with ${open} open requests, after SIGKILL`,
        goal: "under 2 s; no waiting for stale claims",
        measured: `${seconds(readyAt - startedAt)}; a click that the killed process was evaluating was signaled ${seconds(signaledAt - startedAt)} after the start`,
        // A claim on a click would last 15 s.
        met: readyAt - startedAt < 2_000 && signaledAt - startedAt < 5_000,
      },
    ];
  });
}

/** Measures how much the stand-ins can do without a bot, and with the minimal bot, on the same machine. */
export function measureLimits({ clicks }: Options): Promise<Figure[]> {
  return inWorld(({ on, folder }) =>
    withBot(startMinimalBot(on, folder), async () => {
      const [id = ""] = await on.startExecutions(1);
      const [reads, lookups] = [await on.answers("aws", id), await on.answers("slack", id)];
      const executions = await on.startExecutions(clicks * 5);
      const perSecond = await rateOf(on, executions);
      const limit = (figure: string, value: number, of = ""): Figure => ({
        figure: `limit of the stand-ins: ${figure}`,
        goal: "none",
        measured: `${value.toFixed(0)} per second${of}`,
        met: null,
      });
      return [
        limit("reads of an execution", reads),
        limit("lookups of a person", lookups),
        limit("decisions of the minimal bot", perSecond, `, of ${executions.length} clicks`),
      ];
    }),
  );
}

/** Measures how many decisions a second one and two replicas send, with PostgreSQL, as fast as the clicks come. */
export async function measureThroughput({ decisions }: Options): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { replicas, goal } of [
    { replicas: 1, goal: 100 },
    { replicas: 2, goal: 180 },
  ])
    figures.push(
      ...(await inWorld(async ({ on, folder }) => {
        const postgres = await startPostgres();
        const url = postgres.url(await postgres.database());
        const channels = await on.addChannels(CHANNELS * 2);
        const options = { policy: policyFor(channels), env: { DATABASE_URL: url } };
        const bots: BenchedBot[] = [];
        try {
          for (let index = 0; index < replicas; index++) bots.push(await startCountersign(on, folder, options));
          const runbooks = channels.map(({ runbook }) => runbook);
          const perSecond = await rateOf(on, await on.startExecutions(decisions, runbooks));
          const waiting = await on.startExecutions(decisions, runbooks);
          await on.messages(waiting);
          const limited = await withLimits(on, () => rateOf(on, waiting));
          const figure = `sustained decisions, PostgreSQL, ${replicas === 1 ? "one replica" : "two replicas"}`;
          const show = (value: number) => `${value.toFixed(0)} per second, of ${decisions} clicks`;
          return [
            { figure, goal: `${goal} per second`, measured: show(perSecond), met: perSecond >= goal },
            { figure: `${figure}, with Slack's limits`, goal: "none", measured: show(limited), met: null },
          ];
        } finally {
          await Promise.all(bots.map((bot) => bot.stop()));
          await postgres.end();
        }
      })),
    );
  return figures;
}

/** Approves as fast as the bots acknowledge. Resolves with the signals per second between the first click and the last signal. */
async function rateOf(on: StandIns, executions: readonly string[]): Promise<number> {
  const messages = await on.messages(executions);
  const left = [...executions];
  const startedAt = Date.now();
  const clickOneByOne = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) await on.approve(messages.get(id) as Posted);
  };
  await Promise.all(Array.from({ length: TOGETHER }, clickOneByOne));
  const ends = [...(await on.signals(executions)).values()];
  return executions.length / ((Math.max(...ends) - startedAt) / 1000);
}
