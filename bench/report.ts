import { writeFileSync } from "node:fs";
import { percentile } from "./clicks.ts";
import type { Results } from "./run.ts";

/** Goals of figures that `npm run bench` does not measure, each with its reason. */
const PACED = "Countersign posts one message a second to a channel, and the measurement does not use more channels yet";
const NOT_MEASURED: readonly [figure: string, goal: string, reason: string][] = [
  ["click to signal, p99, 50 clicks per second", "at most 25 ms above the calls' own delay", PACED],
  ["click to ack, p99, 50 clicks per second; 200 clicks within one second", "20 ms; 3 s", PACED],
  ["click to signal, memory, start to ready, with 10,000 open requests", "1.5 x the value with 10; 250 MB; 2 s", PACED],
  ["sustained decisions, PostgreSQL, one and two replicas", "100 and 180 per second", PACED],
  [
    "soak: one hour of mixed traffic with faults",
    "no growth of memory or handles after ten minutes",
    "it takes an hour; the torture test repeats faults and restarts, but measures no memory",
  ],
  ["clicks lost per 1,000 restarts", "0", "the torture test counts lost clicks: see reliability.md"],
];

/** Writes docs/performance.md and its chart from the results. */
export function writeReport(results: Results, left: readonly string[]): void {
  const { date, commit, machine, figures, samples } = results;
  const leftOut = left.length === 0 ? "" : ` This run left out: ${left.join(", ")}.`;
  const latency = Object.entries(samples.latency);
  const rows = [
    ...figures.map(({ figure, goal, measured, met }) => [
      figure,
      goal,
      measured,
      met === null ? "" : met ? "met" : "**missed**",
    ]),
    ...NOT_MEASURED.map(([figure, goal, reason]) => [figure, goal, `not measured: ${reason}`, ""]),
  ];
  const bars = latency.map(([name, { signals }]) => ({ name, value: percentile(signals, 0.5) }));
  const docs = new URL("../docs/", import.meta.url);
  writeFileSync(new URL("images/latency.svg", docs), barChart("Click to signal, p50, in ms", bars));
  writeFileSync(
    new URL("performance.md", docs),
    `# Performance

\`npm run bench\` measures the program as it ships, with SQLite unless a line says otherwise. The bot and each stand-in run in processes of their own on
one machine, which they share. The approver is listed as a person, and Slack's rate limits are off unless a line says otherwise. The minimal bot
(\`bench/minimal-bot.ts\`) does the least that a safe bot must do: one lookup of the person, one read and one signal, without a store.

Measured on ${date} at commit ${commit}: ${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GiB, Node ${machine.node}.${leftOut}

| figure | goal | measured | |
|---|---|---|---|
${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}

## Click to signal

The time from the click in Slack to the arrival of SendAutomationSignal at AWS. With delays, every call to Slack takes 80 ms longer and every
call to AWS 40 ms.

| bot and delays | p50 | p95 | p99 | click to ack, p99 |
|---|---|---|---|---|
${latency
  .map(([name, { signals, acks }]) => {
    const times = [0.5, 0.95, 0.99].map((share) => `${percentile(signals, share).toFixed(0)} ms`);
    return `| ${[name, ...times, `${percentile(acks, 0.99).toFixed(0)} ms`].join(" | ")} |`;
  })
  .join("\n")}

![Click to signal](images/latency.svg)
`,
  );
}

function barChart(title: string, bars: readonly { name: string; value: number }[]): string {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const rows = bars.map(({ name, value }, index) => {
    const y = 44 + index * 28;
    const width = Math.max(1, (value / most) * 330);
    return `<text x="190" y="${y + 14}" text-anchor="end">${name}</text><rect x="200" y="${y}" width="${width.toFixed(0)}" height="18" rx="2" fill="#1264a3"/><text x="${(206 + width).toFixed(0)}" y="${y + 14}">${value.toFixed(0)}</text>`;
  });
  const height = 60 + bars.length * 28;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="${height}" viewBox="0 0 600 ${height}" font-family="sans-serif" font-size="13" role="img" aria-label="${title}"><rect width="600" height="${height}" fill="#fff"/><text x="10" y="24" font-weight="bold">${title}</text>${rows.join("")}</svg>\n`;
}
