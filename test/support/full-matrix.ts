/**
 * Whether tests run every cell of each matrix, and random tests their full volume: `npm run test:all` does. `npm test` runs
 * one representative of each kind, because it must stay quick.
 */
export const FULL_MATRIX = process.env.COUNTERSIGN_TEST_MATRIX === "full";
