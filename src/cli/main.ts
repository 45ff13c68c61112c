#!/usr/bin/env node
import { Command, InvalidArgumentError } from "commander";
import { startBot } from "../bot/start.ts";
import { readTextFile } from "../config/file.ts";
import { loadConfig, loadDatabase, loadPolicy } from "../config/load.ts";
import { type Problem, problemLines } from "../config/problem.ts";
import { systemClock } from "../ops/clock.ts";
import { makeLogger } from "../ops/logging.ts";
import { migrateDatabase } from "./migrate.ts";
import { type CommandResult, checkPolicy, explainExecution, explainSubject } from "./policy.ts";

/** The configuration is wrong: nothing was started. */
const EXIT_CONFIGURATION = 2;
/** The bot could not start, or cannot go on. */
const EXIT_FAILED = 1;

const program = new Command("countersign").description("Approvals of AWS Systems Manager Automation steps, in Slack");

program
  .command("serve", { isDefault: true })
  .description("run the bot until SIGTERM or SIGINT")
  .action(async () => {
    const loaded = loadConfig(process.env, readTextFile);
    if (loaded.kind === "problems") {
      process.stderr.write(
        `Countersign was not started: its configuration needs attention.\n\n${problemLines(loaded.problems)}\n`,
      );
      process.exit(EXIT_CONFIGURATION);
    }
    const log = makeLogger(loaded.config.logLevel);
    const end = (words: string): never => {
      log.fatal({ event: "bot.failed" }, words);
      process.exit(EXIT_FAILED);
    };
    // Slack's client rejects where nobody can catch it, for instance while it reconnects: logged, and no reason to end.
    process.on("unhandledRejection", (error) =>
      log.error({ event: "promise.rejected", err: error }, "unhandled promise rejection"),
    );
    process.on("uncaughtException", (error) => {
      log.fatal(
        { event: "bot.crashed", err: error },
        "unexpected failure: ending, so that a restart finds what is on record",
      );
      process.exit(EXIT_FAILED);
    });

    const asked = new Promise<string>((resolve) => {
      for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => resolve(name));
    });
    const bot = await startBot(loaded.config, { clock: systemClock, log }).catch((error: unknown) =>
      end(error instanceof Error ? error.message : String(error)),
    );
    log.info({ event: "bot.started", port: bot.port }, "listening");
    const why = await Promise.race([
      asked.then((signal) => ({ kind: "asked" as const, signal })),
      bot.failed.then((words) => ({ kind: "failed" as const, words })),
    ]);
    if (why.kind === "asked") log.info({ event: "stop.requested", signal: why.signal }, "stopping");
    await bot.stop();
    if (why.kind === "failed") end(why.words);
    log.info({ event: "bot.stopped" }, "stopped");
    process.exit(0);
  });

program
  .command("migrate")
  .description("bring the database of DATABASE_URL to this version's schema; serve does so too when it starts")
  .action(async () => {
    const loaded = loadDatabase(process.env);
    if (loaded.kind === "problems") {
      process.stderr.write(`Nothing was migrated: DATABASE_URL needs attention.\n\n${problemLines(loaded.problems)}\n`);
      process.exit(EXIT_CONFIGURATION);
    }
    const { ok, words } = await migrateDatabase(loaded.database);
    (ok ? process.stdout : process.stderr).write(`${words}\n`);
    process.exitCode = ok ? 0 : EXIT_FAILED;
  });

const policy = program.command("policy").description("check the policy, or explain what it means for a request");

const tell = ({ ok, lines }: CommandResult) => {
  (ok ? process.stdout : process.stderr).write(`${lines.join("\n")}\n`);
  process.exitCode = ok ? 0 : EXIT_FAILED;
};
const refuse = (problems: readonly Problem[]): never => {
  process.stderr.write(`The configuration needs attention.\n\n${problemLines(problems)}\n`);
  process.exit(EXIT_CONFIGURATION);
};

policy
  .command("check")
  .description("hold the configuration against Slack: people, groups, channels, and routes that are never reached")
  .action(async () => {
    const loaded = loadConfig(process.env, readTextFile);
    tell(loaded.kind === "problems" ? refuse(loaded.problems) : await checkPolicy(loaded.config));
  });

const parameter = (text: string, others: Record<string, string[]>) => {
  const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === "") throw new InvalidArgumentError("Write it as NAME=VALUE.");
  return { ...others, [name]: [...(Object.hasOwn(others, name) ? (others[name] ?? []) : []), value] };
};

policy
  .command("explain")
  .description("which route covers a request, who may decide it, and why")
  .argument("[execution-id]", "an execution, read from AWS; otherwise the request is described by options")
  .option("--document <name>", "the runbook's name")
  .option("--target <name>")
  .option("--account <number>")
  .option("--region <region>")
  .option("--step <name>")
  .option("--started-by <arn>")
  .option("--parameter <name=value>", "a parameter's value; may be given several times", parameter, {})
  .action(async (executionId: string | undefined, { parameter: parameters, ...texts }) => {
    const loaded = loadPolicy(process.env, readTextFile);
    if (loaded.kind === "problems") return refuse(loaded.problems);
    if (executionId !== undefined) return tell(await explainExecution(loaded.file, loaded.targets, executionId));
    if (texts.document === undefined) return program.error("Give an execution's id, or --document.");
    tell(explainSubject(loaded.file, { ...texts, parameters, moreParameters: true }));
  });

await program.parseAsync();
