import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The state of the bot's process, seen from outside. */
export interface BotStatus {
  running: boolean;
  pid: number | null;
  /** Exit code or signal name of the last process that ended; null before the first one ends. */
  lastExit: number | string | null;
  /** The number of processes started so far. */
  starts: number;
  /** The most recent log lines, oldest first. */
  lines: string[];
}

/**
 * Runs at most one bot process. States: stopped (initially), running (until the process exits or `stop` or `kill` ends
 * it). The bot's files outlive its process, as on a real machine.
 */
export interface BotSupervisor {
  status(): BotStatus;
  /** Starts the bot if it is stopped. */
  start(): void;
  /** Sends SIGTERM and waits for the exit. */
  stop(): Promise<void>;
  /** Sends SIGKILL and waits for the exit. Unsaved state is lost. */
  kill(): Promise<void>;
  /** Calls the listener after each start, exit and log line. Returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void;
}

/** Milliseconds that the bot gets to exit before it is killed. */
const STOP_TIMEOUT_MS = 15_000;
const MAX_LOG_LINES = 100;

/** The program that ships. */
const PROGRAM = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

/**
 * Supervises the same bot that ships, in a separate process. Only its environment directs it to the stand-ins. `onLine`
 * receives each log line. `onUnexpectedExit` receives the exit code or signal name of a process that neither `stop` nor
 * `kill` ended.
 */
export function superviseBot(options: {
  environment: Record<string, string>;
  /** Another build of the program that ships. */
  program?: string | undefined;
  /** The working directory. */
  folder: string;
  onLine: (text: string) => void;
  onUnexpectedExit: (exit: number | string) => void;
}): BotSupervisor {
  const { program = PROGRAM } = options;
  const listeners = new Set<() => void>();
  let child: ChildProcess | undefined;
  let exit: Promise<void> = Promise.resolve();
  let stopRequested = false;
  let lastExit: BotStatus["lastExit"] = null;
  let starts = 0;
  let lines: string[] = [];

  const notify = () => {
    for (const listener of listeners) listener();
  };
  const addLine = (text: string) => {
    lines = [...lines, text].slice(-MAX_LOG_LINES);
    options.onLine(text);
    notify();
  };

  const end = async (signal: NodeJS.Signals) => {
    stopRequested = true;
    const target = child;
    target?.kill(signal);
    const timeout = setTimeout(() => target?.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await exit;
    clearTimeout(timeout);
  };

  return {
    status: () => ({ running: child !== undefined, pid: child?.pid ?? null, lastExit, starts, lines }),
    start() {
      if (child !== undefined) return;
      const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
      const started = spawn(process.execPath, [program, "serve"], {
        // A folder without the developer's own .env, which every command reads.
        cwd: options.folder,
        env: { PATH, HOME, NODE_COMPILE_CACHE, ...options.environment },
        stdio: ["ignore", "pipe", "pipe"],
      });
      child = started;
      stopRequested = false;
      starts += 1;
      for (const stream of [started.stdout, started.stderr]) createInterface({ input: stream }).on("line", addLine);
      exit = once(started, "exit").then(([code, signal]) => {
        child = undefined;
        lastExit = (code ?? signal) as number | string;
        notify();
        if (!stopRequested) options.onUnexpectedExit(lastExit);
      });
      notify();
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
