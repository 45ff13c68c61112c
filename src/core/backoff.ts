/**
 * Returns the milliseconds to wait after a failed attempt (counted from 1). The wait doubles with each attempt, up to
 * `cap`. Up to half of it is subtracted at random, so that tasks that failed together do not retry together. `random` is in
 * [0, 1).
 */
export function backoffMs(attempt: number, base: number, cap: number, random: number): number {
  const full = Math.min(cap, base * 2 ** Math.min(30, Math.max(0, attempt - 1)));
  return Math.round(full * (1 - random / 2));
}
