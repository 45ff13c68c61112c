import type { Command } from "commander";
import type { Check } from "../app/admin/doctor-check.ts";
import { diagnose } from "../bot/diagnose.ts";
import { findSecrets, parseProxy } from "../config/environment.ts";
import { readTextFile } from "../config/file.ts";
import { loadConfig } from "../config/load.ts";
import { hideIn } from "../config/problem.ts";
import { systemClock } from "../ops/clock.ts";
import { EXIT, SILENT } from "./output.ts";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description(
      "check tokens, policy, AWS permissions, database and clock, one line each with the fix; changes nothing",
    )
    .option("--json", "print JSON for scripts")
    .action(async ({ json = false }: { json?: boolean }) => {
      const loaded = loadConfig(process.env, readTextFile);
      if (loaded.kind === "problems") {
        const checks = loaded.problems.map(({ where, what, fix }): Check => {
          return { check: "configuration", status: "failed", subject: where, text: `${what} ${fix}` };
        });
        print(checks, json);
        process.exitCode = EXIT.usage;
        return;
      }
      const proxy = parseProxy(process.env);
      const options = { proxy, clock: systemClock, nodeVersion: process.versions.node, log: SILENT };
      const checks = await diagnose({ ...loaded, ...options });
      print(checks, json);
      process.exitCode = checks.some(({ status }) => status === "failed") ? EXIT.failed : 0;
    });
}

/** Prints the checks to stdout. An error of AWS may quote a request, so every secret of the environment is hidden. */
function print(checks: readonly Check[], json: boolean): void {
  const secrets = findSecrets(process.env);
  const shown = checks.map((check) => ({
    ...check,
    subject: hideIn(check.subject, secrets),
    text: hideIn(check.text, secrets),
  }));
  const ok = !checks.some(({ status }) => status === "failed");
  const lines = shown.map(({ status, subject, text }) => `${status.padEnd(7)}  ${subject}: ${oneLine(text)}`);
  process.stdout.write(json ? `${JSON.stringify({ ok, checks: shown }, null, 2)}\n` : `${lines.join("\n")}\n`);
}

const oneLine = (text: string) => text.replaceAll(/\s*\n\s*/g, " ");
