/**
 * Is loaded into a measured bot. At each SIGUSR2, the bot prints a line with the longest blocks of its event loop since the last
 * one, in milliseconds: see Blocks.
 */
import { monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";
import { StatementSync } from "node:sqlite";

/** The delays of the event loop, and what blocked it longest, in milliseconds. `slowest`: the text of the longest read. */
export interface Blocks {
  p99: number;
  max: number;
  read: number;
  /** A write outside of a transaction, or a commit, waits for the disk. */
  write: number;
  garbage: number;
  slowest: string;
}

const none = () => ({ read: 0, write: 0, garbage: 0, slowest: "" });
let longest = none();

for (const method of ["all", "get", "run"] as const) {
  const call = StatementSync.prototype[method] as (...values: unknown[]) => never;
  StatementSync.prototype[method] = function (this: StatementSync, ...values: unknown[]) {
    const start = performance.now();
    try {
      return call.apply(this, values);
    } finally {
      const took = performance.now() - start;
      const kind = /^\s*(?:select|with)\b/i.test(this.sourceSQL) ? "read" : "write";
      if (kind === "read" && took > longest.read) longest.slowest = this.sourceSQL;
      longest[kind] = Math.max(longest[kind], took);
    }
  } as never;
}

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest.garbage = Math.max(longest.garbage, duration);
}).observe({ entryTypes: ["gc"] });

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on("SIGUSR2", () => {
  const blocks: Blocks = { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6, ...longest };
  process.stdout.write(`${JSON.stringify({ event: "blocks", ...blocks })}\n`);
  delay.reset();
  longest = none();
});
