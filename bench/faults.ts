import { counted } from "../src/core/counted.ts";
import type { Json } from "../test/support/http-json.ts";
import { policyFor, startCountersign } from "./bots.ts";
import { clickInTurn, describeStart, percentile } from "./clicks.ts";
import { type Figure, inWorld, type Options, withBot } from "./figures.ts";
import { CHANNEL, type Posted, pause, type StandIns, until } from "./stand-ins.ts";

const FLOOD = 1_000;
/** The part of a flood that is watched. The whole takes a quarter of an hour, because Slack accepts a post a second. */
const WATCHED_MS = 60_000;
/** Before that, the posts that Slack allows at once raise the rate. */
const STEADY_AFTER_MS = 10_000;
/** The calls to Slack that a flood causes. */
const SLACK_CALLS = ["chat.postMessage", "chat.update", "conversations.history", "conversations.replies", "users.info"];
const CHANNELS = 20;
/** Until then, caches fill and code is compiled. */
const SETTLED = 1 / 6;
const SAMPLE_MS = 5_000;

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Measures the digest and the posts of 1,000 requests that wait for one channel, with Slack's rate limits. */
export function measureFlood(): Promise<Figure[]> {
  return inWorld(async ({ on, folder }) => {
    await on.limits(true);
    await on.startExecutions(FLOOD);
    const startedAt = Date.now();
    const bot = await startCountersign(on, folder);
    const readyAt = Date.now();
    return withBot(bot, async () => {
      const posts = async () =>
        (await on.calls("slack", "chat.postMessage")).filter(({ input }) => input.channel === CHANNEL);
      let first = Number.NaN;
      await until("the digest", async () => {
        const digest = (await posts()).find(({ input }) => /approvals are waiting here/.test(JSON.stringify(input)));
        first = digest?.at ?? Number.NaN;
        return digest !== undefined;
      });
      const ahead = await openFromDigest(on, posts);
      await pause(WATCHED_MS - (Date.now() - startedAt));
      const all = await posts();
      const refused = (await Promise.all(SLACK_CALLS.map((operation) => on.calls("slack", operation))))
        .flat()
        .filter(({ outcome }) => outcome.status === 429).length;
      const times = all.filter(({ outcome }) => outcome.status === 200).map(({ at }) => at);
      const steady = times.filter((at) => at >= Math.min(...times) + STEADY_AFTER_MS);
      // Over the whole window: a stop at its end counts too.
      const rate = steady.length / ((Date.now() - Math.min(...steady)) / 1000);
      return [
        {
          figure: `${FLOOD} requests for one channel: digest`,
          goal: "within 2 s",
          measured: `${seconds(first - readyAt)} after the bot was ready, ${seconds(first - startedAt)} after the start of the process`,
          met: first - readyAt <= 2_000,
          parts: `${await describeStart(on, startedAt)}, first chat.postMessage after ${seconds(Math.min(...all.map(({ at }) => at)) - startedAt)}`,
        },
        {
          figure: `${FLOOD} requests for one channel: a request that an approver opens from the digest`,
          goal: "first",
          measured: `${counted(ahead, "other post")} between the click and its message`,
          // A post may be on its way, and every second one is of the oldest request.
          met: ahead <= 2,
        },
        {
          figure: `${FLOOD} requests for one channel: posts`,
          goal: "95 % of Slack's rate of one a second, no 429",
          measured: `${rate.toFixed(2)} posts a second from second 10 to second 60, ${refused} replies with 429`,
          met: rate >= 0.95 && refused === 0,
        },
      ];
    });
  });
}

/** Opens the last request of the digest, and counts the posts between the click and its message. */
async function openFromDigest(on: StandIns, posts: () => Promise<Json[]>): Promise<number> {
  const digest = (await posts()).find(({ input }) => /approvals are waiting here/.test(JSON.stringify(input)));
  const blocks: Json[] =
    typeof digest?.input.blocks === "string" ? JSON.parse(digest.input.blocks) : digest?.input.blocks;
  const block = blocks.findLast(({ accessory }) => accessory?.action_id === "open");
  const before = (await posts()).length;
  await on.open({ channel: CHANNEL, ts: digest?.outcome.body.ts }, block?.block_id);
  let ahead = Number.NaN;
  await until("the message of the opened request", async () => {
    const after = (await posts()).slice(before);
    ahead = after.findIndex(({ input }) => JSON.stringify(input).includes(block?.accessory.value));
    return ahead >= 0;
  });
  return ahead;
}

/** The kill comes at a random moment within this time after the first acknowledgement: a signal follows in less. */
const AFTER_ACK_MS = 150;

/** The number of restarts with the same stand-ins. They record every call, so their replies grow with each restart. */
const RESTARTS_TOGETHER = 250;
/** Bots that are killed and started side by side, each with stand-ins of its own. */
const RESTARTED_BOTS = 4;

/**
 * Kills the bot during clicks again and again, and counts the acknowledged clicks whose signal never arrives. Every second kill
 * waits for an acknowledgement. The clicks that were acknowledged and not signaled at a kill are those that a bot could lose.
 */
export async function measureRestarts({ restarts }: Options): Promise<Figure[]> {
  let [acknowledged, atRisk, uncertain, lost, left, done] = [0, 0, 0, 0, restarts, 0];
  const restartOne = async () => {
    while (left > 0) {
      const together = Math.min(RESTARTS_TOGETHER, left);
      left -= together;
      const part = await restartOften(together);
      acknowledged += part.acknowledged;
      atRisk += part.atRisk;
      uncertain += part.uncertain;
      lost += part.lost;
      done += together;
      process.stdout.write(`        ${done} restarts: ${lost} of ${acknowledged} acknowledged clicks lost\n`);
    }
  };
  await Promise.all(Array.from({ length: RESTARTED_BOTS }, restartOne));
  return [
    {
      figure: "clicks lost by SIGKILL and restart",
      goal: "0 in 1,000 restarts",
      measured: `${lost} of ${acknowledged} acknowledged clicks lost in ${restarts} restarts; ${atRisk} acknowledged clicks had no signal yet at the kill, of which at least ${uncertain} waited until a signal without a reply could no longer take effect`,
      // Without a click at risk, the measurement proves nothing.
      met: lost > 0 ? false : restarts >= 1_000 && atRisk > 0 ? true : null,
    },
  ];
}

/** Counts the acknowledged clicks, those without a signal at a kill, those with an uncertain one, and those without one at the end. */
function restartOften(restarts: number): Promise<Record<"acknowledged" | "atRisk" | "uncertain" | "lost", number>> {
  return inWorld(async ({ on, folder }) => {
    const channels = await on.addChannels(CHANNELS);
    const runbooks = channels.map(({ runbook }) => runbook);
    const options = { policy: policyFor(channels) };
    const acknowledged: string[] = [];
    let atRisk = 0;
    let bot = await startCountersign(on, folder, options);
    for (let round = 0; round < restarts; round++) {
      const executions = await on.startExecutions(4, runbooks);
      const messages = await on.messages(executions);
      const own: string[] = [];
      const { promise: firstAck, resolve: onAck } = Promise.withResolvers<void>();
      const clicks = executions.map(async (id, index) => {
        await pause(index * 15);
        // A click that is not acknowledged is shown to its author as failed, who clicks again: it is not lost.
        const ack = await on.tryApprove(messages.get(id) as Posted).catch(() => null);
        if (ack === null) return;
        own.push(id);
        onAck();
      });
      if (round % 2 === 0) await pause((round * 7) % 120);
      else await Promise.race([firstAck, Promise.all(clicks)]).then(() => pause(Math.random() * AFTER_ACK_MS));
      await bot.kill();
      await Promise.all(clicks);
      atRisk += own.length - (await countSignaled(on, own));
      acknowledged.push(...own);
      bot = await startCountersign(on, folder, options);
    }
    const without = await withBot(bot, async () => countWithoutSignal(on, acknowledged));
    return { acknowledged: acknowledged.length, atRisk, ...without };
  });
}

/**
 * The longest wait for a signal. After a kill between the record of an attempt and its call, the bot waits ten and a half minutes
 * before it sends the signal again: docs/decisions/0001-uncertain-signals.md.
 */
const MAX_SIGNAL_MS = 12 * 60_000;
/** A signal that takes longer than this waits for the end of an uncertain one. */
const UNCERTAIN_AFTER_MS = 120_000;

/** Waits until every execution has a signal. Resolves with the numbers of those without one, and of those that had an uncertain one. */
async function countWithoutSignal(on: StandIns, executions: readonly string[]) {
  const startedAt = Date.now();
  let uncertain: number | null = null;
  for (;;) {
    const lost = executions.length - (await countSignaled(on, executions));
    const waitedMs = Date.now() - startedAt;
    if (waitedMs > UNCERTAIN_AFTER_MS) uncertain ??= lost;
    if (lost === 0 || waitedMs > MAX_SIGNAL_MS) return { lost, uncertain: uncertain ?? 0 };
    await pause(1_000);
  }
}

/** Counts the executions for which AWS has received a signal. */
async function countSignaled(on: StandIns, executions: readonly string[]): Promise<number> {
  const calls = await on.calls("aws", "SendAutomationSignal");
  const signaled = new Set(calls.map(({ input }) => input.AutomationExecutionId));
  return executions.filter((id) => signaled.has(id)).length;
}

const FAULTS = [
  ["slack", { operation: "chat.update", kind: "error", code: "internal_error", times: 3 }],
  ["aws", { operation: "GetAutomationExecution", kind: "throttle", times: 3 }],
  ["slack", { operation: "users.info", kind: "delay", delayMs: 1_000, times: 3 }],
  ["aws", { operation: "SendAutomationSignal", kind: "drop-reply", times: 1 }],
] as const;

/**
 * One round of mixed traffic: decisions elsewhere, executions that someone cancels, and approvals one after another. The fault
 * comes with the approvals, because a lost reply is a fault of the bot's own signal.
 */
async function runMixedRound(
  on: StandIns,
  runbooks: readonly string[],
  [service, fault]: (typeof FAULTS)[number],
): Promise<void> {
  const [elsewhere, cancelled, approved] = [
    await on.startExecutions(2, runbooks),
    await on.startExecutions(1, runbooks),
    await on.startExecutions(CHANNELS, runbooks),
  ];
  await on.messages([...elsewhere, ...cancelled]);
  for (const id of elsewhere) await on.approveElsewhere(id);
  for (const id of cancelled) await on.cancel(id);
  await on.messages(approved);
  await on.addFault(service, fault);
  await clickInTurn(on, approved);
}

/**
 * Runs mixed traffic with faults for a time, and compares memory and open files after a sixth of it with those at the end: ten
 * minutes of an hour.
 */
export function measureSoak({ soakMinutes }: Options): Promise<Figure[]> {
  return inWorld(async ({ on, folder }) => {
    const channels = await on.addChannels(CHANNELS);
    const runbooks = channels.map(({ runbook }) => runbook);
    const bot = await startCountersign(on, folder, {
      policy: policyFor(channels),
      env: { POLL_INTERVAL_SECONDS: "2" },
    });
    return withBot(bot, async () => {
      const samples: { rss: number; handles: number }[] = [];
      const end = Date.now() + soakMinutes * 60_000;
      let nextSampleAt = 0;
      for (let round = 0; Date.now() < end; round++) {
        await runMixedRound(on, runbooks, FAULTS[round % FAULTS.length] as (typeof FAULTS)[number]);
        await on.delay(0, 0);
        if (Date.now() < nextSampleAt) continue;
        nextSampleAt = Date.now() + SAMPLE_MS;
        samples.push({ rss: bot.rss(), handles: bot.handles() });
      }
      const settled = samples.slice(Math.floor(samples.length * SETTLED));
      const third = Math.max(1, Math.floor(settled.length / 3));
      const median = (part: typeof samples, key: "rss" | "handles") =>
        percentile(
          part.map((each) => each[key]),
          0.5,
        );
      const growth = (key: "rss" | "handles") =>
        median(settled.slice(-third), key) / median(settled.slice(0, third), key);
      const [rss, handles] = [growth("rss"), growth("handles")];
      return [
        {
          figure: `soak: ${soakMinutes} minutes of mixed traffic with faults`,
          goal: "an hour, no growth of memory or handles after ten minutes",
          measured: `memory ${rss.toFixed(2)} x, open files ${handles.toFixed(2)} x, first to last third; ${(median(settled.slice(-third), "rss") / 1e6).toFixed(0)} MB`,
          met: rss <= 1.05 && handles <= 1.05 ? (soakMinutes >= 60 ? true : null) : false,
        },
      ];
    });
  });
}
