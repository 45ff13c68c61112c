import { type Action, toInvalidInput } from "../action.ts";
import { parseTime } from "../iso-time.ts";

/** aws:sleep: ends after an ISO 8601 Duration or at a Timestamp. Until then the step is InProgress, not Waiting. */
export const sleep: Action = (run) => {
  const { Duration, Timestamp } = run.inputs;
  const until = parseTime(String(Timestamp));
  const left = until === undefined ? undefined : until - run.now();
  const ms = Duration === undefined ? left : parseDurationMs(String(Duration));
  if (ms === undefined) {
    return run.finish(toInvalidInput(`Expected an ISO 8601 duration or timestamp; got ${Duration ?? Timestamp}.`));
  }
  if (ms > MAX_SLEEP_MS) return run.finish(toInvalidInput("aws:sleep can last at most 7 days (604800 seconds)."));
  run.after(Math.max(0, ms), () => run.finish({ kind: "success" }));
};

const MAX_SLEEP_MS = 604_800_000;
const UNITS_MS = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000] as const;

/** Parses an ISO 8601 duration of weeks to seconds. Returns milliseconds; undefined for any other text. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (match === null) return undefined;
  return UNITS_MS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
}
