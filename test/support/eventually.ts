import { setTimeout as delay } from "node:timers/promises";

/** Long enough for a slow machine: these waits test that something happens, not how soon. */
const TIMEOUT_MS = 30_000;
const INTERVAL_MS = 40;

/** Calls `read` until its value is neither undefined, null nor false, and returns it. Throws with the last error or value. */
export async function eventually<T>(
  description: string,
  read: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  context?: () => string,
): Promise<T> {
  const end = Date.now() + TIMEOUT_MS;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const value = await read();
      if (value !== undefined && value !== null && value !== false) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await delay(INTERVAL_MS);
  }
  const reason = last instanceof Error ? last.message : JSON.stringify(last);
  throw new Error(
    `${description}: still not true after ${TIMEOUT_MS / 1000} s (${reason})${context ? `\n${context()}` : ""}`,
  );
}
