/**
 * Measures Countersign against the stand-ins, each in a process of its own, next to the least that a safe bot must do. Writes
 * bench/results/DATE.json, docs/performance.md and its charts:
 *
 *     npm run bench
 *     npm run bench -- --clicks 20 --only latency,calls
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { measureEvents, measureTargets } from "./events.ts";
import { compareLatency, countCalls, type Figure, type Options, type Samples } from "./figures.ts";
import { writeReport } from "./report.ts";

const { values } = parseArgs({
  options: {
    clicks: { type: "string", default: "60" },
    only: { type: "string" },
  },
});
const options: Options = { clicks: Number(values.clicks) };
const samples: Samples = { latency: {} };

const MEASUREMENTS: Record<string, () => Promise<Figure[]>> = {
  latency: () => compareLatency(options, samples),
  calls: countCalls,
  events: () => measureEvents(options.clicks),
  targets: measureTargets,
};

const chosen = values.only?.split(",") ?? Object.keys(MEASUREMENTS);
const figures: Figure[] = [];
for (const name of chosen) {
  const measure = MEASUREMENTS[name];
  if (measure === undefined)
    throw new Error(`There is no measurement ${name}. Use ${Object.keys(MEASUREMENTS).join(", ")}.`);
  for (const figure of await measure()) {
    figures.push(figure);
    process.stdout.write(`${toMark(figure.met)}  ${figure.figure}: ${figure.measured} (goal: ${figure.goal})\n`);
  }
}

function toMark(met: boolean | null): string {
  return met === null ? "      " : met ? "met   " : "MISSED";
}

const results = {
  date: new Date().toISOString().slice(0, 10),
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
  machine: {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  },
  options,
  figures,
  samples,
};
export type Results = typeof results;

mkdirSync(new URL("results/", import.meta.url), { recursive: true });
writeFileSync(
  new URL(`results/${results.date}.json`, import.meta.url),
  `${JSON.stringify(results, (_, value) => (Number.isNaN(value) ? null : value), 2)}\n`,
);
writeReport(
  results,
  Object.keys(MEASUREMENTS).filter((name) => !chosen.includes(name)),
);
