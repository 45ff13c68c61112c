import type { ScheduleResult } from "./run-schedule.ts";

/** Formats the sums of a run as lines. */
export function formatFigures(results: readonly ScheduleResult[], seconds: number): string[] {
  const sum = (of: (result: ScheduleResult) => number) => results.reduce((total, result) => total + of(result), 0);
  const faults = new Map<string, number>();
  for (const result of results) {
    for (const [kind, times] of Object.entries(result.faults)) faults.set(kind, (faults.get(kind) ?? 0) + times);
  }
  const byKind = [...faults].sort(([a], [b]) => a.localeCompare(b)).map(([kind, times]) => `${kind} ${times}`);
  const line = (name: string, value: number | string) => `${name.padEnd(12)} ${value}`;
  const total = (name: "kills" | "pauses" | "clicks" | "stormClicks" | "requests" | "votes" | "digests" | "notices") =>
    line(
      name,
      sum((result) => result[name]),
    );
  return [
    line("schedules", results.length),
    total("kills"),
    total("pauses"),
    line(
      "faults",
      `${sum((result) => Object.values(result.faults).reduce((a, b) => a + b, 0))} (${byKind.join(", ")})`,
    ),
    total("clicks"),
    total("stormClicks"),
    total("requests"),
    total("votes"),
    total("digests"),
    total("notices"),
    line(
      "signals",
      `${sum((result) => result.signals)}, of which reached next gate ${sum((result) => result.reachedNextGate)}`,
    ),
    line(
      "events twice",
      sum((result) => result.repeatedEvents),
    ),
    ...Object.keys(results[0]?.kinds ?? {}).map((kind) => `  ${kind}: ${sum((result) => result.kinds[kind] ?? 0)}`),
    line(
      "violations",
      sum((result) => result.violations.length),
    ),
    line("pace", `${pace(results)} times real time`),
    line("seconds", `${seconds.toFixed(0)} (${((results.length / seconds) * 60).toFixed(1)} schedules a minute)`),
  ];
}

function pace(results: readonly ScheduleResult[]): string {
  const scales = results.map((result) => result.scale);
  return `${Math.min(...scales)} to ${Math.max(...scales)}`;
}

/** Formats a schedule with violations: its seed, the violations, the actions and the last output of the bots. */
export function formatReport(result: ScheduleResult): string[] {
  return [
    `seed ${result.seed}: ${result.violations.length} violations`,
    ...result.violations.map((violation) => `  ! ${violation}`),
    ...result.report.map((line) => `    ${line}`),
  ];
}
