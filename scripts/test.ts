/**
 * Runs the tests: `node scripts/test.ts [unit|contract|e2e|full|FILE|OPTION ...]`, by default the first three kinds. Each kind
 * runs in one to three processes, because loading the modules takes longer than most files do. All share one PostgreSQL server.
 * Without arguments, the types and the style are checked at the same time. Exits with 1 if a test or a check failed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { bundledBot } from "../test/support/bundled-bot.ts";
import { SHARED_PORT, startPostgres } from "../test/support/postgres-server.ts";

/** Shards of a kind run next to each other, because its tests often wait. They end at about the same time. */
const inOneProcess = (kind: string, ...shard: string[]) => [
  "--test-isolation=none",
  ...shard,
  `test/${kind}/**/*.test.ts`,
];
const inShards = (kind: string, count: number) =>
  Array.from({ length: count }, (_, shard) => inOneProcess(kind, `--test-shard=${shard + 1}/${count}`));

const KINDS: Record<string, string[][]> = {
  unit: [inOneProcess("unit")],
  contract: inShards("contract", 2),
  e2e: inShards("e2e", 3),
  full: inShards("full", 2),
};

const options = process.argv.slice(2).filter((name) => name.startsWith("--"));
const names = process.argv.slice(2).filter((name) => !name.startsWith("--"));
const files = names.filter((name) => !Object.hasOwn(KINDS, name));
const kinds = names.length === 0 ? ["unit", "contract", "e2e"] : names;
const runs = kinds.flatMap((kind) => (Object.hasOwn(KINDS, kind) ? (KINDS[kind] ?? []) : []));
if (files.length > 0) runs.push(["--test-concurrency=2", ...files]);

const [server] = await Promise.all([startPostgres(), bundledBot()]);
const env = {
  ...process.env,
  [SHARED_PORT]: String(server.port),
  // glibc requests huge pages: a start of Node then causes a third fewer page faults and takes a tenth less CPU time.
  GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
};
try {
  const ends = await Promise.all([
    ...(names.length === 0 ? [finished("npm", ["run", "--silent", "check"])] : []),
    ...runs.map((run) => finished(process.execPath, ["--test", ...options, ...run])),
  ]);
  process.exitCode = ends.every((code) => code === 0) ? 0 : 1;
} finally {
  await server.end();
}

/** Resolves with the exit code. Shows the output as a whole, because lines of several processes would mix. */
async function finished(command: string, args: string[]): Promise<number | null> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], env });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  const [code] = await once(child, "close");
  process.stdout.write(Buffer.concat(output));
  return code;
}
