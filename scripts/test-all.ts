/**
 * Runs everything: `npm test` with every cell of each matrix and the full volume of random tests, then the tests in `test/full`,
 * then the adapters with each setting of the stand-ins, then the torture test on each engine, then a search for each mutant by
 * random schedules.
 * Prints the result and the duration of each command. Exits with 1 if a command failed.
 */
import { spawnSync } from "node:child_process";
import { MUTANT_NAMES } from "../test/torture/mutants.ts";

const torture = (...options: string[]) => ["run", "--silent", "torture", "--", ...options];

const COMMANDS: string[][] = [
  ["test"],
  ["run", "--silent", "test:full"],
  ["run", "--silent", "test:settings"],
  torture("--schedules", "200", "--seed", "1"),
  torture("--schedules", "100", "--seed", "1", "--engine", "postgres", "--replicas", "2"),
  torture("--schedules", "100", "--seed", "1", "--engine", "postgres", "--replicas", "3"),
  ...MUTANT_NAMES.map((mutant) => torture("--schedules", "60", "--seed", "1", "--mutant", mutant)),
];

const results = COMMANDS.map((command) => {
  const startedAt = Date.now();
  const { status } = spawnSync("npm", command, {
    stdio: "inherit",
    env: { ...process.env, COUNTERSIGN_TEST_MATRIX: "full" },
  });
  return {
    command: `npm ${command.join(" ")}`,
    ok: status === 0,
    seconds: Math.round((Date.now() - startedAt) / 1000),
  };
});

for (const { command, ok, seconds } of results)
  process.stdout.write(`${ok ? "passed" : "FAILED"}  ${String(seconds).padStart(5)} s  ${command}\n`);
process.exit(results.every(({ ok }) => ok) ? 0 : 1);
