import { aFolder, POLICY, startCountersign } from "./bots.ts";
import { clickInTurn, percentile } from "./clicks.ts";
import { type Figure, WITH_LIMITS } from "./figures.ts";
import { withLimits } from "./load.ts";
import { type Posted, pause, startStandIns, until } from "./stand-ins.ts";

const TARGETS = 1_000;
const ROUND_MS = 15_000;

/** Measures the time from an event to the message that it causes, with polls too rare to help. */
export async function measureEvents(count: number): Promise<Figure[]> {
  const on = await startStandIns();
  const folder = aFolder();
  const bot = await startCountersign(on, folder.path, {
    env: {
      WAITING_QUEUE_URL: `${on.awsUrl}/111122223333/countersign-waiting`,
      POLL_INTERVAL_SECONDS: "600",
    },
  });
  try {
    await clickInTurn(on, await on.startExecutions(5));
    const free = await measureAnnounced(on, count);
    return [...free, ...(await withLimits(on, () => measureAnnounced(on, count, WITH_LIMITS)))];
  } finally {
    await bot.stop();
    await on.close();
    folder.remove();
  }
}

/** Measures one request after another. `how` ends the names of figures that have no goal. */
async function measureAnnounced(on: StandIns, count: number, how = ""): Promise<Figure[]> {
  const posted: number[] = [];
  const updated: number[] = [];
  const calls: number[] = [];
  /** Milliseconds until the read that the event caused. */
  const reads: { posted: number[]; updated: number[] } = { posted: [], updated: [] };
  for (let index = 0; index < count; index++) {
    const startedAt = Date.now();
    const [id = ""] = await on.startExecutions(1);
    const message = (await on.messages([id])).get(id) as Posted;
    posted.push((await firstCall(on, "slack", "chat.postMessage", id)) - startedAt);
    reads.posted.push((await firstCall(on, "aws", "GetAutomationExecution", id)) - startedAt);
    // Slack accepts one post a second in a channel: the next one must not wait for that.
    await pause(1_500);
    const decidedAt = Date.now();
    await on.approveElsewhere(id);
    updated.push((await firstCall(on, "slack", "chat.update", message.ts, decidedAt)) - decidedAt);
    reads.updated.push((await firstCall(on, "aws", "GetAutomationExecution", id, decidedAt)) - decidedAt);
    // The reply in the thread takes a slot of the channel, too.
    await pause(2_500);
    calls.push(await on.callTimes(id, message));
  }
  const [post, update] = [percentile(posted, 0.5), percentile(updated, 0.5)];
  const own = percentile(calls, 0.5);
  return [
    ["Waiting to posted, by event, median", post, reads.posted, "post at Slack"] as const,
    ["decided elsewhere to updated message, by event, median", update, reads.updated, "update at Slack"] as const,
  ].map(([figure, value, untilRead, last]) => ({
    figure: `${figure}${how}`,
    goal: how === "" ? "at most 50 ms above the calls' own delay" : "none",
    measured: `${(value - own).toFixed(0)} ms above the ${own.toFixed(0)} ms of a read and an update, ${count} times`,
    met: how === "" ? value - own <= 50 : null,
    parts: `read at AWS after ${percentile(untilRead, 0.5).toFixed(0)} ms, ${last} after ${value.toFixed(0)} ms (p50 of each stage)`,
  }));
}

type StandIns = Awaited<ReturnType<typeof startStandIns>>;

/** Waits for the first accepted call since a time whose input has this text, and resolves with its time. */
async function firstCall(
  on: StandIns,
  service: "aws" | "slack",
  operation: string,
  text: string,
  since = 0,
): Promise<number> {
  let at = Number.NaN;
  await until(operation, async () => {
    const calls = await on.calls(service, operation);
    const found = calls.find(
      (call) => call.at >= since && call.outcome.status === 200 && JSON.stringify(call.input).includes(text),
    );
    at = found?.at ?? Number.NaN;
    return found !== undefined;
  });
  return at;
}

/** Measures a round of polls over many accounts by one process, and its memory. */
export async function measureTargets(): Promise<Figure[]> {
  const on = await startStandIns();
  const folder = aFolder();
  const accounts = Array.from({ length: TARGETS }, (_, index) => String(200_000_000_000 + index));
  await on.addReaders(accounts);
  const list = accounts.map((account) => `"${account}"`).join(", ");
  const roles = "readRole: CountersignReader, approverRole: CountersignApprover";
  const targets = `targets:\n  - { name: many, accounts: [${list}], regions: [us-east-1], ${roles} }\n`;
  const bot = await startCountersign(on, folder.path, {
    env: { POLL_INTERVAL_SECONDS: String(ROUND_MS / 1000) },
    policy: targets + POLICY,
  });
  try {
    const polls = async () => {
      const times = new Map<string, number[]>();
      for (const { principal, at } of await on.calls("aws", "DescribeAutomationExecutions"))
        times.set(String(principal), [...(times.get(String(principal)) ?? []), at]);
      return times;
    };
    await until("three polls of each target", async () => {
      const times = [...(await polls()).values()];
      return times.length >= TARGETS && times.every((each) => each.length >= 3);
    });
    const times = [...(await polls()).values()];
    const third = times.map((each) => each[2] ?? Number.NaN);
    const round = Math.max(...third) - Math.min(...third);
    const gap = Math.max(...times.map((each) => (each[2] ?? 0) - (each[1] ?? 0)));
    const rss = bot.rss();
    return [
      {
        figure: "1,000 targets, one process",
        goal: "a round within 15 s, under 300 MB",
        measured: `a round in ${(round / 1000).toFixed(1)} s, at most ${(gap / 1000).toFixed(1)} s between two polls of a target, ${(rss / 1e6).toFixed(0)} MB`,
        met: round <= ROUND_MS && rss < 300e6,
        parts: bot.memoryParts(),
      },
    ];
  } finally {
    await bot.stop();
    await on.close();
    folder.remove();
  }
}
