/**
 * Measures Countersign against the stand-ins, each in a process of its own, next to the least that a safe bot must do. Writes a
 * file for each measurement to bench/results/, and docs/performance.md and its charts from all of these files:
 *
 *     npm run bench
 *     npm run bench -- --only latency,calls --clicks 20
 *     npm run bench -- --only soak --soak-minutes 60
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { measureAudit } from "./audit.ts";
import { measureEvents, measureTargets } from "./events.ts";
import { measureFlood, measureRestarts, measureSoak } from "./faults.ts";
import { compareLatency, countCalls, type Figure, type Options, type Samples } from "./figures.ts";
import { measureLimits, measureLoad, measureThroughput } from "./load.ts";
import { measureOpenRequests } from "./open-requests.ts";
import { MEASUREMENT_NAMES, type MeasurementName, type Results, toResultFile, writeReport } from "./report.ts";

const { values } = parseArgs({
  options: {
    clicks: { type: "string", default: "60" },
    open: { type: "string", default: "10000" },
    decisions: { type: "string", default: "2000" },
    restarts: { type: "string", default: "1000" },
    "soak-minutes": { type: "string", default: "60" },
    only: { type: "string" },
  },
});
const options: Options = {
  clicks: Number(values.clicks),
  open: Number(values.open),
  decisions: Number(values.decisions),
  restarts: Number(values.restarts),
  soakMinutes: Number(values["soak-minutes"]),
};
const samples: Samples = { latency: {}, lists: {} };

const MEASUREMENTS: Record<MeasurementName, () => Promise<Figure[]>> = {
  latency: () => compareLatency(options, samples),
  calls: () => countCalls(samples),
  limits: () => measureLimits(options),
  load: () => measureLoad(options),
  events: () => measureEvents(options.clicks),
  flood: measureFlood,
  targets: measureTargets,
  open: () => measureOpenRequests(options),
  throughput: () => measureThroughput(options),
  restarts: () => measureRestarts(options),
  soak: () => measureSoak(options),
  audit: () => measureAudit(),
};

const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
const toMark = (met: boolean | null) => (met === null ? "      " : met ? "met   " : "MISSED");

const isName = (name: string): name is MeasurementName => Object.hasOwn(MEASUREMENTS, name);
for (const name of values.only?.split(",") ?? MEASUREMENT_NAMES) {
  if (!isName(name)) throw new Error(`There is no measurement ${name}. Use ${MEASUREMENT_NAMES.join(", ")}.`);
  const figures = await MEASUREMENTS[name]();
  for (const { met, figure, measured, goal } of figures)
    process.stdout.write(`${toMark(met)}  ${figure}: ${measured} (goal: ${goal})\n`);
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    commit: `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain", "--", ".", ":!bench/results", ":!docs") === "" ? "" : " with changes"}`,
    machine: `${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
    figures,
    ...(name === "latency" ? { latency: samples.latency } : {}),
    ...(name === "calls" ? { lists: samples.lists } : {}),
  };
  const text = JSON.stringify(results, (_, value) => (Number.isNaN(value) ? null : value), 2);
  writeFileSync(toResultFile(name), `${text}\n`);
}
writeReport();
