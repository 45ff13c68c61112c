import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { childEnvironment } from "../support/child-environment.ts";
import type { FromBot, PendingWork, ToBot } from "./bot-messages.ts";

/** Output lines of a bot that are kept for the report of a violation. */
const MAX_LINES = 300;
/** A bot that does not reply within this time is stopped, busy or dead. Real milliseconds. */
const REPLY_TIMEOUT_MS = 3_000;

/** A bot process, which tests can kill and pause. */
export interface ChildBot {
  readonly pid: number;
  /** Its HTTP port; undefined before it listens. */
  port(): number | undefined;
  readonly lines: readonly string[];
  /** Resolves when all modules are loaded, with the real milliseconds that loading took. */
  readonly loaded: Promise<number>;
  /** Resolves with the exit code or the signal that ended it. */
  readonly ended: Promise<number | string>;
  hasEnded(): boolean;
  start(order: Omit<ToBot & { kind: "start" }, "kind">): Promise<"listening" | "ended">;
  move(offset: number): void;
  /** Resolves with the work that its store still has, or with null if it does not reply. */
  pending(): Promise<PendingWork | null>;
  signal(name: NodeJS.Signals): void;
  kill(): Promise<void>;
}

/** Starts a process that loads all modules and waits for `start`. `entry`: the file of `bot-entry.ts`. */
export function preloadBot(entry: string): ChildBot {
  const child: ChildProcess = fork(entry, [], {
    env: childEnvironment(),
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
  let lastId = 0;
  const replies = new Map<number, (pending: PendingWork) => void>();
  const loaded = Promise.withResolvers<number>();
  const began = Date.now();
  const listening = Promise.withResolvers<"listening">();
  let port: number | undefined;
  child.on("message", (message: FromBot) => {
    if (message.kind === "loaded") loaded.resolve(Date.now() - began);
    if (message.kind === "listening") {
      port = message.port;
      listening.resolve("listening");
    }
    if (message.kind === "pending") replies.get(message.id)?.(message.pending);
    if (message.kind === "failed") lines.push(`failed: ${message.reason}`);
  });
  child.on("error", () => undefined); // sending to a process that has just ended
  const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | string);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const send = (message: ToBot) => {
    if (child.connected) child.send(message, () => undefined);
  };

  return {
    pid: child.pid ?? 0,
    port: () => port,
    lines,
    loaded: loaded.promise,
    ended,
    hasEnded,
    async start(order) {
      send({ kind: "start", ...order });
      return Promise.race([listening.promise, ended.then(() => "ended" as const)]);
    },
    move: (offset) => send({ kind: "move", offset }),
    async pending() {
      const id = ++lastId;
      const reply = Promise.withResolvers<PendingWork | null>();
      const timeout = setTimeout(() => reply.resolve(null), REPLY_TIMEOUT_MS);
      replies.set(id, reply.resolve);
      void ended.then(() => reply.resolve(null));
      send({ kind: "pending", id });
      try {
        return await reply.promise;
      } finally {
        clearTimeout(timeout);
        replies.delete(id);
      }
    },
    signal: (name) => void child.kill(name),
    async kill() {
      if (!hasEnded()) child.kill("SIGKILL");
      await ended;
    },
  };
}
