import type { Json } from "../test/support/http-json.ts";
import { type Posted, pause, type StandIns, until } from "./stand-ins.ts";

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
    const received = (await signalTimes(on, [id])).get(id) ?? Number.NaN;
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
  const received = await signalTimes(on, executions);
  return {
    acks,
    signals: executions.map((id) => (received.get(id) ?? Number.NaN) - (startedAt.get(id) ?? Number.NaN)),
  };
}

/** Waits until AWS has received a signal for each execution. Resolves with its time, by execution id. */
export async function signalTimes(on: StandIns, executions: readonly string[]): Promise<Map<string, number>> {
  let received = new Map<string, number>();
  await until(`signals for ${executions.length} executions`, async () => {
    const calls = await on.calls("aws", "SendAutomationSignal");
    received = new Map(calls.map(({ input, at }: Json) => [input.AutomationExecutionId, at]));
    return executions.every((id) => received.has(id));
  });
  return received;
}

/** The value below which this share of the values lies (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
