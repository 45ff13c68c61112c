/**
 * Runs mutation tests with StrykerJS: changes the sources in small ways, one at a time, and reports the changes that no test
 * notices. See USAGE. Exits with 1 if a survivor is not explained, if fewer than MIN_RATE percent of the mutants of any folder
 * are killed, or if no test reaches a file with code.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeMutant, type EquivalentMutant, isExplained, type Position } from "./equivalent-mutants.ts";
import { findTests, hasCode } from "./find-tests.ts";
import { type MutationResult, toLine, toRate, totalByFolder } from "./mutation-rates.ts";

const USAGE = `npm run mutation -- [--sample N [--seed S] | --lines LIST] [--pure | --far] [--concurrency C] [--survivors PATH] [FILE or FOLDER ...]

  FILE or FOLDER  the sources to mutate; default: src/core src/app/decide src/app/signal
  --sample        only the mutants on N random lines of each file
  --lines         only the mutants on these lines of each file: 12,30-34
  --seed          a whole number that chooses the same lines again; printed with each sample
  --pure          runs only tests that load nothing but the core: fast, and more mutants survive
  --far           also runs the tests that reach the mutated file only through other files, if the near ones pass; slow
  --concurrency   mutants that are tested in parallel; default 1
  --survivors     a file to which the survivors are added, one JSON object on each line

scripts/equivalent-mutants.json explains each survivor that cannot be killed. The program does not print these.
Runs the unit tests that import the mutated file, or those that are nearest to it, until one fails. Takes about a second per
mutant. A survivor may be killed by a farther test: run its file again with --far.
`;

const DEFAULT_SOURCES = ["src/core", "src/app/decide", "src/app/signal"];
const MIN_RATE = 90;
/** A mutant may run 1.5 times as long as the tests, plus this time in milliseconds. Then it is stopped, and counts as killed. */
const TIMEOUT_MS = 20_000;

interface Mutant {
  status: string;
  mutatorName: string;
  replacement?: string;
  location: { start: Position; end: Position };
}

const { values, positionals } = parseArgs({
  options: {
    sample: { type: "string" },
    lines: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    far: { type: "boolean", default: false },
    pure: { type: "boolean", default: false },
    concurrency: { type: "string", default: "1" },
    survivors: { type: "string" },
    help: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const sources = (positionals.length > 0 ? positionals : DEFAULT_SOURCES).flatMap((path) =>
  statSync(path).isDirectory() ? globSync(`${path}/**/*.ts`).sort() : path,
);
if (values.sample !== undefined) print(`seed ${values.seed}`);
const folder = mkdtempSync(join(tmpdir(), "countersign-mutation-"));
const equivalents = JSON.parse(readFileSync("scripts/equivalent-mutants.json", "utf8")) as EquivalentMutant[];
const results: MutationResult[] = [];
const unreached: string[] = [];
let unexplained = 0;
try {
  for (const file of sources) {
    const tests = findTests(file);
    if (tests.near.length === 0) {
      // Types have no mutants.
      if (hasCode(file)) unreached.push(file);
      continue;
    }
    const mutants = mutate(file, tests);
    const survivors = mutants.filter(({ status }) => status === "Survived" || status === "NoCoverage");
    const source = readFileSync(file, "utf8");
    for (const { location, mutatorName, replacement = "" } of survivors) {
      const survivor = describeMutant(file, source, location, replacement);
      if (isExplained(survivor, equivalents)) continue;
      unexplained++;
      print(
        `  survived: ${file}:${location.start.line}:${location.start.column} ${mutatorName}: ${survivor.code} -> ${replacement}`,
      );
      if (values.survivors !== undefined) appendFileSync(values.survivors, `${JSON.stringify(survivor)}\n`);
    }
    results.push({ file, killed: mutants.length - survivors.length, all: mutants.length });
    print(...results.slice(-1).map(toLine));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const folders = totalByFolder(results);
print("", ...results.map(toLine), "", ...folders.map(toLine));
if (unexplained > 0) print("", `${unexplained} survivors have no test and no explanation.`);
if (unreached.length > 0)
  print("", "These files have code and were not mutated, because no unit or contract test reaches them:", ...unreached);
process.exit(unexplained === 0 && unreached.length === 0 && folders.every((each) => toRate(each) >= MIN_RATE) ? 0 : 1);

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** Runs Stryker on one file, and returns its valid mutants. */
function mutate(file: string, { near, pure, far }: ReturnType<typeof findTests>): Mutant[] {
  const toCommand = (tests: readonly string[]) =>
    // Each file in its own process, without a runner: in a shared one, some tests end with exit code 0 although they fail.
    tests.map((test) => `${process.execPath} --test-reporter=dot ${test}`).join(" && ");
  const groups = [values.pure ? pure : near, values.far ? far : []].filter((tests) => tests.length > 0);
  const report = join(folder, "report.json");
  const config = join(folder, "stryker.config.json");
  const work = join(folder, "work");
  mkdirSync(work, { recursive: true });
  writeFileSync(
    config,
    JSON.stringify({
      mutate: toRanges(file),
      testRunner: "command",
      commandRunner: { command: groups.map(toCommand).join(" && ") },
      coverageAnalysis: "off",
      concurrency: Number(values.concurrency),
      timeoutMS: TIMEOUT_MS,
      dryRunTimeoutMinutes: 10,
      // TypeScript 7 has no compiler API, with which Stryker would rewrite the paths of the project's file.
      tsconfigFile: "no-tsconfig.json",
      tempDirName: work,
      reporters: ["json", "progress-append-only"],
      jsonReporter: { fileName: report },
      fileLogLevel: "off",
      logLevel: "warn",
      allowEmpty: true,
    }),
  );
  rmSync(report, { force: true });
  const stryker = ["scripts/mutation/node_modules/@stryker-mutator/core/bin/stryker.js", "run", config];
  // The bots of other tests must not find the compiled code of mutants.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") };
  const { status } = spawnSync(process.execPath, stryker, { stdio: ["ignore", "inherit", "inherit"], env });
  if (status !== 0) throw new Error(`Stryker failed for ${file} with exit code ${status}.`);
  const { files } = JSON.parse(readFileSync(report, "utf8")) as { files: Record<string, { mutants: Mutant[] }> };
  return Object.values(files)
    .flatMap(({ mutants }) => mutants)
    .filter(({ status }) => !["Ignored", "CompileError", "RuntimeError", "Pending"].includes(status));
}

/** Returns numbers from 0 to 1 that depend only on the seed. */
function makeRandom(seed: string): () => number {
  let count = 0;
  return () => createHash("sha256").update(`${seed} ${count++}`).digest().readUInt32BE() / 2 ** 32;
}

/** Returns the parts of the file to mutate: all of it, some lines, or random lines. */
function toRanges(file: string): string[] {
  if (values.lines !== undefined)
    return values.lines.split(",").map((each) => `${file}:${each.includes("-") ? each : `${each}-${each}`}`);
  if (values.sample === undefined) return [file];
  const lines = readFileSync(file, "utf8").split("\n").length;
  const chosen = new Set<number>();
  const random = makeRandom(`${values.seed} ${file}`);
  while (chosen.size < Math.min(Number(values.sample), lines)) chosen.add(1 + Math.floor(random() * lines));
  return [...chosen].map((line) => `${file}:${line}-${line}`);
}
