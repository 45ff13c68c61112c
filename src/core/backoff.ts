/**
 * Milliseconds to wait after the given failed attempt (from 1): doubled each time up to `cap`, of which a random half is
 * taken away, so that many that failed together do not come back together. `random` is in [0, 1).
 */
export function backoffMs(attempt: number, base: number, cap: number, random: number): number {
  const full = Math.min(cap, base * 2 ** Math.min(30, Math.max(0, attempt - 1)));
  return Math.round(full * (1 - random / 2));
}
