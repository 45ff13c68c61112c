#!/usr/bin/env node
import { Command } from "commander";
import { addMigrate } from "./migrate.ts";
import { EXIT } from "./output.ts";
import { addPolicy } from "./policy.ts";
import { addServe } from "./serve.ts";

const program = new Command("countersign")
  .description("Approve steps of AWS Systems Manager Automation in Slack")
  // Commander ends every usage error with 1, which here means that a check failed. Help ends with 0.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage));

addServe(program);
addMigrate(program);
addPolicy(program);

await program.parseAsync();
