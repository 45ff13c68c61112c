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

test("each step back along the tree and each occurrence is a step", () => {
  const steps = (patterns: string[], text: string, isEnough = true) =>
    makePatternAutomaton(patterns).scan(text, () => isEnough);
  assert.equal(steps(["abcd"], "abcd"), 4 + 1);
  assert.equal(steps(["abcd"], "abcx"), 4 + 1, "one step back, to the root");
  assert.equal(steps(["aaab"], "aaac"), 4 + 3, "back along three suffixes");
  assert.equal(steps(["she", "he", "e"], "she", false), 3 + 3);
  assert.equal(steps(["she", "he", "e"], "she"), 3 + 1);
});

test("thousands of patterns with all kinds of units are told apart", () => {
  const patterns = Array.from(
    { length: 5_000 },
    (_, index) => `${String.fromCharCode((index * 13) % 65_536)}${index}-`,
  );
  const automaton = makePatternAutomaton(patterns);
  for (const [index, pattern] of patterns.entries()) {
    const found: [number, number][] = [];
    automaton.scan(`-${pattern}`, (...each) => found.push(each) > 0);
    assert.deepEqual(found, [[index, pattern.length + 1]]);
  }
});

test("without patterns nothing is found", () => {
  assert.equal(
    makePatternAutomaton([]).scan("text", () => assert.fail("found")),
    4,
  );
});
