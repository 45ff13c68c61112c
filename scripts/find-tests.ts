import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The imports of a file by a relative path. Type imports count too: they cost a few tests more and miss none. */
const IMPORT = /(?:from|import\()\s*"(\.[^"]+\.ts)"/g;
/** A contract test that reaches one of these starts a stand-in, a database or the bot. */
const SLOW = /^(sandbox\/|test\/support\/(postgres|stores|bot|world|bundled-bot)|src\/bot\/)/;
/** Random tests that take many seconds: with them, a mutant would cost a minute. */
const LONG = /(core-model|messages-limits|executions-to-blocks)\.test\.ts$/;

const importsOf = new Map<string, string[]>();

function readImports(file: string): string[] {
  const known = importsOf.get(file);
  if (known !== undefined) return known;
  // A text in a test may look like an import.
  const found = [...readFileSync(file, "utf8").matchAll(IMPORT)]
    .map(([, path = ""]) => join(dirname(file), path))
    .filter((path) => existsSync(path));
  importsOf.set(file, found);
  return found;
}

/** Returns the number of imports between a file and each one that it reaches. */
function measureDistances(file: string): Map<string, number> {
  const distances = new Map([[file, 0]]);
  // A map iterates over entries that are added meanwhile, so this visits the files in the order of their distance.
  for (const [reached, distance] of distances)
    for (const next of readImports(reached)) if (!distances.has(next)) distances.set(next, distance + 1);
  return distances;
}

/**
 * Finds the unit tests, and the contract tests that start nothing, without long random tests, that reach a source file by imports. `near`: those at the
 * smallest distance, such as those that import it themselves. Paths are relative to the root of the repository, as is the
 * working directory.
 */
export function findTests(source: string): { near: string[]; far: string[] } {
  const files = [...globSync("test/unit/**/*.test.ts"), ...globSync("test/contract/**/*.test.ts")].sort();
  const tests = files.flatMap((file) => {
    if (LONG.test(file)) return [];
    const distances = measureDistances(file);
    const isCheap = file.startsWith("test/unit/") || ![...distances.keys()].some((each) => SLOW.test(each));
    const distance = distances.get(source);
    return distance !== undefined && isCheap ? [{ file, distance }] : [];
  });
  const smallest = Math.min(...tests.map(({ distance }) => distance));
  const at = (isNear: boolean) => tests.filter(({ distance }) => (distance === smallest) === isNear);
  return { near: at(true).map(({ file }) => file), far: at(false).map(({ file }) => file) };
}
