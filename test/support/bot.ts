import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { eventually } from "./eventually.ts";
import type { Json } from "./http-json.ts";

const PROGRAM = new URL("../../src/cli/main.ts", import.meta.url).pathname;

/** The bot that ships, as a child process. */
export interface Bot {
  /** Every line it wrote, parsed where it is JSON. */
  readonly lines: Json[];
  readonly port: number;
  /** Resolves with the exit code or signal. */
  readonly ended: Promise<number | string>;
  /** SIGTERM, then waits. Resolves with the exit code. */
  stop(): Promise<number | string>;
  /** SIGKILL, then waits. */
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

/** Starts the program with this environment and nothing else of ours; does not wait for it to be ready. */
export function spawnBot(environment: Record<string, string | undefined>, program: string[] = [PROGRAM, "serve"]) {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const child: ChildProcess = spawn(process.execPath, program, {
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: Json[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (text) => lines.push(parsed(text)));
  }
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
  return { child, lines, ended };
}

/** Starts the bot and waits until it listens. */
export async function startBot(environment: Record<string, string | undefined>): Promise<Bot> {
  const { child, lines, ended } = spawnBot(environment);
  const over = () => child.exitCode !== null || child.signalCode !== null;
  const listening = await eventually(
    "the bot listens",
    () => over() || lines.find((line) => line.event === "bot.started"),
    () => tail(lines),
  );
  if (listening === true) throw new Error(`the bot ended at its start:\n${tail(lines)}`);
  return {
    lines,
    port: listening.port,
    ended,
    async stop() {
      if (!over()) child.kill("SIGTERM");
      return ended;
    },
    async kill() {
      if (!over()) child.kill("SIGKILL");
      await ended;
    },
    signal: (name) => void child.kill(name),
  };
}

export function tail(lines: readonly Json[], count = 30): string {
  return lines
    .slice(-count)
    .map((line) => JSON.stringify(line))
    .join("\n");
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
