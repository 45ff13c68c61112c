import { setTimeout as delay } from "node:timers/promises";

/** Long enough for a slow machine: what is awaited is expected to come, and how soon is not what is tested. */
const PATIENCE_MS = 30_000;
const BETWEEN_MS = 40;

/** Asks until the answer is neither undefined, null nor false, and returns it. Throws with the last error or answer. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  context?: () => string,
): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    await delay(BETWEEN_MS);
  }
  const reason = last instanceof Error ? last.message : JSON.stringify(last);
  throw new Error(`${what}: still not so after ${PATIENCE_MS / 1000} s (${reason})${context ? `\n${context()}` : ""}`);
}
