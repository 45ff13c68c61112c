import { type Posted, pause, type StandIns } from "./stand-ins.ts";

/** Milliseconds of each click: until the acknowledgement, and until the stand-ins had received the calls that follow. */
export interface ClickTimes {
  acks: number[];
  /** The first lookup of the person; only for clicks one after another, because clicks of one person share lookups. */
  lookups?: number[];
  /** The last read of the execution before the signal. */
  reads?: number[];
  signals: number[];
}

/** Approves the executions one after another, each `pauseMs` after the signal of the one before. */
export async function clickInTurn(on: StandIns, executions: readonly string[], pauseMs = 30): Promise<ClickTimes> {
  const messages = await on.messages(executions);
  const times: ClickTimes = { acks: [], signals: [] };
  const startedAt = new Map<string, number>();
  for (const id of executions) {
    startedAt.set(id, Date.now());
    times.acks.push(await on.approve(messages.get(id) as Posted));
    const received = (await on.signals([id])).get(id) ?? Number.NaN;
    times.signals.push(received - (startedAt.get(id) ?? Number.NaN));
    await pause(pauseMs);
  }
  const lookups = (await on.calls("slack", "users.info")).map(({ at }) => Number(at));
  times.lookups = [...startedAt.values()].map((from) => (lookups.find((at) => at >= from) ?? Number.NaN) - from);
  times.reads = await findReads(on, startedAt, times.signals);
  return times;
}

/** Finds, for each click, the milliseconds until the last read before its signal. */
async function findReads(on: StandIns, startedAt: ReadonlyMap<string, number>, signals: readonly number[]) {
  const calls = await on.calls("aws", "GetAutomationExecution");
  const reads = Map.groupBy(calls, ({ input }) => String(input.AutomationExecutionId));
  return [...startedAt].map(([id, from], index) => {
    const before = (reads.get(id) ?? []).filter(({ at }) => at >= from && at <= from + (signals[index] ?? 0));
    return Number(before.at(-1)?.at ?? Number.NaN) - from;
  });
}

/** Approves the executions at this rate, whether or not earlier ones are done. Resolves when AWS has received every signal. */
export async function clickAtRate(on: StandIns, executions: readonly string[], perSecond: number): Promise<ClickTimes> {
  const messages = await on.messages(executions);
  const beganAt = Date.now();
  const startedAt = new Map<string, number>();
  const acks = await Promise.all(
    executions.map(async (id, index) => {
      await pause(Math.max(0, beganAt + (index * 1_000) / perSecond - Date.now()));
      startedAt.set(id, Date.now());
      return on.approve(messages.get(id) as Posted);
    }),
  );
  const received = await on.signals(executions);
  const signals = executions.map((id) => (received.get(id) ?? Number.NaN) - (startedAt.get(id) ?? Number.NaN));
  const inOrder = new Map(executions.map((id) => [id, startedAt.get(id) ?? Number.NaN]));
  return { acks, reads: await findReads(on, inOrder, signals), signals };
}

/** Says when the stages of a click were reached, by this share of the clicks. */
export function describeStages({ acks, lookups = [], reads = [], signals }: ClickTimes, share: number): string {
  const stages = [
    ["acknowledged after", acks],
    ["lookup at Slack after", lookups],
    ["last read at AWS after", reads],
    ["signal at AWS after", signals],
  ] as const;
  return stages
    .map(([stage, values]) => ({ stage, values: values.filter((value) => !Number.isNaN(value)) }))
    .filter(({ values }) => values.length > 0)
    .map(({ stage, values }) => `${stage} ${percentile(values, share).toFixed(0)} ms`)
    .join(", ");
}

/** The first calls of a bot after its start. */
const FIRST_CALLS = [
  ["slack", "auth.test"],
  ["aws", "DescribeAutomationExecutions"],
  ["aws", "GetAutomationExecution"],
] as const;

/** Says how long after the start of a process the stand-ins received its first calls. */
export async function describeStart(on: StandIns, startedAt: number): Promise<string> {
  const first = async ([service, operation]: (typeof FIRST_CALLS)[number]) => {
    const times = (await on.calls(service, operation)).map(({ at }) => Number(at)).filter((at) => at >= startedAt);
    return { operation, ms: Math.min(...times) - startedAt };
  };
  return (await Promise.all(FIRST_CALLS.map(first)))
    .filter(({ ms }) => Number.isFinite(ms))
    .toSorted((a, b) => a.ms - b.ms)
    .map(({ operation, ms }) => `first ${operation} after ${(ms / 1000).toFixed(1)} s`)
    .join(", ");
}

/** The value below which this share of the values lies (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
