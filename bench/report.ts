import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { findCause } from "./causes.ts";
import { percentile } from "./clicks.ts";
import type { Figure, Samples } from "./figures.ts";

/** The content of a file of results: one measurement. */
export interface Results {
  date: string;
  commit: string;
  machine: string;
  figures: Figure[];
  latency?: Samples["latency"];
  lists?: Samples["lists"];
}

/** Every measurement, in the order of the table. */
export const MEASUREMENT_NAMES = [
  "latency",
  "calls",
  "limits",
  "load",
  "events",
  "flood",
  "targets",
  "open",
  "throughput",
  "restarts",
  "soak",
  "audit",
] as const;
export type MeasurementName = (typeof MEASUREMENT_NAMES)[number];

const RESULTS = new URL("results/", import.meta.url);
const DOCS = new URL("../docs/", import.meta.url);

export const toResultFile = (name: MeasurementName) => new URL(`${name}.json`, RESULTS);

/** Writes docs/performance.md and its charts. */
export function writeReport(): void {
  for (const [path, text] of Object.entries(makeReport())) writeFileSync(new URL(path, DOCS), text);
}

/** Makes docs/performance.md and its charts from the files of results. Names the measurements that have none. */
export function makeReport(): Record<string, string> {
  const names = MEASUREMENT_NAMES;
  const measured = new Map<string, Results>();
  for (const name of names) {
    const file = toResultFile(name);
    if (existsSync(file)) measured.set(name, JSON.parse(readFileSync(file, "utf8")));
  }
  const machines = [...new Set([...measured.values()].map(({ machine }) => machine))];
  const toLetter = (machine: string) => String.fromCharCode("A".charCodeAt(0) + machines.indexOf(machine));
  const rows = names.flatMap((name) => {
    const results = measured.get(name);
    if (results === undefined)
      return [[`\`${name}\``, "", `not measured: \`npm run bench -- --only ${name}\``, "", ""]];
    return results.figures.map(({ figure, goal, measured, met }) => [
      figure,
      goal,
      measured,
      met === null ? "" : met ? "met" : "**missed**",
      `${results.date}, ${results.commit}${machines.length > 1 ? `, ${toLetter(results.machine)}` : ""}`,
    ]);
  });
  const missed = names.flatMap((name) => measured.get(name)?.figures ?? []).filter(({ met }) => met === false);
  const parts = names
    .flatMap((name) => measured.get(name)?.figures ?? [])
    .flatMap(({ figure, parts: own }) => (own === undefined ? [] : [`- **${figure}**: ${own}`]));
  const latency = Object.entries(measured.get("latency")?.latency ?? {});
  const bars = latency.map(([name, { signals }]) => ({ name, value: percentile(signals, 0.5) }));
  const lists = Object.entries(measured.get("calls")?.lists ?? {}).map(([open, value]) => ({
    name: `${open} open`,
    value,
  }));
  return {
    "images/latency.svg": barChart("Click to signal, p50, in ms", bars),
    "images/cost.svg": barChart("Lists of an idle poll, by open requests", lists),
    "performance.md": `# Performance

\`npm run bench\` measures the program as it ships, with SQLite unless a line says otherwise. The bot and each stand-in run in processes of their own on
one machine, which they share. The clicks come from 20 approvers in turn, whom the policy lists by name. Slack's rate limits are off unless a line says
otherwise. The minimal bot (\`bench/minimal-bot.ts\`) does the least that a safe bot must do: one lookup of the person, one read and one signal, without
a store. It also shows the limit of the stand-ins, which share the machine with the bot.

Measured on ${machines.length === 1 ? machines[0] : machines.map((machine) => `machine ${toLetter(machine)}: ${machine}`).join("; ")}. Each line names its date and commit${machines.length === 1 ? "" : ", and the letter of its machine"}. Since commit 741cc4dc, the bot runs with the options of Node from \`deploy/\`.

| figure | goal | measured | result | measured on |
|---|---|---|---|---|
${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}

## Click to signal

The time from the click in Slack to the arrival of SendAutomationSignal at AWS. With delays, each call to Slack that a decision needs takes
80 ms longer and every call to AWS 40 ms. Unless a line says otherwise, each click comes 30 ms after the signal of the click before, while the bot still
reads and updates the request of that click.

| bot and delays | clicks | p50 | p95 | p99 | click to ack, p99 |
|---|---|---|---|---|---|
${latency
  .map(([name, { signals, acks }]) => {
    const times = [0.5, 0.95, 0.99].map((share) => `${percentile(signals, share).toFixed(0)} ms`);
    return `| ${[name, signals.length, ...times, `${percentile(acks, 0.99).toFixed(0)} ms`].join(" | ")} |`;
  })
  .join("\n")}

![Click to signal](images/latency.svg)

## Stages

The time from the click until the stand-ins received each call, and the parts of the memory.

${parts.join("\n")}

## Cost by open requests

An idle poll reads the list of waiting executions, 50 to a page. Apart from the polls, the bot reads each waiting execution about every five minutes.
If a target has more than 1,500 executions, it reads about five of them a second, or as many as it must to read each within 36 minutes. The rows above do not contain these reads.

The bot also reads each execution that the queue announces, as fast as AWS replies. After a pause, the queue can have many old events. With 10,000 of them, the
bot read 87 executions a second for two minutes, used a whole processor, and a click took 129 ms instead of 43 ms (2026-11-28, b492114f, a machine with Intel Xeon). The latency
and the memory with 10,000 open requests are measured after that. That process has then run for minutes, and the one with 10 open requests for seconds.

![Lists of an idle poll](images/cost.svg)

## Causes of the misses

${missed.map(({ figure }) => `- **${figure}**: ${findCause(figure) ?? "Not known."}`).join("\n")}
`,
  };
}

/** The width of a character in a label of a chart, at most, in pixels. */
const CHARACTER_WIDTH = 7;

function barChart(title: string, bars: readonly { name: string; value: number }[]): string {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const left = 20 + CHARACTER_WIDTH * Math.max(...bars.map(({ name }) => name.length));
  const rows = bars.map(({ name, value }, index) => {
    const y = 44 + index * 28;
    const width = Math.max(1, (value / most) * 330);
    return `<text x="${left - 10}" y="${y + 14}" text-anchor="end">${name}</text><rect x="${left}" y="${y}" width="${width.toFixed(0)}" height="18" rx="2" fill="#1264a3"/><text x="${(left + 6 + width).toFixed(0)}" y="${y + 14}">${value.toFixed(0)}</text>`;
  });
  const [fullWidth, height] = [left + 400, 60 + bars.length * 28];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${fullWidth}" height="${height}" viewBox="0 0 ${fullWidth} ${height}" font-family="sans-serif" font-size="13" role="img" aria-label="${title}"><rect width="${fullWidth}" height="${height}" fill="#fff"/><text x="10" y="24" font-weight="bold">${title}</text>${rows.join("")}</svg>\n`;
}
