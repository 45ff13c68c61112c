import type { Result } from "./run-schedule.ts";

/** The sums of a run, in lines for a person. */
export function figures(results: readonly Result[], seconds: number): string[] {
  const sum = (of: (result: Result) => number) => results.reduce((total, result) => total + of(result), 0);
  const faults = new Map<string, number>();
  for (const result of results) {
    for (const [kind, times] of Object.entries(result.faults)) faults.set(kind, (faults.get(kind) ?? 0) + times);
  }
  const byKind = [...faults].sort(([a], [b]) => a.localeCompare(b)).map(([kind, times]) => `${kind} ${times}`);
  const line = (name: string, value: number | string) => `${name.padEnd(12)} ${value}`;
  return [
    line("schedules", results.length),
    line(
      "kills",
      sum((result) => result.kills),
    ),
    line(
      "pauses",
      sum((result) => result.pauses),
    ),
    line(
      "faults",
      `${sum((result) => Object.values(result.faults).reduce((a, b) => a + b, 0))} (${byKind.join(", ")})`,
    ),
    line(
      "clicks",
      sum((result) => result.clicks),
    ),
    line(
      "requests",
      sum((result) => result.requests),
    ),
    line(
      "votes",
      sum((result) => result.votes),
    ),
    line(
      "digests",
      sum((result) => result.digests),
    ),
    line(
      "notices",
      sum((result) => result.notices),
    ),
    line("signals", `${sum((result) => result.signals)}, of which overtaken ${sum((result) => result.overtaken)}`),
    line(
      "events twice",
      sum((result) => result.repeatedEvents),
    ),
    line(
      "violations",
      sum((result) => result.violations.length),
    ),
    line("pace", `${pace(results)} times the machine's clock`),
    line("seconds", `${seconds.toFixed(0)} (${((results.length / seconds) * 60).toFixed(1)} schedules a minute)`),
  ];
}

function pace(results: readonly Result[]): string {
  const scales = results.map((result) => result.scale);
  return `${Math.min(...scales)} to ${Math.max(...scales)}`;
}

/** A schedule that went wrong, from its seed to what the bots said. */
export function story(result: Result): string[] {
  return [
    `seed ${result.seed}: ${result.violations.length} violations`,
    ...result.violations.map((words) => `  ! ${words}`),
    ...result.story.map((line) => `    ${line}`),
  ];
}
