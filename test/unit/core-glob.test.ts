import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { globCovers, globMatches } from "../../src/core/glob.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";

/** The same matching with a regular expression, to compare the walk with. */
function byRegExp(glob: string, text: string): boolean {
  const pattern = [...glob.matchAll(/[\s\S]/g)]
    .map(([unit]) =>
      unit === "*" ? "[\\s\\S]*" : unit === "?" ? "[\\s\\S]" : unit.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&"),
    )
    .join("");
  return new RegExp(`^(?:${pattern})$`).test(text);
}

test("a glob matches the same texts as the equivalent regular expression", () => {
  const letters = fc.constantFrom("a", "b", "*", "?", ".", "\n", "\\", "é", "😀");
  const glob = fc.array(letters, { maxLength: 8 }).map((units) => units.join(""));
  const text = fc.array(fc.constantFrom("a", "b", "*", ".", "\n", "\\", "é", "😀"), { maxLength: 12 });
  fc.assert(
    fc.property(glob, text, (pattern, units) => {
      const whole = units.join("");
      assert.equal(globMatches(pattern, whole), byRegExp(pattern, whole), JSON.stringify([pattern, whole]));
    }),
    { numRuns: FULL_MATRIX ? 5_000 : 1_500 },
  );
});

test("a text matches itself, also with a star in place of any part", () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/[*?]/.test(text)),
      fc.nat(),
      fc.nat(),
      (text, a, b) => {
        const [from, to] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y) as [number, number];
        assert.ok(globMatches(text, text));
        assert.ok(globMatches(`${text.slice(0, from)}*${text.slice(to)}`, text));
      },
    ),
  );
});

/**
 * A text that counts how often its characters and its length are read, and refuses more than `most` reads. A method reads the
 * text once, for each character of its argument.
 */
function countReads(text: string, most: number): string {
  let reads = 0;
  const count = (more: number) => {
    reads += more;
    assert.ok(reads <= most, `more than ${most} reads of ${text.slice(0, 20)}`);
  };
  const counted = new Proxy(Object(text) as object, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") {
        count(1);
        return value;
      }
      return (...given: unknown[]) => {
        count(Math.max(1, String(given[0]).length) * text.length);
        return value.apply(text, given);
      };
    },
  });
  return counted as unknown as string;
}

test("the work for hostile globs and texts is at most proportional to the product of their lengths", () => {
  const hostile: [string, string][] = [
    [`${"*a".repeat(100)}*b`, "a".repeat(500)],
    [`${"*".repeat(500)}b`, "a".repeat(500)],
    [`${"?*".repeat(200)}x`, "a".repeat(500)],
    [`*${"a".repeat(100)}b`, "a".repeat(500)],
  ];
  for (const [glob, text] of hostile) {
    // A backtracking matcher would need a number of reads that grows exponentially.
    const most = 6 * glob.length * text.length;
    assert.equal(globMatches(countReads(glob, most), countReads(text, most)), false);
  }
});

test("a glob matches every text that a covered glob matches", () => {
  const glob = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 6 });
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 });
  let covered = 0;
  fc.assert(
    fc.property(glob, glob, text, (wide, narrow, each) => {
      if (!globCovers(wide, narrow) || !globMatches(narrow, each)) return;
      covered++;
      assert.ok(globMatches(wide, each), JSON.stringify([wide, narrow, each]));
    }),
    { numRuns: 20_000 },
  );
  assert.ok(covered > 100);
});

test("a star is covered only by a star", () => {
  assert.deepEqual(
    ["*", "?", "a", "?*", "**"].filter((wide) => globCovers(wide, "*")),
    ["*", "**"],
  );
});
