import { Command } from "commander";
import { loadDotEnv } from "../config/dot-env.ts";
import { parseProxy } from "../config/environment.ts";
import { setProxy } from "../ops/proxy.ts";
import { VERSION } from "../ops/version.ts";
import { endEarlyAfterErrors } from "./end-early.ts";
import { EXIT, refuseConfiguration } from "./output.ts";

/** Adds each command, in the order of the help. Loads only its own modules: those of AWS and Slack take most of a start. */
const COMMANDS: Record<string, (program: Command) => Promise<void>> = {
  serve: async (program) => (await import("./serve.ts")).addServe(program),
  init: async (program) => (await import("./init.ts")).addInit(program),
  doctor: async (program) => (await import("./doctor.ts")).addDoctor(program),
  migrate: async (program) => (await import("./migrate.ts")).addMigrate(program),
  policy: async (program) => (await import("./policy.ts")).addPolicy(program),
  audit: async (program) => (await import("./audit.ts")).addAudit(program),
  "verify-aws": async (program) => (await import("./verify-aws.ts")).addVerifyAws(program),
};

const program = new Command("countersign")
  .description("Approve steps of AWS Systems Manager Automation in Slack")
  .version(VERSION, "--version", "show the version")
  // Commander ends every usage error with 1, which here means that a check failed. Help ends with 0.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage))
  .hook("preAction", (_, command) => {
    endEarlyAfterErrors(command);
    const problem = loadDotEnv();
    if (problem !== null) refuseConfiguration("Nothing was done: fix the file .env first.", [problem]);
    const proxy = parseProxy(process.env);
    if (proxy !== null) setProxy(proxy);
  });

const [name = ""] = process.argv.slice(2);
if (Object.hasOwn(COMMANDS, name)) await COMMANDS[name]?.(program);
else if (name !== "--version") for (const add of Object.values(COMMANDS)) await add(program);

await program.parseAsync();
