import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { describeMutant, type EquivalentMutant, isExplained } from "../../scripts/equivalent-mutants.ts";

const SOURCE = `function find(id: string) {
  const found = list.find(
    (each) => each.id === id,
  );
  return found ?? "";
}
`;

test("a mutant of one line is described by the text that it replaces, and by its line", () => {
  const place = { start: { line: 5, column: 10 }, end: { line: 5, column: 21 } };
  assert.deepEqual(describeMutant("src/core/a.ts", SOURCE, place, 'found && ""'), {
    file: "src/core/a.ts",
    line: 'return found ?? "";',
    code: 'found ?? ""',
    replacement: 'found && ""',
  });
});

test("a mutant of several lines is described on one line", () => {
  const place = { start: { line: 2, column: 17 }, end: { line: 4, column: 4 } };
  const { line, code } = describeMutant("src/core/a.ts", SOURCE, place, "list");
  assert.equal(line, "const found = list.find(");
  assert.equal(code, "list.find( (each) => each.id === id, )");
});

test("only an entry with a reason explains a survivor, and only for the same change", () => {
  const mutant = { file: "src/core/a.ts", line: 'return found ?? "";', code: '""', replacement: '"Stryker was here!"' };
  assert.equal(isExplained(mutant, [{ ...mutant, why: "No caller reads an empty id." }]), true);
  assert.equal(isExplained(mutant, [{ ...mutant, why: " " }]), false);
  assert.equal(
    isExplained({ ...mutant, replacement: "x" }, [{ ...mutant, why: "No caller reads an empty id." }]),
    false,
  );
  assert.equal(isExplained({ ...mutant, line: "return found;" }, [{ ...mutant, why: "No caller reads it." }]), false);
});

test("each explained mutant changes a line that exists, and has a reason that is a sentence", () => {
  const all: EquivalentMutant[] = JSON.parse(readFileSync("scripts/equivalent-mutants.json", "utf8"));
  assert.ok(all.length > 100);
  const known = new Set<string>();
  for (const { why, ...mutant } of all) {
    const { file, line, code } = mutant;
    const lines = readFileSync(file, "utf8")
      .split("\n")
      .map((each) => each.trim());
    assert.ok(lines.includes(line), `${file} has no line ${line}: run npm run mutation -- ${file}`);
    assert.ok(line.includes(code) || code.includes(" "), `${file}: ${line} does not contain ${code}`);
    assert.match(why, /^\S.*\.$/, file);
    assert.ok(!known.has(JSON.stringify(mutant)), `twice in ${file}: ${line}`);
    known.add(JSON.stringify(mutant));
  }
});
