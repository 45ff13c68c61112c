import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What a person can see of the bot's process from outside. */
export interface BotStatus {
  running: boolean;
  pid: number | null;
  /** How the last process ended: its exit code or the signal's name; null while none has. */
  lastExit: number | string | null;
  /** How many processes there have been. */
  starts: number;
  /** The last lines that it logged, oldest first. */
  lines: string[];
}

/** One bot at a time, which can be taken away and brought back. Its files outlive its process, as on a real machine. */
export interface BotSupervisor {
  status(): BotStatus;
  /** Starts it unless it runs. */
  start(): void;
  /** Asks it to end (SIGTERM) and waits until it has. */
  stop(): Promise<void>;
  /** Ends it where it stands (SIGKILL): what it had not written down is lost. */
  kill(): Promise<void>;
  /** Calls the listener after each start, end and logged line until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** How long the bot may take to end before it is killed, in milliseconds. */
const STOP_TIMEOUT_MS = 15_000;
/** How many logged lines are kept. */
const MAX_LOG_LINES = 100;

/**
 * Supervises the very bot that ships as a process of its own, pointed at the stand-ins by nothing but its environment.
 * `line` receives what it logs, `ended` how a process ended that nobody asked to end.
 */
export function superviseBot(options: {
  environment: Record<string, string>;
  line: (text: string) => void;
  ended: (why: number | string) => void;
}): BotSupervisor {
  const program = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
  const listeners = new Set<() => void>();
  let child: ChildProcess | undefined;
  let exit: Promise<void> = Promise.resolve();
  let asked = false;
  let lastExit: BotStatus["lastExit"] = null;
  let starts = 0;
  let lines: string[] = [];

  const announce = () => {
    for (const listener of listeners) listener();
  };
  const logged = (text: string) => {
    lines = [...lines, text].slice(-MAX_LOG_LINES);
    options.line(text);
    announce();
  };

  const end = async (signal: NodeJS.Signals) => {
    asked = true;
    const ending = child;
    ending?.kill(signal);
    const patience = setTimeout(() => ending?.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await exit;
    clearTimeout(patience);
  };

  return {
    status: () => ({ running: child !== undefined, pid: child?.pid ?? null, lastExit, starts, lines }),
    start() {
      if (child !== undefined) return;
      const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
      const started = spawn(process.execPath, [program, "serve"], {
        env: { PATH, HOME, NODE_COMPILE_CACHE, ...options.environment },
        stdio: ["ignore", "pipe", "pipe"],
      });
      child = started;
      asked = false;
      starts += 1;
      for (const stream of [started.stdout, started.stderr]) createInterface({ input: stream }).on("line", logged);
      exit = once(started, "exit").then(([code, signal]) => {
        child = undefined;
        lastExit = (code ?? signal) as number | string;
        announce();
        if (!asked) options.ended(lastExit);
      });
      announce();
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
