/**
 * A Node.js option. At each SIGUSR2, the process prints a line `{"event":"loop","p99":…,"max":…}` with the delays of its event
 * loop since the last one, in milliseconds.
 */
export const LOOP_PROBE = `--import=data:text/javascript,${encodeURIComponent(`
import { monitorEventLoopDelay } from "node:perf_hooks";
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on("SIGUSR2", () => {
  process.stdout.write(JSON.stringify({ event: "loop", p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 }) + "\\n");
  delay.reset();
});`)}`;
