/**
 * Runs the tests: the unit tests in one process, because loading modules takes longer than they do, and next to it each file of
 * contract and end-to-end tests in a process of its own. Exits with 1 if a test failed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";

const UNIT = ["--test-isolation=none", "test/unit/**/*.test.ts"];
const OTHERS = [
  "--test-global-setup=test/support/global-setup.ts",
  "--test-concurrency=3",
  "test/contract/**/*.test.ts",
  "test/e2e/**/*.test.ts",
];

const run = (options: string[]) =>
  spawn(process.execPath, ["--test", ...options], { stdio: ["ignore", "pipe", "inherit"] });

const unit = run(UNIT);
const others = run(OTHERS);
others.stdout.pipe(process.stdout);
// The output of the unit tests comes as a whole, so that it does not mix with the other.
const output: Buffer[] = [];
unit.stdout.on("data", (chunk: Buffer) => output.push(chunk));
const ends = await Promise.all(
  [unit, others].map(async (child) => {
    const [code] = await once(child, "close");
    if (child === unit) process.stdout.write(Buffer.concat(output));
    return code;
  }),
);
process.exitCode = ends.every((code) => code === 0) ? 0 : 1;
