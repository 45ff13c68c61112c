import assert from "node:assert/strict";
import { parseFile } from "../../src/config/file.ts";

export const MINIMAL = `routes:
  - name: all
    channels: [C0AAA]
    approvers: { groups: [S0AAA] }
`;

export const problems = (text: string): string[] => {
  const outcome = parseFile("c.yml", text);
  assert.equal(outcome.kind, "problems");
  return outcome.kind === "problems" ? outcome.problems.map((p) => `${p.where} | ${p.what} | ${p.fix}`) : [];
};
export const file = (text: string) => {
  const outcome = parseFile("c.yml", text);
  assert.deepEqual(outcome.kind === "problems" ? outcome.problems : [], []);
  return outcome.kind === "file" ? outcome.file : assert.fail();
};
