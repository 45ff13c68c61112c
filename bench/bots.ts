import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { botEnvironment } from "../sandbox/bot-environment.ts";
import type { Blocks } from "./probe.ts";
import { processorMs } from "./processor-time.ts";
import { APPROVERS, CHANNEL, type StandIns, stop, until } from "./stand-ins.ts";

export const POLICY = `
routes:
  - name: everything
    channels: [${CHANNEL}]
    approvers: { users: [${APPROVERS.join(", ")}] }
`;

/** Returns a policy with a route for each runbook, in front of the route for all others. */
export function policyFor(channels: readonly { channel: string; runbook: string }[]): string {
  const routes = channels.map(
    ({ channel, runbook }) =>
      `  - { name: ${runbook}, match: { document: ${runbook} }, channels: [${channel}], approvers: { users: [${APPROVERS.join(", ")}] } }\n`,
  );
  return POLICY.replace("routes:\n", `routes:\n${routes.join("")}`);
}

/** The compiled program, for all starts of the benchmark. */
const COMPILED = join(tmpdir(), `countersign-bench-compiled-${process.pid}`);
process.once("exit", () => rmSync(COMPILED, { recursive: true, force: true }));

export interface BenchedBot extends RunningBot {
  /** Reads the metrics. */
  readMetrics(): Promise<void>;
  /** Resolves with the longest blocks of its event loop since the last call. Only for a bot with `WATCHES_LOOP`. */
  blocks(): Promise<Blocks>;
}

export interface RunningBot {
  name: string;
  /** The processor time of the process, in milliseconds. */
  cpuMs(): number;
  /** The resident memory of the process, in bytes. */
  rss(): number;
  /** What the resident memory consists of. */
  memoryParts(): string;
  /** The open files and sockets of the process. */
  handles(): number;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** As in deploy/Dockerfile and deploy/countersign.service. */
const NODE_OPTIONS = "--max-semi-space-size=4";

/** The environment of a bot that measures the longest blocks of its event loop. */
export const WATCHES_LOOP = { NODE_OPTIONS: `${NODE_OPTIONS} --import=${new URL("./probe.ts", import.meta.url)}` };

/** A folder for the files of one bot. `remove` deletes it. */
export function aFolder(parent = tmpdir()) {
  const path = mkdtempSync(join(parent, "countersign-bench-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts Countersign as it ships, and waits until it is ready. */
export async function startCountersign(
  on: StandIns,
  folder: string,
  { env = {}, policy = POLICY }: { env?: Record<string, string | undefined>; policy?: string } = {},
): Promise<BenchedBot> {
  const configPath = join(folder, "countersign.yml");
  writeFileSync(configPath, policy);
  const environment = {
    ...botEnvironment({ slackUrl: on.slackUrl, awsUrl: on.awsUrl, configPath, folder, port: 0 }),
    LOG_LEVEL: "info",
    NODE_OPTIONS,
    NODE_COMPILE_CACHE: COMPILED,
    ...env,
  };
  const program = new URL("../src/cli/countersign.js", import.meta.url).pathname;
  const child = start([program, "serve"], environment, folder);
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  const port = await new Promise<number>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`Countersign ended with ${code}`)));
    lines.on("line", (line) => {
      const found = /"event":"bot.started","port":(\d+)/.exec(line);
      if (found !== null) resolve(Number(found[1]));
    });
  });
  await until("Countersign is ready", async () => {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    await response.body?.cancel();
    return response.ok;
  });
  return {
    ...toBot("Countersign", child),
    async readMetrics() {
      const response = await fetch(`http://127.0.0.1:${port}/metrics`);
      if (!response.ok) throw new Error(`/metrics returned ${response.status}`);
      await response.text();
    },
    blocks: () =>
      new Promise((resolve) => {
        const take = (line: string) => {
          if (!line.startsWith('{"event":"blocks"')) return;
          lines.off("line", take);
          resolve(JSON.parse(line));
        };
        lines.on("line", take);
        child.kill("SIGUSR2");
      }),
  };
}

/** Starts the minimal bot. It is ready when its first message is posted. */
export function startMinimalBot(on: StandIns, folder: string): RunningBot {
  const { slackUrl, awsUrl } = on;
  const environment = {
    ...botEnvironment({ slackUrl, awsUrl, configPath: "", folder, port: 0 }),
    BENCH_CHANNEL: CHANNEL,
    BENCH_APPROVERS: APPROVERS.join(","),
  };
  const program = new URL("./minimal-bot.ts", import.meta.url).pathname;
  const child = start([program], environment, folder);
  child.stdout?.resume();
  return toBot("minimal bot", child);
}

function start(args: string[], environment: Record<string, string | undefined>, cwd: string) {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  return spawn(process.execPath, args, {
    cwd,
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

function toBot(name: string, child: ChildProcess): RunningBot {
  const read = (field: string) =>
    Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) * 1024;
  return {
    name,
    cpuMs: () => processorMs(child),
    rss: () => read("VmRSS"),
    memoryParts: () =>
      `${(read("RssAnon") / 1e6).toFixed(0)} MB of the heap and of stacks, ${(read("RssFile") / 1e6).toFixed(0)} MB of program files`,
    handles: () => readdirSync(`/proc/${child.pid}/fd`).length,
    stop: () => stop(child),
    async kill() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
}
