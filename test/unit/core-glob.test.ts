import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { globCovers, globMatches, globsOverlap } from "../../src/core/glob.ts";
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

const MATCHES: [glob: string, text: string, isMatch: boolean][] = [
  ["", "", true],
  ["", "a", false],
  ["a", "a", true],
  ["a", "A", false],
  ["*", "", true],
  ["a*a", "a", false],
  ["a*a", "aa", true],
  ["*ab*ab*", "ab", false],
  ["*ab*ab*", "xababx", true],
  ["a*bc*c", "abc", false],
  ["a*bc*c", "abcc", true],
  ["?", "", false],
  ["?*", "a", true],
  ["a?*", "a", false],
  ["*?b", "ab", true],
  ["*a?b*", "aaxaxbc", true],
  ["*a?b*", "aaxab", false],
  ["?**", "a", true],
];

for (const [glob, text, isMatch] of MATCHES)
  test(`the glob "${glob}" ${isMatch ? "matches" : "does not match"} the text "${text}"`, () => {
    assert.equal(globMatches(glob, text), isMatch);
  });

const COVERED: [wide: string, narrow: string, isCovered: boolean][] = [
  ["*", "", true],
  ["a*", "a?b*", true],
  ["a?c", "a?c", true],
  ["a?c", "abc", true],
  ["abc", "a?c", false],
  ["a?", "a*", false],
  ["?*", "*?", false],
  ["*b", "*ab", true],
  ["*ab", "*b", false],
  ["a*", "b*", false],
];

for (const [wide, narrow, isCovered] of COVERED)
  test(`the glob "${wide}" ${isCovered ? "covers" : "is not known to cover"} the glob "${narrow}"`, () => {
    assert.equal(globCovers(wide, narrow), isCovered);
  });

const OVERLAPS: [a: string, b: string, isOverlap: boolean][] = [
  ["", "", true],
  ["", "**", true],
  ["", "?", false],
  ["a*", "*b", true],
  ["a*c", "ab?", true],
  ["ab", "a?", true],
  ["ab", "b*", false],
  ["?", "\n", true],
  ["a\nb", "a*b", true],
  ["a?", "a", false],
];

for (const [a, b, isOverlap] of OVERLAPS)
  test(`the globs ${JSON.stringify(a)} and ${JSON.stringify(b)} ${isOverlap ? "have a text in common" : "have none"}`, () => {
    assert.equal(globsOverlap(a, b), isOverlap);
    assert.equal(globsOverlap(b, a), isOverlap);
  });

test("two globs overlap only in characters that the star of the second one may match", () => {
  const overlaps = (a: string, b: string) => globsOverlap(a, b, /[a-z]/);
  assert.deepEqual(
    ["/ab/", "/a1/", "/?/", "/*/", "//"].map((a) => overlaps(a, "/*/")),
    [true, false, true, true, true],
  );
  assert.ok(overlaps("/1/", "/?/"), "a question mark matches any character");
});
