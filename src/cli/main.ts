import { Command } from "commander";
import { loadDotEnv } from "../config/dot-env.ts";
import { parseProxy } from "../config/environment.ts";
import { setProxy } from "../ops/proxy.ts";
import { VERSION } from "../ops/version.ts";
import { addAudit } from "./audit.ts";
import { addDoctor } from "./doctor.ts";
import { addInit } from "./init.ts";
import { addMigrate } from "./migrate.ts";
import { EXIT, refuseConfiguration } from "./output.ts";
import { addPolicy } from "./policy.ts";
import { addServe } from "./serve.ts";
import { addVerifyAws } from "./verify-aws.ts";

const program = new Command("countersign")
  .description("Approve steps of AWS Systems Manager Automation in Slack")
  .version(VERSION, "--version", "show the version")
  // Commander ends every usage error with 1, which here means that a check failed. Help ends with 0.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage))
  .hook("preAction", () => {
    const problem = loadDotEnv();
    if (problem !== null) refuseConfiguration("Nothing was done: fix the file .env first.", [problem]);
    const proxy = parseProxy(process.env);
    if (proxy !== null) setProxy(proxy);
  });

addServe(program);
addInit(program);
addDoctor(program);
addMigrate(program);
addPolicy(program);
addAudit(program);
addVerifyAws(program);

await program.parseAsync();
