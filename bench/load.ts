import { startPostgres } from "../test/support/postgres-server.ts";
import { type BenchedBot, policyFor, startCountersign, startMinimalBot } from "./bots.ts";
import { clickAtRate, clickInTurn, describeStages, percentile } from "./clicks.ts";
import { type Figure, inWorld, type Options, WITH_LIMITS, withBot } from "./figures.ts";
import { withProcessorTime } from "./processor-time.ts";
import type { Posted, StandIns } from "./stand-ins.ts";

const PER_SECOND = 50;
const BURST = 200;
/** Countersign posts one message a second to a channel: with more channels, the requests of a measurement are posted sooner. */
export const CHANNELS = 100;
/** Clicks in progress at the same time, enough to keep every bot busy. */
const TOGETHER = 64;

const ms = (value: number) => `${value.toFixed(0)} ms`;

/** Does something while Slack's rate limits are on. */
export async function withLimits<T>(on: StandIns, work: () => Promise<T>): Promise<T> {
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
    return withBot(await startCountersign(on, folder, { policy: policyFor(channels) }), async (bot) => {
      await clickInTurn(on, await on.startExecutions(20, runbooks));
      const clicked = await on.startExecutions(clicks * 5, runbooks);
      await on.messages(clicked);
      const { result: atRate, parts: processor } = await withProcessorTime(on, [bot], clicked, () =>
        clickAtRate(on, clicked, PER_SECOND),
      );
      const atOnce = await clickAtRate(on, await on.startExecutions(BURST, runbooks), BURST);
      const waiting = await on.startExecutions(clicks * 5, runbooks);
      await on.messages(waiting);
      const burst = await on.startExecutions(BURST, runbooks);
      await on.messages(burst);
      const limited = await withLimits(on, () => clickAtRate(on, waiting, PER_SECOND));
      const limitedBurst = await withLimits(on, () => clickAtRate(on, burst, BURST));
      const [signal, ack] = [percentile(atRate.signals, 0.99), percentile(atRate.acks, 0.99)];
      const last = Math.max(...atOnce.acks);
      return [
        {
          figure: `click to signal, p99, ${PER_SECOND} clicks per second`,
          goal: "at most 25 ms above the calls' own delay",
          measured: `${ms(signal - least)} above the ${ms(least)} of the minimal bot (p50 ${ms(percentile(atRate.signals, 0.5))}), ${atRate.signals.length} clicks`,
          met: signal - least <= 25,
          parts: `${describeStages(atRate, 0.99)}; minimal bot: ${describeStages(leastTimes, 0.99)} (p99 of each stage); ${processor}`,
        },
        {
          figure: `click to signal, p99, ${PER_SECOND} clicks per second${WITH_LIMITS}`,
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
          parts: `p50 ${ms(percentile(atRate.acks, 0.5))}, p95 ${ms(percentile(atRate.acks, 0.95))}, the slowest ${ms(Math.max(...atRate.acks))}; minimal bot: p50 ${ms(percentile(leastTimes.acks, 0.5))}, p99 ${ms(percentile(leastTimes.acks, 0.99))}`,
        },
        {
          figure: `click to ack, p99, ${PER_SECOND} clicks per second${WITH_LIMITS}`,
          goal: "none",
          measured: ms(percentile(limited.acks, 0.99)),
          met: null,
        },
        {
          figure: `click to ack, ${BURST} clicks within one second`,
          goal: "all within 3 s",
          measured: `the slowest ${ms(last)}; the last signal ${ms(Math.max(...atOnce.signals))} after its click`,
          met: last <= 3_000,
          parts: `${describeStages(atOnce, 1)} (the slowest of each stage)`,
        },
        {
          figure: `click to ack, ${BURST} clicks within one second${WITH_LIMITS}`,
          goal: "none",
          measured: `the slowest ${ms(Math.max(...limitedBurst.acks))}; the last signal ${ms(Math.max(...limitedBurst.signals))} after its click`,
          met: null,
        },
      ];
    });
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
          const first = await on.startExecutions(decisions, runbooks);
          await on.messages(first);
          const { result: perSecond, parts } = await withProcessorTime(on, bots, first, () => rateOf(on, first));
          const waiting = await on.startExecutions(decisions, runbooks);
          await on.messages(waiting);
          const limited = await withLimits(on, () => rateOf(on, waiting));
          const figure = `sustained decisions, PostgreSQL, ${replicas === 1 ? "one replica" : "two replicas"}`;
          const show = (value: number) => `${value.toFixed(0)} per second, of ${decisions} clicks`;
          return [
            { figure, goal: `${goal} per second`, measured: show(perSecond), met: perSecond >= goal, parts },
            { figure: `${figure}${WITH_LIMITS}`, goal: "none", measured: show(limited), met: null },
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
