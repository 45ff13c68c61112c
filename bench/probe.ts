/**
 * Is loaded into a measured bot. At each SIGUSR2, the bot prints a line with the longest blocks of its event loop since the last
 * one, in milliseconds: see Blocks.
 */
import { monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";
import { StatementSync } from "node:sqlite";

interface Block {
  ms: number;
  sql: string;
}

/** The delays of the event loop, and what blocked it longest, in milliseconds. */
export interface Blocks {
  p99: number;
  max: number;
  read: Block;
  /** Every other statement. A commit, or a write outside of a transaction, waits for the disk. */
  write: Block;
  garbage: number;
}

const none = () => ({ read: { ms: 0, sql: "" }, write: { ms: 0, sql: "" }, garbage: 0 });
let longest = none();

/** Shortens lists of parameters. */
const toShort = (sql: string) =>
  sql
    .replace(/\s+/g, " ")
    .replace(/\((?:\?, )+\?\)/g, "(?, …)")
    .trim();

for (const method of ["all", "get", "run"] as const) {
  const call = StatementSync.prototype[method] as (...values: unknown[]) => never;
  StatementSync.prototype[method] = function (this: StatementSync, ...values: unknown[]) {
    const start = performance.now();
    try {
      return call.apply(this, values);
    } finally {
      const took = performance.now() - start;
      const kind = /^\s*(?:select|with)\b/i.test(this.sourceSQL) ? "read" : "write";
      if (took > longest[kind].ms) longest[kind] = { ms: took, sql: toShort(this.sourceSQL) };
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
