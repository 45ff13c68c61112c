/**
 * Runs the tests: `node scripts/test.ts [unit|contract|e2e|full|FILE|OPTION ...]`, by default the first three kinds. Each kind
 * runs in a few processes, because loading the modules takes longer than most files do. All share one PostgreSQL server.
 * Without arguments, the types and the style are checked too. Exits with 1 if a test or a check failed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import PQueue from "p-queue";
import { bundledBot } from "../test/support/bundled-bot.ts";
import { SHARED_PORT, startPostgres } from "../test/support/postgres-server.ts";

const options = process.argv.slice(2).filter((name) => name.startsWith("--"));
const names = process.argv.slice(2).filter((name) => !name.startsWith("--"));

const tests = (...args: string[]) => [process.execPath, "--test", ...options, ...args];
const inOneProcess = (kind: string, ...shard: string[]) =>
  tests("--test-isolation=none", ...shard, `test/${kind}/**/*.test.ts`);
const inShards = (kind: string, count: number) =>
  Array.from({ length: count }, (_, shard) => inOneProcess(kind, `--test-shard=${shard + 1}/${count}`));

/** The commands of each kind. */
const KINDS: Record<string, string[][]> = {
  e2e: inShards("e2e", 3),
  contract: inShards("contract", 4),
  unit: [inOneProcess("unit")],
  full: inShards("full", 2),
};
const CHECK = ["npm", "run", "--silent", "check"];
/** More processes at the same time take more CPU time on two cores, and no less time. */
const MAX_PROCESSES = 4;

const files = names.filter((name) => !Object.hasOwn(KINDS, name));
/** The longest commands start first, so that all processes end at about the same time. */
const kinds = names.length === 0 ? ["e2e", "unit", "contract"] : names;
const commands = kinds.flatMap((name) => (Object.hasOwn(KINDS, name) ? (KINDS[name] ?? []) : []));
if (names.length === 0) commands.push(CHECK);
if (files.length > 0) commands.push(tests("--test-concurrency=2", ...files));

const [server] = await Promise.all([startPostgres(), bundledBot()]);
const env = {
  ...process.env,
  [SHARED_PORT]: String(server.port),
  // glibc requests huge pages: a start of Node then causes a third fewer page faults and takes a tenth less CPU time.
  GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
};
try {
  const queue = new PQueue({ concurrency: MAX_PROCESSES });
  const codes = await queue.addAll(commands.map((command) => () => finished(command)));
  process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
} finally {
  await server.end();
}

/** Resolves with the exit code. Shows the output as a whole, because lines of several processes would mix. */
async function finished([command = "", ...args]: string[]): Promise<number | null> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], env });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  const [code] = await once(child, "close");
  process.stdout.write(Buffer.concat(output));
  return code;
}
