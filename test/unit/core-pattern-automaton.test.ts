import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { makePatternAutomaton } from "../../src/core/pattern-automaton.ts";

/** Few letters make overlaps, repetitions and patterns within patterns likely. */
const word = (max: number) =>
  fc.string({ unit: fc.constantFrom("a", "b", "é", "\ud83d"), minLength: 1, maxLength: max });

test("the automaton finds exactly the occurrences that a search for each pattern finds, the longest first", () => {
  fc.assert(
    fc.property(fc.uniqueArray(word(6), { maxLength: 8 }), word(60), (patterns, text) => {
      const found: [number, number][] = [];
      makePatternAutomaton(patterns).scan(text, (pattern, end) => {
        found.push([pattern, end]);
        return false;
      });
      const expected: [number, number][] = [];
      for (let end = 1; end <= text.length; end++)
        for (const [index] of [...patterns.entries()].sort(([, a], [, b]) => b.length - a.length))
          if (text.slice(0, end).endsWith(patterns[index] ?? "")) expected.push([index, end]);
      assert.deepEqual(found, expected);
    }),
    { numRuns: 300 },
  );
});

test("an occurrence that is accepted hides the shorter ones with the same end", () => {
  const found: string[] = [];
  const patterns = ["she", "he", "e", "hers"];
  makePatternAutomaton(patterns).scan("ushers", (pattern) => {
    found.push(patterns[pattern] ?? "");
    return true;
  });
  assert.deepEqual(found, ["she", "hers"]);
});

test("the steps grow with the text and not with the patterns, also if every pattern nearly matches everywhere", () => {
  const steps = (count: number, length: number) => {
    const patterns = Array.from({ length: count }, (_, index) => `${"a".repeat(40 + index)}b`);
    return makePatternAutomaton(patterns).scan("a".repeat(length), () => true);
  };
  assert.ok(steps(1, 10_000) <= 2 * 10_000 + 100);
  assert.ok(steps(200, 10_000) <= 2 * 10_000 + 1_000, "200 patterns cost what one costs");
  assert.ok(steps(200, 20_000) <= 2.1 * steps(200, 10_000), "twice the text costs twice as much");
});

test("without patterns nothing is found", () => {
  assert.equal(
    makePatternAutomaton([]).scan("text", () => assert.fail("found")),
    4,
  );
});
