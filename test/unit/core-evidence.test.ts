import assert from "node:assert/strict";
import { test } from "node:test";
import { type Evidence, findEvidence } from "../../src/core/evidence.ts";
import type { ObservedStep } from "../../src/core/execution.ts";
import { makeMask } from "../../src/core/mask.ts";
import { anExecution, aStep } from "../support/samples.ts";

const gate = aStep({ name: "ask", stepExecutionId: "gate", status: "Waiting" });
const ran = (name: string, outputs: Record<string, string[]>, more: Partial<ObservedStep> = {}) =>
  aStep({ name, action: "aws:executeScript", stepExecutionId: name, status: "Success", endedAt: 5, outputs, ...more });

function shown(patterns: string[], steps: ObservedStep[], at = gate): Evidence[] {
  const execution = anExecution({ parameters: { DbPassword: ["hunter2-secret"] }, steps: [...steps, at] });
  return findEvidence(patterns, execution, at, makeMask(["*password*", "*token*"], execution));
}

test("outputs appear in the order of the patterns, once each, and a pattern without an output says so", () => {
  const steps = [
    ran("plan", { Summary: ["2 to add"], Url: ["https://a.example"] }),
    ran("check", { Url: ["https://b.example"] }),
  ];
  assert.deepEqual(
    shown(["*.Url", "plan.*", "plan.Missing"], steps).map(({ name, text }) => [name, text]),
    [
      ["plan.Url", "https://a.example"],
      ["check.Url", "https://b.example"],
      ["plan.Summary", "2 to add"],
      ["plan.Missing", null],
    ],
  );
});

test("only finished steps have evidence, and a step that did not succeed says so", () => {
  const steps = [
    ran("plan", { Log: ["x"] }, { status: "InProgress", endedAt: null }),
    ran("check", { Log: ["y"] }, { status: "Failed" }),
  ];
  assert.deepEqual(shown(["plan.Log", "check.Log"], steps), [
    { name: "plan.Log", text: null, length: 0 },
    { name: "check.Log", text: "y", length: 1, status: "Failed" },
  ]);
});

test("secrets are hidden in outputs, by value and by name", () => {
  const steps = [ran("plan", { Log: ["password is hunter2-secret"], AuthToken: ["abc"] })];
  assert.deepEqual(
    shown(["plan.*"], steps).map(({ text }) => text),
    ["password is (hidden)", "(hidden)"],
  );
});

test("in a loop, the run of the gate's iteration counts, else the last one with its iteration", () => {
  const round = (iteration: number) => ({ parentStepId: "loop", round: { iteration, value: null } });
  const steps = [
    ran("plan", { Log: ["one"] }, { ...round(1), stepExecutionId: "p1", endedAt: 1 }),
    ran("plan", { Log: ["two"] }, { ...round(2), stepExecutionId: "p2", endedAt: 2 }),
    ran("only", { Log: ["first"] }, { ...round(1), stepExecutionId: "o1", endedAt: 1 }),
    ran("before", { Log: ["outside"] }),
  ];
  const at = { ...gate, ...round(1) };
  assert.deepEqual(
    shown(["plan.Log", "only.Log", "before.Log"], steps, at).map(({ text, iteration }) => [text, iteration]),
    [
      ["one", undefined],
      ["first", undefined],
      ["outside", undefined],
    ],
  );
  assert.deepEqual(
    shown(["plan.Log", "only.Log"], steps, { ...gate, ...round(2) }).map(({ text, iteration }) => [text, iteration]),
    [
      ["two", undefined],
      ["first", 1],
    ],
  );
});

test("at most 8,000 characters are stored for a request, with the length of each whole text, and a long one takes no room from a short one", () => {
  const found = shown(["*.*"], [ran("a", { Log: ["x".repeat(7_000)], More: ["y".repeat(7_000)], Last: ["last"] })]);
  assert.deepEqual(
    found.map(({ text, length }) => [text?.length, length]),
    [
      [3_998, 7_000],
      [3_998, 7_000],
      [4, 4],
    ],
  );
  assert.match(found[1]?.text ?? "", /y…$/);
});
