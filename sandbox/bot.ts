import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface BotProcess {
  /** Resolves with the exit code, or the signal's name. */
  ended: Promise<number | string>;
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>;
}

/** How long the bot may take to end before it is killed, in milliseconds. */
const PATIENCE_MS = 15_000;

/**
 * Runs the very bot that ships as a process of its own, pointed at the stand-ins by nothing but its environment. `line`
 * receives what it logs.
 */
export function startBotProcess(environment: Record<string, string>, line: (text: string) => void): BotProcess {
  const program = new URL("../src/cli.ts", import.meta.url).pathname;
  const child: ChildProcess = spawn(process.execPath, [program, "serve"], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on("line", line);
  }
  const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | string);
  return {
    ended,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await ended;
      clearTimeout(patience);
    },
  };
}
