import type { Command } from "commander";
import { startBot } from "../bot/start.ts";
import { readTextFile } from "../config/file.ts";
import { loadConfig } from "../config/load.ts";
import { findUnknownRegions } from "../config/regions.ts";
import { maskWarnings } from "../core/policy-warnings.ts";
import { systemClock } from "../ops/clock.ts";
import { limitHeapGrowth } from "../ops/heap.ts";
import { makeLogger, makeTerminalStream } from "../ops/logging.ts";
import { EXIT, refuseConfiguration } from "./output.ts";

export function addServe(program: Command): void {
  program
    .command("serve", { isDefault: true })
    .description("run the bot until SIGTERM or SIGINT")
    .action(async () => {
      const loaded = loadConfig(process.env, readTextFile);
      if (loaded.kind === "problems")
        refuseConfiguration("Countersign did not start: fix its configuration first.", loaded.problems);
      else await serve(loaded);
    });
}

type Logger = ReturnType<typeof makeLogger>;
type LoadedConfig = Extract<ReturnType<typeof loadConfig>, { kind: "config" }>;

/** Runs the bot until a signal asks it to stop (exit code 0), or until it cannot continue (exit code 1). */
async function serve({ config, locate, warnings }: LoadedConfig): Promise<never> {
  limitHeapGrowth();
  const log = makeLogger(config.logLevel, await makeTerminalStream(process.stdout));
  logWarnings(log, { config, locate, warnings });
  logUncaughtErrors(log);
  const stopRequested = new Promise<string>((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => resolve(name));
  });
  const fail = (words: string): never => {
    log.fatal({ event: "bot.failed" }, words);
    process.exit(EXIT.failed);
  };
  const bot = await startBot(config, { clock: systemClock, log }).catch((error: unknown) =>
    fail(error instanceof Error ? error.message : String(error)),
  );
  log.info({ event: "bot.started", port: bot.port, opsPort: bot.opsPort }, "listening");
  const end = await Promise.race([
    stopRequested.then((signal) => ({ kind: "stop" as const, signal })),
    bot.failed.then((words) => ({ kind: "failed" as const, words })),
  ]);
  if (end.kind === "stop") log.info({ event: "stop.requested", signal: end.signal }, "stopping");
  await bot.stop();
  if (end.kind === "failed") fail(end.words);
  log.info({ event: "bot.stopped" }, "stopped");
  process.exit(0);
}

/** Logs the parts of the configuration that are valid and may not mean what its author expects. */
function logWarnings(log: Logger, { config, locate, warnings }: Omit<LoadedConfig, "kind">): void {
  for (const { where, what, fix } of warnings)
    log.warn({ event: "config.variable-unknown", where, problem: `${what} ${fix}` }, "unknown variable");
  for (const { path, text } of findUnknownRegions(config))
    log.warn({ event: "config.region-unknown", where: locate(path), problem: text }, "unknown Region");
  for (const { path, text } of maskWarnings(config.mask))
    log.warn({ event: "config.mask-empty", where: locate(path), problem: text }, "the mask hides no values");
}

function logUncaughtErrors(log: Logger): void {
  // Slack's client rejects promises that no caller can await, for instance while it reconnects. The bot continues.
  process.on("unhandledRejection", (error) =>
    log.error({ event: "promise.rejected", err: error }, "unhandled promise rejection"),
  );
  process.on("uncaughtException", (error) => {
    log.fatal(
      { event: "bot.crashed", err: error },
      "unexpected failure: exiting, so that a restart resumes from the database",
    );
    process.exit(EXIT.failed);
  });
}
