import assert from "node:assert/strict";
import { test } from "node:test";
import type { AutomationExecution, StepExecution } from "@aws-sdk/client-ssm";
import fc from "fast-check";
import { toRequestFacts } from "../../src/core/facts.ts";
import { makeMask } from "../../src/core/mask.ts";
import { maskExecution } from "../../src/core/mask-execution.ts";
import { reconcile } from "../../src/core/reconcile.ts";
import { UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { detailsView } from "../../src/slack/messages/details-view.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { findProblems, visibleText } from "../support/block-limits.ts";
import { decodeAtOnce } from "../support/decode-at-once.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { aRequest, aRoute } from "../support/samples.ts";
import { hostile } from "./hostile-arbitraries.ts";

/**
 * From AWS's reply to a message: executions as the SDK returns them, with members missing or larger than AWS allows, are
 * decoded, masked, stored as facts and rendered.
 */
const SECRET = "s3cret-value-that-must-not-be-seen";

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 4 });
const date = maybe(fc.oneof(fc.date({ noInvalidDate: true }), fc.constant(new Date(Number.NaN))));
const inputText = fc.oneof(
  hostile(4096).map((text) => JSON.stringify(text)),
  hostile(4096),
  fc.json({ maxDepth: 5 }),
  fc.constant(JSON.stringify({ password: SECRET, list: [{ apiToken: SECRET }] })),
  fc.constant(JSON.stringify(`connect with ${SECRET}`)),
);
const approve = fc.record({
  Message: maybe(inputText),
  Approvers: maybe(fc.array(hostile(200), { maxLength: 10 }).map((list) => JSON.stringify(list))),
  MinRequiredApprovals: maybe(fc.constantFrom("1", "2", '"3"', "-1", "many", "{{ N }}")),
});
const withoutHoles = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));

const lists = fc.dictionary(
  fc.oneof(hostile(50), fc.constantFrom("DbPassword", "ApiToken", "Region")),
  // A visible parameter that is equal to a secret is shown on purpose, so these values only contain it.
  fc.array(fc.oneof(hostile(10_000), fc.constant(`connect with ${SECRET}`)), { maxLength: 4 }),
  { maxKeys: 200, size: "max" },
);
const step: fc.Arbitrary<StepExecution> = fc
  .record({
    StepExecutionId: maybe(fc.uuid()),
    StepName: maybe(hostile(128)),
    Action: maybe(fc.constantFrom("aws:approve", "aws:approve", "aws:pause", "aws:runCommand", "")),
    StepStatus: maybe(fc.constantFrom("Waiting", "Waiting", "Success", "Failed", "Pending", "Brand-New")),
    Inputs: maybe(fc.oneof(approve.map(withoutHoles), fc.dictionary(hostile(50), inputText, { maxKeys: 20 }))),
    Outputs: maybe(
      fc.dictionary(hostile(50), fc.array(fc.oneof(inputText, hostile(2000)), { maxLength: 3 }), { maxKeys: 5 }),
    ),
    TimeoutSeconds: maybe(fc.oneof(fc.integer(), fc.constant(Number.NaN))),
    FailureMessage: maybe(fc.oneof(hostile(5000), fc.constant(`failed with ${SECRET}`))),
    ExecutionStartTime: date,
    ExecutionEndTime: date,
  })
  .map((value) => withoutHoles(value) as StepExecution);
const gate = fc.tuple(step, approve, fc.uuid()).map(([some, inputs, StepExecutionId]): StepExecution => {
  const Inputs = withoutHoles(inputs) as Record<string, string>;
  return { ...some, StepExecutionId, Action: "aws:approve", StepStatus: "Waiting", Inputs };
});
const answer: fc.Arbitrary<AutomationExecution> = fc
  .record({
    AutomationExecutionId: fc.uuid(),
    AutomationExecutionStatus: fc.constantFrom("Waiting", "InProgress", "Success", "Failed", "Brand-New"),
    DocumentName: maybe(hostile(300)),
    DocumentVersion: maybe(hostile(20)),
    ExecutedBy: maybe(hostile(2048)),
    FailureMessage: maybe(hostile(5000)),
    ExecutionStartTime: date,
    Parameters: maybe(lists.map((some) => ({ ...some, AdminPassword: [SECRET] }))),
    StepExecutions: fc.tuple(gate, fc.array(step, { maxLength: 30 })).map(([own, others]) => [own, ...others]),
  })
  .map((value) => withoutHoles(value) as AutomationExecution);

test("Slack accepts each message and view of an execution, and none shows its secrets, whatever AWS returns", () => {
  const numRuns = FULL_MATRIX ? 120 : 25;
  let rendered = 0;
  fc.assert(
    fc.property(answer, (given) => {
      const execution = decodeAtOnce(given, given.StepExecutions ?? []);
      const mask = makeMask(["*password*", "*token*"], execution);
      for (const change of reconcile(execution, [], { now: 0, maskText: mask.text })) {
        if (change.kind !== "open") continue;
        const facts = toRequestFacts(execution, change.step, change, mask, {});
        const { stepExecutionId } = change;
        const request = aRequest({ facts, executionId: execution.executionId, stepExecutionId });
        const route = aRoute();
        const shown = { request, votes: [], attempts: [], route, requester: UNKNOWN_REQUESTER };
        const message = requestMessage(shown);
        const seen = maskExecution(execution, makeMask(["*password*", "*token*"], execution));
        const view = detailsView({ ...shown, execution: seen });
        const people = new Set([...route.approvers.users, ...route.approvers.groups]);
        assert.deepEqual(findProblems(message, "message", people), []);
        assert.deepEqual(findProblems(view, "modal", people), []);
        // A secret that is the value of a hidden parameter must be hidden everywhere.
        if (given.Parameters !== undefined)
          for (const text of [visibleText(message), visibleText(view)])
            assert.ok(!text.includes(SECRET), `a secret is visible: ${text.slice(0, 200)}`);
        rendered += 1;
      }
    }),
    { numRuns },
  );
  assert.ok(rendered > 0.4 * numRuns, `only ${rendered} requests were rendered`);
});
