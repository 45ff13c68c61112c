import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toRequestFacts } from "../../src/core/facts.ts";
import { MASK, makeMask } from "../../src/core/mask.ts";
import { maskExecution } from "../../src/core/mask-execution.ts";
import { describeRunContext } from "../../src/core/run-context.ts";
import { type aFacts, anExecution, aStep } from "../support/samples.ts";
import { PLAIN } from "./principal-samples.ts";

const gate = { gate: 1, gates: 2 };
const open = makeMask([], { parameters: {} });

test("the facts of a step contain its message, approvers, required approvals and timeout", () => {
  const step = aStep({
    name: "second",
    inputs: { Message: "Go?", Approvers: ["a", "b"], MinRequiredApprovals: 2 },
    timeoutSeconds: 60,
  });
  const facts = toRequestFacts(anExecution(), step, { gate: 2, gates: 2 }, open, null);
  assert.deepEqual(
    [facts.stepName, facts.message, facts.awsApprovers, facts.minRequiredApprovals, facts.timeoutSeconds, facts.gate],
    ["second", "Go?", ["a", "b"], 2, 60, 2],
  );
});

const INPUTS: [claim: string, inputs: Record<string, unknown>, expected: Partial<ReturnType<typeof aFacts>>][] = [
  ["absent inputs", {}, { message: null, awsApprovers: [], minRequiredApprovals: 1 }],
  ["an empty message", { Message: "" }, { message: null }],
  ["one approver as a string", { Approvers: "someone" }, { awsApprovers: ["someone"] }],
  ["a number as a string", { MinRequiredApprovals: "3" }, { minRequiredApprovals: 3 }],
  ["a text instead of a number", { MinRequiredApprovals: "many" }, { minRequiredApprovals: 1 }],
  ["zero", { MinRequiredApprovals: 0 }, { minRequiredApprovals: 1 }],
  ["a fractional number", { MinRequiredApprovals: 1.5 }, { minRequiredApprovals: 1 }],
  ["a message of another type", { Message: { a: 1 } }, { message: null }],
  ["approvers of another type", { Approvers: { a: 1 } }, { awsApprovers: [] }],
];

for (const [claim, inputs, expected] of INPUTS) {
  test(`an aws:approve step with ${claim} gives valid facts`, () => {
    const facts: Record<string, unknown> = { ...toRequestFacts(anExecution(), aStep({ inputs }), gate, open, null) };
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(facts[key], value);
  });
}

test("any inputs from AWS give valid facts", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom("Message", "Approvers", "MinRequiredApprovals"), fc.jsonValue()),
      (inputs) => {
        const facts = toRequestFacts(anExecution(), aStep({ inputs }), gate, open, null);
        assert.ok(Number.isInteger(facts.minRequiredApprovals) && facts.minRequiredApprovals >= 1);
        assert.ok(facts.awsApprovers.every((each) => typeof each === "string"));
        assert.ok(facts.message === null || typeof facts.message === "string");
      },
    ),
  );
});

test("a secret parameter is masked under its name, in other parameters and in the message", () => {
  const parameters = { DbPassword: ["hunter2"], Url: ["https://x:hunter2@db"], Zone: ["a"] };
  const execution = anExecution({ parameters });
  const step = aStep({ inputs: { Message: "Use hunter2?" } });
  const facts = toRequestFacts(execution, step, gate, makeMask(["*password*"], execution), null);
  assert.doesNotMatch(JSON.stringify(facts), /hunter2/);
  assert.deepEqual(
    facts.parameters.map(({ name, values, masked }) => [name, values, masked]),
    [
      ["DbPassword", [MASK], true],
      ["Url", [`https://x:${MASK}@db`], false],
      ["Zone", ["a"], false],
    ],
  );
});

test("a parameter states whether it has the default of the runbook, or null if the runbook cannot be read", () => {
  const execution = anExecution({ parameters: { Same: ["a", "b"], Other: ["a"], New: ["x"], toString: ["y"] } });
  const known = toRequestFacts(execution, aStep(), gate, open, { Same: ["a", "b"], Other: ["b"] });
  assert.deepEqual(
    known.parameters.map(({ isDefault }) => isDefault),
    [true, false, false, false],
  );
  const unknown = toRequestFacts(execution, aStep(), gate, open, null);
  assert.ok(unknown.parameters.every(({ isDefault }) => isDefault === null));
});

const MASKED = makeMask(["*password*"], { parameters: { Password: ["hunter2-and-more"] } });
const LOOP = { stepExecutionId: "loop-1", name: "perHost", action: "aws:loop", status: "InProgress" };
const CONTEXTS: [
  claim: string,
  more: Parameters<typeof anExecution>[0],
  gate: Parameters<typeof aStep>[0],
  expected: string | null,
][] = [
  ["outside of loops", {}, {}, null],
  [
    "in a loop with values",
    { steps: [aStep(LOOP)] },
    { parentStepId: "loop-1", round: { iteration: 2, value: "host-b" } },
    "iteration 2 of the loop perHost: host-b",
  ],
  [
    "in a loop with a condition, whose step AWS does not return",
    {},
    { parentStepId: "loop-1", round: { iteration: 3, value: null } },
    "iteration 3 of a loop",
  ],
  [
    "in a loop in a loop",
    {
      steps: [
        aStep({ ...LOOP, parentStepId: "outer", round: { iteration: 4, value: "eu" } }),
        aStep({ ...LOOP, stepExecutionId: "outer", name: "perRegion" }),
      ],
    },
    { parentStepId: "loop-1", round: { iteration: 1, value: "a" } },
    "iteration 1 of the loop perHost: a · iteration 4 of the loop perRegion: eu",
  ],
  [
    "whose enclosing steps name each other",
    { steps: [aStep({ ...LOOP, parentStepId: "loop-1" })] },
    { parentStepId: "loop-1", round: { iteration: 1, value: null } },
    "iteration 1 of the loop perHost",
  ],
  [
    "with a hidden value",
    { steps: [aStep(LOOP)] },
    { parentStepId: "loop-1", round: { iteration: 1, value: "hunter2-and-more" } },
    "iteration 1 of the loop perHost: (hidden)",
  ],
  [
    "of a rate-controlled run",
    { rateControl: { target: "i-1", parameter: "Id" } },
    {},
    "part of a rate-controlled run, for Id i-1",
  ],
  [
    "of one without a parameter",
    { rateControl: { target: "i-1", parameter: null } },
    {},
    "part of a rate-controlled run, for i-1",
  ],
  [
    "of one with a hidden parameter",
    { rateControl: { target: "x", parameter: "DbPassword" } },
    {},
    "part of a rate-controlled run, for DbPassword (hidden)",
  ],
];

for (const [claim, more, step, expected] of CONTEXTS) {
  test(`the facts of a gate ${claim} name its part of the run`, () => {
    const facts = toRequestFacts(anExecution(more), aStep(step), gate, MASKED, null);
    assert.equal(describeRunContext(facts, PLAIN), expected);
    const seen = JSON.stringify(maskExecution(anExecution({ ...more, steps: [aStep(step)] }), MASKED));
    assert.doesNotMatch(seen, /hunter2|"target":"x"/);
  });
}
