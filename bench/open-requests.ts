import { copyFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { aFolder, type BenchedBot, policyFor, startCountersign, WATCHES_LOOP } from "./bots.ts";
import { clickInTurn, describeStages, describeStart, percentile } from "./clicks.ts";
import { type Figure, inWorld, type Options, WITH_LIMITS, withBot } from "./figures.ts";
import { CHANNELS, withLimits } from "./load.ts";
import type { Blocks } from "./probe.ts";
import { type Posted, pause, type StandIns } from "./stand-ins.ts";

/** A folder in memory, where the machine has one. */
const MEMORY = "/dev/shm";

/** Moves the database of a bot that is stopped. */
function moveDatabase(from: string, to: string): void {
  for (const name of readdirSync(from).filter((each) => /^countersign\.db(?:-wal)?$/.test(each))) {
    copyFileSync(join(from, name), join(to, name));
    rmSync(join(from, name));
  }
}

/** The time after the clicks in which the delay of the event loop is measured too. */
const IDLE_MS = 120_000;
/** How often the metrics, the App Home and the list of pending requests are read in this time. */
const ASK_EVERY_MS = 15_000;

const ms = (value: number) => `${value.toFixed(0)} ms`;
const seconds = (value: number) => `${(value / 1000).toFixed(1)} s`;

/** Reads a second below which the queue has no events left of the requests that another process has posted. */
const CALM_READS = 10;

/** Waits until the bot reads no executions apart from those that it reads regularly. */
async function untilCalm(on: StandIns): Promise<void> {
  const count = async () => (await on.calls("aws", "GetAutomationExecution")).length;
  for (let before = await count(); ; ) {
    await pause(5_000);
    const after = await count();
    if (after - before < 5 * CALM_READS) return;
    before = after;
  }
}

const longest = (statements: readonly Blocks["read"][]) => statements.reduce((a, b) => (a.ms > b.ms ? a : b));

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
  const calls = await describeStart(on, startedAt);
  await second.stop();
  return { startedAt, readyAt, signaledAt, calls };
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
    const watched = { policy, env: { ...options.env, ...WATCHES_LOOP } };
    const clicked = async () => clickInTurn(on, await on.startExecutions(clicks, runbooks));
    const [few, fewBlocks] = await withBot(await startCountersign(on, folder, watched), async (bot) => {
      await clickInTurn(on, await on.startExecutions(20, runbooks));
      await on.messages(await on.startExecutions(10, runbooks));
      await bot.blocks();
      return [await clicked(), await bot.blocks()] as const;
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

    const first = await startCountersign(on, folder, watched);
    await clickInTurn(on, await on.startExecutions(20, runbooks));
    const atStart = await first.blocks();
    await untilCalm(on);
    const drained = await first.blocks();
    const many = await clicked();
    // Two polls, the reads in the background, and all that admins and monitoring ask for.
    for (let waited = 0; waited < IDLE_MS; waited += ASK_EVERY_MS) {
      await Promise.all([first.readMetrics(), on.openHome(), on.command("pending"), pause(ASK_EVERY_MS)]);
    }
    const blocks = await first.blocks();
    const every = [atStart, drained, blocks];
    const [read, write] = [longest(every.map((each) => each.read)), longest(every.map((each) => each.write))];
    const waiting = await on.startExecutions(clicks, runbooks);
    await on.messages(waiting);
    const limited = await withLimits(on, () => clickInTurn(on, waiting));
    const [rss, memoryParts] = [first.rss(), first.memoryParts()];
    const { startedAt, readyAt, signaledAt, calls } = await killDuringClick(on, first, runbooks, () =>
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
        figure: `click to signal, p50, with ${open} open requests${WITH_LIMITS}`,
        goal: "none",
        measured: ms(percentile(limited.signals, 0.5)),
        met: null,
      },
      {
        figure: `longest query with ${open} open requests`,
        goal: "no query blocks the event loop for more than 20 ms",
        measured: `${ms(read.ms)}, the longest commit or write ${ms(write.ms)}; in the start, while the bot reads what the queue has announced, during ${clicks} clicks and in the ${seconds(IDLE_MS)} after them, with reads of the metrics, the App Home and the list of pending requests`,
        met: Math.max(read.ms, write.ms) <= 20,
        parts: `the longest query is \`${read.sql}\`; the longest other statement is \`${write.sql}\``,
      },
      {
        figure: `longest delay of the event loop with ${open} open requests`,
        goal: "none",
        measured: `${ms(blocks.max)} (p99 ${ms(blocks.p99)}) in the same time without the start; with 10: ${ms(fewBlocks.max)} (p99 ${ms(fewBlocks.p99)}) during ${clicks} clicks`,
        met: null,
        parts: `garbage collection paused for ${ms(blocks.garbage)} at most, with 10: ${ms(fewBlocks.garbage)}; the rest are queries, computation, and the turns of other processes`,
      },
      {
        figure: `memory with ${open} open requests`,
        goal: "under 250 MB",
        measured: `${(rss / 1e6).toFixed(1)} MB resident`,
        met: rss < 250e6,
        parts: memoryParts,
      },
      {
        figure: `start to ready with ${open} open requests, after SIGKILL`,
        goal: "under 2 s; no waiting for stale claims",
        measured: `${seconds(readyAt - startedAt)}; a click that the killed process was evaluating was signaled ${seconds(signaledAt - startedAt)} after the start`,
        // A claim on a click would last 15 s.
        met: readyAt - startedAt < 2_000 && signaledAt - startedAt < 5_000,
        parts: calls,
      },
    ];
  });
}
