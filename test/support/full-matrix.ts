import { type TestContext, test } from "node:test";

/**
 * Whether tests run every cell of each matrix, and random tests their full volume: `npm run test:all` does. `npm test` runs
 * one representative of each kind, because it must stay quick.
 */
export const FULL_MATRIX = process.env.COUNTERSIGN_TEST_MATRIX === "full";

/** Defines a test that only `npm run test:all` runs: another test of its kind runs in `npm test`, or it takes long. */
export function fullMatrixTest(name: string, run: (t: TestContext) => Promise<void> | void): void {
  if (FULL_MATRIX) test(name, run);
}
