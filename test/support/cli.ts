import { spawnBot } from "./bot.ts";

/** How a command of the CLI ended: its exit code or signal, and everything that it printed. */
export interface CliResult {
  code: number | string;
  text: string;
}

/** Runs a command of the CLI to its end with only this environment, for example `runCli(env, "policy", "check")`. */
export async function runCli(environment: Record<string, string | undefined>, ...args: string[]): Promise<CliResult> {
  const { ended, lines } = await spawnBot(environment, "bundle", args);
  const code = await ended;
  return { code, text: lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n") };
}
