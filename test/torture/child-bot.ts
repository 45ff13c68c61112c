import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { FromBot, PendingWork, ToBot } from "./bot-messages.ts";

const ENTRY = new URL("./bot-entry.ts", import.meta.url).pathname;
/** Lines that a bot's process keeps for a story that has to be told. */
const MAX_LINES = 300;
/** A bot that does not answer is stopped, busy or dead. Machine milliseconds. */
const REPLY_TIMEOUT_MS = 3_000;

/** One process of the bot: it can be killed and paused like any other. */
export interface ChildBot {
  readonly pid: number;
  readonly lines: readonly string[];
  /** Resolves when everything is loaded, with how many of the machine's milliseconds that took. */
  readonly loaded: Promise<number>;
  /** Resolves with the exit code or the signal that ended it. */
  readonly ended: Promise<number | string>;
  hasEnded(): boolean;
  start(order: Omit<ToBot & { kind: "start" }, "kind">): Promise<"listening" | "ended">;
  move(offset: number): void;
  /** What its store still asks for; null when it does not answer. */
  pending(): Promise<PendingWork | null>;
  signal(name: NodeJS.Signals): void;
  kill(): Promise<void>;
}

/** Starts a process that has loaded everything and waits to be the bot. `entry`: the bot's entry in one file. */
export function preloadBot(entry = ENTRY): ChildBot {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const child: ChildProcess = fork(entry, [], {
    env: { PATH, HOME, NODE_COMPILE_CACHE },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: [],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > MAX_LINES) lines.shift();
    });
  }
  let ask = 0;
  const answers = new Map<number, (pending: PendingWork) => void>();
  const warm = Promise.withResolvers<number>();
  const began = Date.now();
  const listening = Promise.withResolvers<"listening">();
  child.on("message", (message: FromBot) => {
    if (message.kind === "warm") warm.resolve(Date.now() - began);
    if (message.kind === "listening") listening.resolve("listening");
    if (message.kind === "pending") answers.get(message.id)?.(message.pending);
    if (message.kind === "failed") lines.push(`ended by itself: ${message.words}`);
  });
  child.on("error", () => undefined); // sending to a process that has just ended
  const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | string);
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const send = (message: ToBot) => {
    if (child.connected) child.send(message, () => undefined);
  };

  return {
    pid: child.pid ?? 0,
    lines,
    loaded: warm.promise,
    ended,
    hasEnded: isOver,
    async start(order) {
      send({ kind: "start", ...order });
      return Promise.race([listening.promise, ended.then(() => "ended" as const)]);
    },
    move: (offset) => send({ kind: "move", offset }),
    async pending() {
      const id = ++ask;
      const answer = Promise.withResolvers<PendingWork | null>();
      const patience = setTimeout(() => answer.resolve(null), REPLY_TIMEOUT_MS);
      answers.set(id, answer.resolve);
      void ended.then(() => answer.resolve(null));
      send({ kind: "pending", id });
      try {
        return await answer.promise;
      } finally {
        clearTimeout(patience);
        answers.delete(id);
      }
    },
    signal: (name) => void child.kill(name),
    async kill() {
      if (!isOver()) child.kill("SIGKILL");
      await ended;
    },
  };
}
