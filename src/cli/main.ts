import { Command } from "commander";
import { loadDotEnv } from "../config/dot-env.ts";
import { addAudit } from "./audit.ts";
import { addDoctor } from "./doctor.ts";
import { addMigrate } from "./migrate.ts";
import { EXIT, refuseConfiguration } from "./output.ts";
import { addPolicy } from "./policy.ts";
import { addServe } from "./serve.ts";

const program = new Command("countersign")
  .description("Approve steps of AWS Systems Manager Automation in Slack")
  // Commander ends every usage error with 1, which here means that a check failed. Help ends with 0.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage))
  .hook("preAction", () => {
    const problem = loadDotEnv();
    if (problem !== null) refuseConfiguration("Nothing was done: fix the file .env first.", [problem]);
  });

addServe(program);
addDoctor(program);
addMigrate(program);
addPolicy(program);
addAudit(program);

await program.parseAsync();
