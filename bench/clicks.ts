import { type Posted, pause, type StandIns } from "./stand-ins.ts";

/** Milliseconds of each click: until the acknowledgement, and until AWS had received the signal. */
export interface ClickTimes {
  acks: number[];
  signals: number[];
}

/** Approves the executions one after another, each after the signal of the one before. */
export async function clickInTurn(on: StandIns, executions: readonly string[]): Promise<ClickTimes> {
  const messages = await on.messages(executions);
  const times: ClickTimes = { acks: [], signals: [] };
  for (const id of executions) {
    const startedAt = Date.now();
    times.acks.push(await on.approve(messages.get(id) as Posted));
    const received = (await on.signals([id])).get(id) ?? Number.NaN;
    times.signals.push(received - startedAt);
    await pause(30);
  }
  return times;
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
  return {
    acks,
    signals: executions.map((id) => (received.get(id) ?? Number.NaN) - (startedAt.get(id) ?? Number.NaN)),
  };
}

/** The value below which this share of the values lies (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
