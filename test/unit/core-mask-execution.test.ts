import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedExecution } from "../../src/core/execution.ts";
import { MASK, makeMask } from "../../src/core/mask.ts";
import { maskExecution } from "../../src/core/mask-execution.ts";
import { anExecution, aStep } from "../support/samples.ts";

const SECRET = "hunter2";

/** An execution that has a text in each place in which AWS can return one. */
const withText = (text: string, parents: ObservedExecution[]): ObservedExecution =>
  anExecution({
    parameters: { Note: [text, "a"], [`of ${text}`]: [] },
    variables: { note: [text] },
    outputs: { "Make.note": ["b", text] },
    failureMessage: text,
    rateControl: { target: text, parameter: "Host" },
    parents: { executions: parents, unread: { code: "AccessDenied", message: "no", retry: false, since: 1 } },
    steps: [
      aStep({
        inputs: { Message: text, Env: [{ Note: text, [text]: 1 }], Wait: true, Count: 2 },
        outputs: { Out: [text] },
        failureMessage: text,
        failureDetails: { Stage: [text] },
        round: { iteration: 2, value: text },
      }),
      aStep({ name: "next", round: { iteration: 3, value: null }, failureMessage: null }),
    ],
  });

test("a secret is hidden in each text of an execution and of its parents, and nothing else changes", () => {
  const parent = (text: string) => withText(text, [withText(text, [])]);
  const execution = withText(`a ${SECRET}`, [parent(`my ${SECRET}`)]);
  const mask = makeMask(["*password*"], { parameters: { Password: [SECRET] } });
  assert.deepEqual(maskExecution(execution, mask), withText(`a ${MASK}`, [parent(`my ${MASK}`)]));
});

test("an execution without texts, parents and details of failures stays as it is", () => {
  const execution = anExecution({ steps: [aStep()] });
  assert.deepEqual(
    maskExecution(execution, makeMask(["*password*"], { parameters: { Password: [SECRET] } })),
    execution,
  );
});

test("the values under a hidden name are replaced by one mark, however many there are, and also short ones", () => {
  const named = (values: string[]) =>
    anExecution({
      parameters: { Password: values, Other: ["x"] },
      variables: { dbPassword: values },
      outputs: { "Make.password": values },
      rateControl: { target: values[0] ?? "", parameter: "Password" },
      steps: [aStep({ inputs: {}, outputs: { password: values }, failureDetails: { Password: values } })],
    });
  const execution = named(["ab", "cd"]);
  assert.deepEqual(maskExecution(execution, makeMask(["*password*"], execution)), named([MASK]));
});

test("inputs under a hidden name, or that another input names, are hidden", () => {
  const step = (value: unknown) => anExecution({ steps: [aStep({ inputs: { Name: "DbPassword", Value: value } })] });
  const own = anExecution({ steps: [aStep({ inputs: { Password: ["ab"], Region: "eu" } })] });
  const mask = makeMask(["*password*"], own);
  assert.deepEqual(maskExecution(step(["ab"]), mask), step(MASK));
  assert.deepEqual(maskExecution(own, mask).steps[0]?.inputs, { Password: MASK, Region: "eu" });
});

test("a glob that matches any name hides the values of all inputs, and shows their names", () => {
  const execution = anExecution({ steps: [aStep({ inputs: { Message: "Restart?", Env: { a: "b" } } })] });
  const masked = maskExecution(execution, makeMask(["?*"], execution));
  assert.deepEqual(masked.steps[0]?.inputs, { Message: MASK, Env: MASK });
});
