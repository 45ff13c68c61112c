#!/usr/bin/env node
/**
 * Runs the bot through seeded schedules of faults, kills and clicks, then compares the calls that the stand-ins received
 * with the bot's records. Exits with 1 if anything was lost, repeated or wrong.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundledBot } from "../support/bundled-bot.ts";
import { formatFigures, formatReport } from "./figures.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import type { ScheduleResult } from "./run-schedule.ts";
import type { FromWorker, ToWorker } from "./worker.ts";

/** Schedules that may end with an exception (not a violation) before the run stops. */
const MAX_BROKEN = 3;

let options: Options;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
  process.exit(2);
}
const print = (...lines: string[]) => void process.stdout.write(`${lines.join("\n")}\n`);
const results: ScheduleResult[] = [];
const broken: string[] = [];
const began = Date.now();
let next = 0;
let interrupted = false;
process.once("SIGINT", () => {
  interrupted = true;
  print("finishing the running schedules");
});
// A mutant run stops at the first violation.
const isDone = () =>
  interrupted ||
  next >= options.schedules ||
  broken.length >= MAX_BROKEN ||
  (options.mutant !== null && results.some((result) => result.violations.length > 0));

print(
  `seeds ${options.seed} to ${options.seed + options.schedules - 1}, ${options.engine}, replicas ${options.replicas}`,
);
const compiled = mkdtempSync(join(tmpdir(), "countersign-compiled-"));
try {
  await bundledBot(); // before the workers, which would each build it
  const workers = Math.min(options.workers, options.schedules);
  await Promise.all(Array.from({ length: workers }, () => runWorker()));
} finally {
  rmSync(compiled, { recursive: true, force: true });
}

const found = results.filter((result) => result.violations.length > 0);
print("", ...formatFigures(results, (Date.now() - began) / 1000), ...broken.map((reason) => `broken: ${reason}`));
if (options.mutant !== null) {
  print(found.length > 0 ? `The mutant ${options.mutant} was found.` : `The mutant ${options.mutant} was NOT found.`);
}
process.exit((options.mutant === null ? found.length === 0 : found.length > 0) && broken.length === 0 ? 0 : 1);

/** Runs one worker, a process with its own stand-ins, and sends it one seed after another. */
async function runWorker(): Promise<void> {
  const worker: ChildProcess = fork(new URL("./worker.ts", import.meta.url).pathname, [JSON.stringify(options)], {
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
    detached: true, // Ctrl-C reaches only this process, which lets the running schedules end
  });
  const exited = once(worker, "exit");
  const sendNext = () => {
    const message: ToWorker = isDone() ? { kind: "end" } : { kind: "run", seed: options.seed + next++ };
    if (worker.connected) worker.send(message);
  };
  worker.on("message", (message: FromWorker) => {
    if (message.kind === "result") recordResult(message.result);
    if (message.kind === "broken") broken.push(`seed ${message.seed}: ${message.reason}`);
    sendNext();
  });
  const [code] = await exited;
  if (code !== 0) broken.push(`a worker ended with ${code}`);
}

function recordResult(result: ScheduleResult): void {
  results.push(result);
  if (result.violations.length > 0) print(...formatReport(result));
  else if (results.length % 25 === 0) print(`${results.length} of ${options.schedules}`);
}
