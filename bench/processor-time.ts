import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import type { RunningBot } from "./bots.ts";
import type { StandIns } from "./stand-ins.ts";

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

/** Returns the processor time of a process, in milliseconds. */
export function processorMs({ pid }: ChildProcess): number {
  // The name of the program, in parentheses, may contain spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Returns the processor time of the whole machine, in milliseconds. */
function machineMs(): number {
  const [, user, nice, system, , , irq, softirq] = readFileSync("/proc/stat", "utf8").split(/\s+/).map(Number);
  return [user, nice, system, irq, softirq].reduce((sum: number, ticks = 0) => sum + ticks, 0) * TICK_MS;
}

/**
 * Does something that ends with the last signal of these executions. Says how long after it the last request was closed and
 * published, and how much processor time each decision took until then.
 */
export async function withProcessorTime<T>(
  on: StandIns,
  bots: readonly RunningBot[],
  executions: readonly string[],
  work: () => Promise<T>,
): Promise<{ result: T; parts: string }> {
  const read = () => ({
    bots: bots.reduce((sum, bot) => sum + bot.cpuMs(), 0),
    standIns: on.cpuMs(),
    machine: machineMs(),
  });
  const before = read();
  const result = await work();
  const signaledAt = performance.now();
  await on.closed(executions);
  const late = `${((performance.now() - signaledAt) / 1000).toFixed(1)} s`;
  const after = read();
  const each = (value: number) => `${(value / executions.length).toFixed(0)} ms`;
  const [own, standIns, machine] = [
    after.bots - before.bots,
    after.standIns - before.standIns,
    after.machine - before.machine,
  ];
  const parts = `the last request was closed and published ${late} after the last signal; processor time for each decision: ${each(own)} of the bot, ${each(standIns)} of the stand-ins, ${each(machine - own - standIns)} of all else on the machine`;
  return { result, parts };
}
