import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute } from "node:path";
import { createInterface } from "node:readline";
import { bundledBot } from "./bundled-bot.ts";
import { childEnvironment } from "./child-environment.ts";
import { eventually } from "./eventually.ts";
import type { Json } from "./http-json.ts";

const PROGRAM = new URL("../../src/cli/main.ts", import.meta.url).pathname;

/** The shipped bot as a child process. */
export interface Bot {
  /** Every output line, parsed if it is JSON. */
  readonly lines: Json[];
  readonly port: number;
  /** Of readiness and metrics: OPS_PORT or, without it, PORT. */
  readonly opsPort: number;
  /** Resolves with the exit code or signal. */
  readonly ended: Promise<number | string>;
  /** Sends SIGTERM and waits. Resolves with the exit code or signal. */
  stop(): Promise<number | string>;
  /** Sends SIGKILL and waits. */
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

/** Another copy of the program than that of this checkout, and how it runs. */
export interface Copy {
  program: string;
  node?: string;
  cwd?: string;
  uid?: number;
  gid?: number;
}

/**
 * Starts the program with only this environment, plus PATH, HOME and the compile cache. Does not wait for it to be ready.
 * Runs the bundled program by default, because loading the modules of `src/cli/main.ts` takes most of the CPU time of a
 * short test; `source` runs the program as it ships.
 */
export async function spawnBot(
  environment: Record<string, string | undefined>,
  from: "bundle" | "source" | Copy = "bundle",
  args: string[] = ["serve"],
) {
  const copy =
    typeof from === "object" ? from : { program: from === "source" ? PROGRAM : (await bundledBot()).program };
  const { program, node = process.execPath, ...how } = copy;
  // A folder without the developer's own .env.
  const folder = dirname(environment.COUNTERSIGN_CONFIG ?? "");
  const cwd = isAbsolute(folder) && existsSync(folder) ? folder : tmpdir();
  const child: ChildProcess = spawn(node, [program, ...args], {
    cwd,
    env: { ...childEnvironment(), ...environment },
    ...how,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: Json[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (text) => lines.push(parseLine(text)));
  }
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
  return { child, lines, ended };
}

/** Starts the bot as {@link spawnBot} does, and waits until it listens. */
export async function startBot(
  environment: Record<string, string | undefined>,
  from: "bundle" | "source" | Copy = "bundle",
): Promise<Bot> {
  const { child, lines, ended } = await spawnBot(environment, from);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const listening = await eventually(
    "the bot listens",
    () => hasEnded() || lines.find((line) => line.event === "bot.started"),
    () => formatLastLines(lines),
  );
  if (listening === true) throw new Error(`the bot ended during its start:\n${formatLastLines(lines)}`);
  return {
    lines,
    port: listening.port,
    opsPort: listening.opsPort ?? listening.port,
    ended,
    async stop() {
      if (!hasEnded()) child.kill("SIGTERM");
      return ended;
    },
    async kill() {
      if (!hasEnded()) child.kill("SIGKILL");
      await ended;
    },
    signal: (name) => void child.kill(name),
  };
}

/** Returns whether the bot is ready, with every target polled. */
export async function isReady(bot: Bot): Promise<boolean> {
  const { status } = (await (await fetch(`http://127.0.0.1:${bot.opsPort}/readyz`)).json()) as Json;
  return status === "ready";
}

export function formatLastLines(lines: readonly Json[], count = 30): string {
  return lines
    .slice(-count)
    .map((line) => JSON.stringify(line))
    .join("\n");
}

function parseLine(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
