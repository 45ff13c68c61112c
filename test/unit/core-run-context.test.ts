import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedExecution, ObservedStep } from "../../src/core/execution.ts";
import { MASK, makeMask } from "../../src/core/mask.ts";
import type { NameRenderer } from "../../src/core/name-renderer.ts";
import type { Parameter } from "../../src/core/request.ts";
import {
  describeRunContext,
  findRunContext,
  longRunValues,
  maskRateControl,
  type ParentExecution,
  type RunContext,
} from "../../src/core/run-context.ts";
import { anExecution, aStep } from "../support/samples.ts";
import { PLAIN } from "./principal-samples.ts";

/** Shows each text that others wrote in backticks, and a short name in brackets. */
const MARKED: NameRenderer = { ...PLAIN, text: (text) => `\`${text}\``, word: (text) => `[${text}]` };
const open = makeMask([], { parameters: {} });
const hiding = makeMask(["*password*"], { parameters: { Password: ["hunter2-and-more"] } });

const loop = (id: string, more: Partial<ObservedStep> = {}) =>
  aStep({ stepExecutionId: id, name: `loop ${id}`, action: "aws:loop", ...more });
const find = (gate: Partial<ObservedStep>, more: Partial<ObservedExecution> = {}, mask = open) =>
  findRunContext(anExecution(more), aStep(gate), mask);

test("a step outside of loops has no context, although a step that has not started has no id either", () => {
  const notStarted = loop("", { stepExecutionId: null, parentStepId: "a", round: { iteration: 1, value: "x" } });
  assert.deepEqual(find({}, { steps: [notStarted, loop("a")] }), {});
  assert.deepEqual(find({ parentStepId: "a" }, { steps: [loop("a")] }), {});
});

test("enclosing steps that name each other are read once", () => {
  const round = { iteration: 1, value: null };
  const steps = [loop("a", { parentStepId: "b", round }), loop("b", { parentStepId: "a", round })];
  assert.deepEqual(
    find({ parentStepId: "a" }, { steps }).loops?.map(({ name }) => name),
    ["loop b", "loop a"],
  );
});

test("of more loops than three, the innermost three are kept", () => {
  const ids = ["a", "b", "c", "d", "e"];
  const steps = ids.map((id, index) =>
    loop(id, { parentStepId: ids[index + 1] ?? null, round: { iteration: index + 2, value: null } }),
  );
  assert.deepEqual(find({ parentStepId: "a", round: { iteration: 1, value: "v" } }, { steps }), {
    loops: [
      { name: "loop a", iteration: 1, value: "v" },
      { name: "loop b", iteration: 2, value: null },
      { name: "loop c", iteration: 3, value: null },
    ],
  });
});

test("the value of an iteration and the target of rate control are masked, and stored up to 500 characters", () => {
  const long = "x".repeat(501);
  const stored = `${"x".repeat(499)}…`;
  const inLoop = (value: string) => find({ parentStepId: "gone", round: { iteration: 1, value } }, {}, hiding).loops;
  assert.deepEqual(inLoop("hunter2-and-more"), [{ name: null, iteration: 1, value: MASK }]);
  assert.deepEqual(inLoop(long), [{ name: null, iteration: 1, value: stored }]);
  assert.deepEqual(inLoop(long.slice(1)), [{ name: null, iteration: 1, value: long.slice(1) }]);
  const table: [target: string, parameter: string | null, shown: string][] = [
    [long, null, stored],
    ["hunter2-and-more", null, MASK],
    ["hunter2-and-more", "Id", MASK],
    ["i-1", "Id", "i-1"],
    ["i-1", "DbPassword", MASK],
  ];
  for (const [target, parameter, shown] of table)
    assert.deepEqual(find({}, { rateControl: { target, parameter } }, hiding), {
      rateControl: { parameter, target: shown },
    });
  assert.deepEqual(maskRateControl({ target: long, parameter: null }, hiding), { target: long, parameter: null });
});

const parameter = (name: string, ...values: string[]): Parameter => ({ name, values, masked: false, isDefault: null });
const parent = (documentName: string, ...parameters: Parameter[]): ParentExecution => ({
  executionId: "e",
  documentName,
  executedBy: null,
  parameters,
});
const x = (count: number) => "x".repeat(count);

const DESCRIPTIONS: [claim: string, context: RunContext, text: string | null][] = [
  ["nothing", {}, null],
  [
    "two iterations",
    {
      loops: [
        { name: "perHost", iteration: 2, value: "host-b" },
        { name: null, iteration: 4, value: null },
      ],
    },
    "iteration 2 of the loop [perHost]: [host-b] · iteration 4 of a loop",
  ],
  [
    "rate control by a parameter",
    { rateControl: { target: "i-1", parameter: "Id" } },
    "part of a rate-controlled run, for [Id] [i-1]",
  ],
  [
    "rate control without a parameter",
    { rateControl: { target: "i-1", parameter: null } },
    "part of a rate-controlled run, for [i-1]",
  ],
  ["a parent without parameters", { parents: [parent("Release")] }, "child of `Release`"],
  [
    "a parent with values",
    { parents: [parent("Release", parameter("Zones", "a", "b"), parameter("Note", ""), parameter("Empty"))] },
    "child of `Release`: [Zones] [a, b], [Note] (empty), [Empty] (empty)",
  ],
  [
    "a parent with a hidden value",
    { parents: [parent("Release", { ...parameter("Password", MASK), masked: true })] },
    "child of `Release`: [Password] (hidden)",
  ],
  [
    "a parent with more values than three",
    { parents: [parent("Release", ...["A", "B", "C", "D", "E"].map((name) => parameter(name, "1")))] },
    "child of `Release`: [A] [1], [B] [1], [C] [1], 2 more",
  ],
  [
    "a parent with a value of 40 characters and a longer one",
    { parents: [parent("Release", parameter("A", x(40)), parameter("B", x(41)))] },
    `child of \`Release\`: [A] [${x(40)}], [B] [${x(39)}…]`,
  ],
  [
    "a parent with a value of 161 characters as shown",
    { parents: [parent("Release", parameter(x(116), x(40)))] },
    "child of `Release`: 1 parameter",
  ],
  [
    "a parent with values of 160 characters as shown",
    { parents: [parent("Release", parameter(x(115), x(40)), parameter("", ""))] },
    `child of \`Release\`: [${x(115)}] [${x(40)}], 1 more`,
  ],
  [
    "a parent whose first name is too long",
    { parents: [parent("Release", parameter(x(200), "1"), parameter("B", "1"))] },
    "child of `Release`: 2 parameters",
  ],
  [
    "a parent whose only name is too long",
    { parents: [parent("Release", parameter(x(200), "1"))] },
    "child of `Release`: 1 parameter",
  ],
  ["a runbook with a long name", { parents: [parent(x(61))] }, `child of \`${x(59)}…\``],
  ["two parents", { parents: [parent("Near"), parent("First")] }, "child of `Near` · child of `First`"],
  [
    "three parents",
    { parents: [parent("Near"), parent("Middle"), parent("First")] },
    "child of `Near` · 1 execution between · child of `First`",
  ],
  [
    "four parents",
    { parents: [parent("Near"), parent("Middle"), parent("Middle"), parent("First")] },
    "child of `Near` · 2 executions between · child of `First`",
  ],
  [
    "a parent that could not be read",
    { parents: [], parentsUnread: "AccessDeniedException" },
    "Countersign could not read the execution that started this one (`AccessDeniedException`). So the requester is unknown, and secrets of that execution may be visible here.",
  ],
  [
    "all of them",
    {
      loops: [{ name: "perHost", iteration: 1, value: null }],
      rateControl: { target: "i-1", parameter: null },
      parents: [parent("Near")],
    },
    "iteration 1 of the loop [perHost] · part of a rate-controlled run, for [i-1] · child of `Near`",
  ],
];

for (const [claim, context, text] of DESCRIPTIONS)
  test(`the part of a run with ${claim} is described in one line`, () => {
    assert.equal(describeRunContext(context, MARKED), text);
  });

test("the values that a line shows only in part are listed with their labels", () => {
  const context: RunContext = {
    loops: [
      { name: "perHost", iteration: 1, value: x(50) },
      { name: null, iteration: 2, value: x(60) },
      { name: "perZone", iteration: 3, value: "short" },
      { name: "perTry", iteration: 4, value: null },
    ],
    rateControl: { target: x(70), parameter: "Id" },
  };
  const isCut = (text: string) => text.length > 40;
  const loops = [
    ["Iteration 1 of the loop perHost", x(50)],
    ["Iteration 2 of a loop", x(60)],
  ];
  assert.deepEqual(longRunValues(context, isCut), [...loops, ["Id of the rate-controlled run", x(70)]]);
  assert.deepEqual(longRunValues({ rateControl: { target: x(70), parameter: null } }, isCut), [
    ["Target of the rate-controlled run", x(70)],
  ]);
  assert.deepEqual(longRunValues({ ...context, rateControl: { target: "i-1", parameter: "Id" } }, isCut), loops);
  assert.deepEqual(
    longRunValues({}, () => true),
    [],
  );
  assert.deepEqual(
    longRunValues({ loops: [{ name: null, iteration: 1, value: null }] }, () => true),
    [["Iteration 1 of a loop", ""]],
  );
});
