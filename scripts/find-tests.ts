import { existsSync, globSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { basename, dirname, join } from "node:path";

/** Imports of types are erased before a program runs. */
const TYPE_IMPORT = /^import type [^;]*;/gm;
/** The imports of a file by a relative path. */
const IMPORT = /(?:from|import\()\s*"(\.[^"]+\.ts)"/g;
/** A contract test that reaches one of these starts a stand-in, a database or the bot. */
const SLOW = /^(sandbox\/|test\/support\/(postgres|stores|bot|world|bundled-bot)|src\/bot\/)/;
/** Random tests that take many seconds: with them, a mutant would cost a minute. */
const LONG = /(core-model|messages-limits|executions-to-blocks)\.test\.ts$/;

/** More tests would make each mutant too slow. */
const MAX_NEAR = 12;

const COMMENT = /\/\*.*?\*\/|\/\/[^\n]*/gs;

/** Tells whether a file has more than types, comments and imports of types. */
export const hasCode = (file: string): boolean =>
  stripTypeScriptTypes(readFileSync(file, "utf8")).replaceAll(COMMENT, "").trim() !== "";

const importsOf = new Map<string, string[]>();

function readImports(file: string): string[] {
  const known = importsOf.get(file);
  if (known !== undefined) return known;
  // A text in a test may look like an import.
  const found = [...readFileSync(file, "utf8").replaceAll(TYPE_IMPORT, "").matchAll(IMPORT)]
    .map(([, path = ""]) => join(dirname(file), path))
    .filter((path) => existsSync(path));
  importsOf.set(file, found);
  return found;
}

/** Returns the number of imports between a test and each file that it reaches. What its support files import is as near as its own imports. */
function measureDistances(file: string): Map<string, number> {
  // A set and a map iterate over entries that are added meanwhile, so this visits the files in the order of their distance.
  const own = new Set([file]);
  for (const each of own) for (const next of readImports(each)) if (next.startsWith("test/")) own.add(next);
  const distances = new Map([...own].map((each) => [each, 0]));
  for (const [reached, distance] of distances)
    for (const next of readImports(reached)) if (!distances.has(next)) distances.set(next, distance + 1);
  return distances;
}

/** Tells whether a test loads only the pure core, which takes a tenth of a second. */
function isPure(file: string): boolean {
  return [...measureDistances(file).keys()].every((each) => each.startsWith("src/core/") || each.startsWith("test/"));
}

/**
 * Finds the tests that reach a source file by imports: unit tests, and contract tests that start nothing, without long random
 * ones. Paths are relative to the root of the repository, which is the working directory.
 *   near  those at the smallest distance or, if these are more than MAX_NEAR, those with its name and those that import the
 *         file without a support file; first the ones with its name, then those that load only the core
 *   pure  the near ones that load only the core; all near ones if none does
 *   far   all others
 */
export function findTests(source: string): { near: string[]; pure: string[]; far: string[] } {
  const files = [...globSync("test/unit/**/*.test.ts"), ...globSync("test/contract/**/*.test.ts")].sort();
  const tests = files.flatMap((file) => {
    if (LONG.test(file)) return [];
    const distances = measureDistances(file);
    const isCheap = file.startsWith("test/unit/") || ![...distances.keys()].some((each) => SLOW.test(each));
    const distance = distances.get(source);
    return distance !== undefined && isCheap ? [{ file, distance }] : [];
  });
  const smallest = Math.min(...tests.map(({ distance }) => distance));
  const nearest = tests.filter(({ distance }) => distance === smallest).map(({ file }) => file);
  const hasName = (file: string) => basename(file).includes(basename(source, ".ts"));
  const own = nearest.filter((file) => hasName(file) || readImports(file).includes(source));
  const near = [...(nearest.length > MAX_NEAR && own.length > 0 ? own : nearest)];
  const rank = (file: string) => (hasName(file) ? 2 : 0) + (isPure(file) ? 1 : 0);
  near.sort((a, b) => rank(b) - rank(a));
  return {
    near,
    pure: near.some(isPure) ? near.filter(isPure) : near,
    far: tests.map(({ file }) => file).filter((file) => !near.includes(file)),
  };
}
