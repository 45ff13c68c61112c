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
  const steps = [ran("plan", { Log: ["password is hunter2-secret"], AuthToken: ["abc"], TokenDigit: ["7"] })];
  assert.deepEqual(
    shown(["plan.*"], steps).map(({ text }) => text),
    ["password is (hidden)", "(hidden)", "(hidden)"],
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

const round = (parentStepId: string, iteration: number) => ({ parentStepId, round: { iteration, value: null } });

/** Returns the output of the run that counts for a gate in the third iteration, with its own iteration if that differs. */
function chosen(runs: Partial<ObservedStep>[], at: ObservedStep = { ...gate, ...round("loop", 3) }) {
  const steps = runs.map((more, index) =>
    ran("plan", { Log: [`run ${index}`] }, { stepExecutionId: `p${index}`, ...more }),
  );
  const [first, ...more] = shown(["plan.Log"], steps, at);
  assert.deepEqual(more, []);
  return first;
}
const found = (text: string, more: Partial<Evidence> = {}) => ({
  name: "plan.Log",
  text,
  length: text.length,
  ...more,
});

test("of several runs in other iterations, the one that ended last counts, in whatever order they are listed", () => {
  const first = { ...round("loop", 1), endedAt: 1 };
  const second = { ...round("loop", 2), endedAt: 2 };
  assert.deepEqual(chosen([first, second]), found("run 1", { iteration: 2 }));
  assert.deepEqual(chosen([second, first]), found("run 0", { iteration: 2 }));
  assert.deepEqual(
    chosen([first, { ...second, endedAt: 1 }]),
    found("run 1", { iteration: 2 }),
    "the later one listed",
  );
});

test("a run without an end is ordered by its start, and one without either is the oldest", () => {
  const ended = { endedAt: 5, startedAt: 1 };
  assert.equal(chosen([ended, { endedAt: null, startedAt: 6 }], gate)?.text, "run 1");
  assert.equal(chosen([ended, { endedAt: null, startedAt: 4 }], gate)?.text, "run 0");
  assert.equal(chosen([{ endedAt: null, startedAt: 4 }, ended], gate)?.text, "run 1");
  assert.equal(chosen([ended, { endedAt: null, startedAt: null }], gate)?.text, "run 0");
  assert.equal(chosen([{ endedAt: null, startedAt: null }, ended], gate)?.text, "run 1");
});

test("an iteration with the same number in another loop is another one, and a run in no loop has none", () => {
  assert.deepEqual(chosen([{ ...round("other", 3), endedAt: 9 }]), found("run 0", { iteration: 3 }));
  assert.deepEqual(
    chosen([
      { ...round("loop", 3), endedAt: 1 },
      { ...round("other", 3), endedAt: 9 },
    ]),
    found("run 0"),
  );
  assert.deepEqual(chosen([{ endedAt: 9 }]), found("run 0"));
  assert.deepEqual(chosen([{ ...round("loop", 2), endedAt: 9 }], gate), found("run 0", { iteration: 2 }));
});

test("the values of an output are its lines, each without secrets", () => {
  const steps = [ran("plan", { Log: ["first", "with hunter2-secret", "", "last"] })];
  assert.deepEqual(shown(["plan.Log"], steps), [found("first\nwith (hidden)\n\nlast")]);
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
