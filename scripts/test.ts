/**
 * Runs the tests: `node scripts/test.ts [unit|contract|e2e|full|FILE|OPTION ...]`, by default the first three kinds. The unit
 * tests and the contract tests run in one process each, because loading the modules takes longer than most files do. Each file
 * of end-to-end tests has a process of its own. All share one PostgreSQL server. Exits with 1 if a test failed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { bundledBot } from "../test/support/bundled-bot.ts";
import { SHARED_PORT } from "../test/support/postgres.ts";
import { startPostgres } from "../test/support/postgres-server.ts";

const KINDS = new Map([
  ["unit", ["--test-isolation=none", "test/unit/**/*.test.ts"]],
  ["contract", ["--test-isolation=none", "test/contract/**/*.test.ts"]],
  ["e2e", ["--test-concurrency=2", "test/e2e/**/*.test.ts"]],
  ["full", ["--test-concurrency=2", "test/full/**/*.test.ts"]],
]);

const options = process.argv.slice(2).filter((name) => name.startsWith("--"));
const names = process.argv.slice(2).filter((name) => !name.startsWith("--"));
const files = names.filter((name) => !KINDS.has(name));
const kinds = names.length === 0 ? ["unit", "contract", "e2e"] : names;
const runs = kinds.flatMap((name) => {
  const run = KINDS.get(name);
  return run === undefined ? [] : [run];
});
if (files.length > 0) runs.push(["--test-concurrency=2", ...files]);

const [server] = await Promise.all([startPostgres(), bundledBot()]);
try {
  const ends = await Promise.all(runs.map((run, index) => finished(run, index === runs.length - 1)));
  process.exitCode = ends.every((code) => code === 0) ? 0 : 1;
} finally {
  await server.end();
}

/** Resolves with the exit code. Shows the output of all runs but the last as a whole, because lines of two would mix. */
async function finished(run: string[], isShownAtOnce: boolean): Promise<number | null> {
  const child = spawn(process.execPath, ["--test", ...options, ...run], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, [SHARED_PORT]: String(server.port) },
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => (isShownAtOnce ? process.stdout.write(chunk) : output.push(chunk)));
  const [code] = await once(child, "close");
  process.stdout.write(Buffer.concat(output));
  return code;
}
