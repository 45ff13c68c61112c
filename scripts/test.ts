/**
 * Runs the tests: `node scripts/test.ts [unit|contract|e2e|full|FILE|OPTION ...]`, by default the first three kinds. Each kind
 * runs in one or two processes, because loading the modules takes longer than most files do. All share one PostgreSQL server.
 * Without arguments, the types and the style are checked too. Exits with 1 if a test or a check failed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { bundledBot } from "../test/support/bundled-bot.ts";
import { SHARED_PORT, startPostgres } from "../test/support/postgres-server.ts";

const options = process.argv.slice(2).filter((name) => name.startsWith("--"));
const names = process.argv.slice(2).filter((name) => !name.startsWith("--"));

const tests = (...args: string[]) => [process.execPath, "--test", ...options, ...args];
const inOneProcess = (kind: string, ...shard: string[]) =>
  tests("--test-isolation=none", ...shard, `test/${kind}/**/*.test.ts`);
/** Two shards of a kind run next to each other, because its tests often wait. */
const inTwo = (kind: string) => ["1/2", "2/2"].map((shard) => [inOneProcess(kind, `--test-shard=${shard}`)]);

/** The commands of each kind: lists run next to each other, and the commands of one list one after the other. */
const KINDS: Record<string, string[][][]> = {
  unit: [[inOneProcess("unit")]],
  contract: [[inOneProcess("contract")]],
  e2e: inTwo("e2e"),
  full: inTwo("full"),
};
/** These lists end at about the same time. More of them take more CPU time on two cores, and no less time. */
const [first = [], second = []] = inTwo("e2e");
const ALL = [[...first, inOneProcess("unit"), ["npm", "run", "--silent", "check"]], second, ...inTwo("contract")];

const files = names.filter((name) => !Object.hasOwn(KINDS, name));
const lists =
  names.length === 0 ? ALL : names.flatMap((name) => (Object.hasOwn(KINDS, name) ? (KINDS[name] ?? []) : []));
if (files.length > 0) lists.push([tests("--test-concurrency=2", ...files)]);

const [server] = await Promise.all([startPostgres(), bundledBot()]);
const env = {
  ...process.env,
  [SHARED_PORT]: String(server.port),
  // glibc requests huge pages: a start of Node then causes a third fewer page faults and takes a tenth less CPU time.
  GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
};
try {
  const ends = await Promise.all(lists.map(finished));
  process.exitCode = ends.flat().every((code) => code === 0) ? 0 : 1;
} finally {
  await server.end();
}

/** Runs the commands one after the other, and resolves with their exit codes. Shows each output as a whole: lines would mix. */
async function finished(commands: string[][]): Promise<(number | null)[]> {
  const codes: (number | null)[] = [];
  for (const [command = "", ...args] of commands) {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], env });
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    const [code] = await once(child, "close");
    process.stdout.write(Buffer.concat(output));
    codes.push(code);
  }
  return codes;
}
