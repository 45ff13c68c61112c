import { setImmediate } from "node:timers/promises";

/**
 * Lets clicks and timers of the process run between two statements of a long read. A statement of SQLite is synchronous, and
 * the next one begins before the event loop continues.
 */
export const letOthersRun = (): Promise<void> => setImmediate();
