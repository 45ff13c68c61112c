import assert from "node:assert/strict";
import { test } from "node:test";
import { findApprovers, NOT_STORED, toRequesterFacts, toRequestFacts, toRouteSubject } from "../../src/core/facts.ts";
import { MASK, makeMask, WITHHELD } from "../../src/core/mask.ts";
import { aFacts, anExecution, aStep, NOW } from "../support/samples.ts";
import { role, session, sso } from "./principal-samples.ts";

const gate = { gate: 2, gates: 3 };
const open = makeMask([], { parameters: {} });
const TARGET = { name: "production", account: "111122223333", region: "us-east-1" };
const unread = { code: "AccessDeniedException", message: "denied", retry: false, since: NOW };
const plain = (name: string, ...values: string[]) => ({ name, values, masked: false, isDefault: null });

test("the facts of a first visit to a step of an execution without a parent are exactly those that AWS reported", () => {
  const execution = anExecution({ parameters: { Zone: ["a", "b"] }, documentVersion: "7" });
  const step = aStep({ inputs: { Message: "Go?", Approvers: [role, "jane"], MinRequiredApprovals: 2 } });
  const expected = aFacts({
    ...gate,
    message: "Go?",
    documentVersion: "7",
    awsApprovers: [role, "jane"],
    minRequiredApprovals: 2,
    parameters: [plain("Zone", "a", "b")],
  });
  assert.deepEqual(toRequestFacts(execution, step, gate, open, null), expected);
  assert.deepEqual(toRequestFacts(execution, step, { ...gate, visit: 1 }, open, null), expected);
  assert.deepEqual(toRequestFacts(execution, step, { ...gate, visit: 2 }, open, null), { ...expected, visit: 2 });
});

test("a pause has no approvers and needs one vote, whatever its inputs say", () => {
  const inputs = { Message: "Go?", Approvers: ["jane"], MinRequiredApprovals: 2 };
  const facts = toRequestFacts(anExecution(), aStep({ action: "aws:pause", inputs }), gate, open, null);
  assert.deepEqual(facts, aFacts({ ...gate, action: "aws:pause", message: "Go?", awsApprovers: [] }));
});

test("no hidden value hides the ARN of an approver, but a name with a hidden value is masked", () => {
  const mask = makeMask(["*password*"], { parameters: { Password: ["111122223333", "hunter2-and-more"] } });
  const step = aStep({ inputs: { Approvers: [role, "hunter2-and-more", { name: "hunter2-and-more" }, null] } });
  assert.deepEqual(toRequestFacts(anExecution(), step, gate, mask, null).awsApprovers, [
    role,
    MASK,
    `{"name":"${MASK}"}`,
    "null",
  ]);
  assert.deepEqual(findApprovers(step), [role, "hunter2-and-more", '{"name":"hunter2-and-more"}', "null"]);
  assert.deepEqual(findApprovers(aStep({ inputs: { Approvers: 111122223333 } })), ["111122223333"]);
});

test("a hidden parameter does not say whether it has the runbook's default", () => {
  const execution = anExecution({ parameters: { Password: ["hunter2-and-more"], Zone: ["a"] } });
  const mask = makeMask(["*password*"], execution);
  const defaults = { Password: ["hunter2-and-more"], Zone: ["a"] };
  assert.deepEqual(toRequestFacts(execution, aStep(), gate, mask, defaults).parameters, [
    { name: "Password", values: [MASK], masked: true, isDefault: null },
    { name: "Zone", values: ["a"], masked: false, isDefault: true },
  ]);
});

test("several values that are all withheld are one remark; a visible value beside them keeps its place", () => {
  const mask = { ...open, text: (text: string) => (text === "a" ? "a" : WITHHELD) };
  const values = (...given: string[]) =>
    toRequestFacts(anExecution({ parameters: { Zone: given } }), aStep(), gate, mask, null).parameters[0]?.values;
  assert.deepEqual(values("x", "y"), [WITHHELD]);
  assert.deepEqual(values("x", "a"), [WITHHELD, "a"]);
  assert.deepEqual(values("x"), [WITHHELD]);
  assert.deepEqual(values(), []);
});

test("values up to 100,000 characters in all are stored, each counted with its separator; beyond that, the longest are not", () => {
  const stored = (parameters: Record<string, string[]>) =>
    toRequestFacts(anExecution({ parameters }), aStep(), gate, open, null).parameters.map(({ values }) => values);
  const x = (length: number) => "x".repeat(length);
  assert.deepEqual(stored({ A: [x(99_999)] }), [[x(99_999)]]);
  assert.equal(NOT_STORED, "(not shown: too long to store, see the AWS console)");
  assert.deepEqual(stored({ A: [x(100_000)] }), [[NOT_STORED]]);
  assert.deepEqual(stored({ A: [x(49_999), x(49_999)] }), [[x(49_999), x(49_999)]]);
  assert.deepEqual(stored({ A: [x(49_999), x(50_000)] }), [[NOT_STORED]]);
  assert.deepEqual(stored({ A: [x(60_000)], B: [x(50_000)], C: ["c"] }), [[NOT_STORED], [x(50_000)], ["c"]]);
});

test("the facts name each parent with its masked parameters, and the error that hides the next one", () => {
  const mask = makeMask(["*password*"], { parameters: { Password: ["hunter2-and-more"] } });
  const parent = (executionId: string, executedBy: string | null) =>
    anExecution({
      executionId,
      executedBy,
      documentName: `Runbook-${executionId}`,
      parameters: { Password: ["hunter2-and-more"], Note: ["hunter2-and-more"] },
    });
  const found = (executions = [parent("near", session), parent("first", null)], error: typeof unread | null = null) => {
    const { parents, parentsUnread } = toRequestFacts(
      anExecution({ parents: { executions, unread: error } }),
      aStep(),
      gate,
      mask,
      null,
    );
    return { parents, parentsUnread };
  };
  const parameters = [{ ...plain("Password", MASK), masked: true }, plain("Note", MASK)];
  assert.deepEqual(found(), {
    parents: [
      { executionId: "near", documentName: "Runbook-near", executedBy: session, parameters },
      { executionId: "first", documentName: "Runbook-first", executedBy: null, parameters },
    ],
    parentsUnread: undefined,
  });
  assert.deepEqual(found([], unread), { parents: [], parentsUnread: "AccessDeniedException" });
});

test("who started an execution is known with its parents, as far as they were read", () => {
  const executions = [anExecution({ executedBy: session })];
  assert.deepEqual(toRequesterFacts(role, undefined), { executedBy: role });
  assert.deepEqual(toRequesterFacts(role, { executions, unread: null }), { executedBy: role, parents: executions });
  assert.deepEqual(toRequesterFacts(null, { executions: [], unread }), {
    executedBy: null,
    parents: [],
    parentsUnread: "AccessDeniedException",
  });
});

test("routes are matched against the target, the step, its principal and the parameters as they are", () => {
  const parameters = { Password: ["hunter2-and-more"] };
  const subject = {
    document: "Prod-DB-Restart",
    target: "production",
    account: "111122223333",
    region: "us-east-1",
    step: "approve",
    startedBy: sso("rosa@example.com"),
    parameters,
    defaults: null,
    tags: null,
  };
  const execution = anExecution({ parameters, executedBy: sso("rosa@example.com") });
  assert.deepEqual(toRouteSubject(TARGET, execution, aStep(), null), subject);
  assert.deepEqual(
    toRouteSubject(
      TARGET,
      { ...execution, executedBy: null },
      aStep({ action: "aws:pause" }),
      { Size: ["s"] },
      { Team: "dba" },
    ),
    { ...subject, startedBy: "", action: "aws:pause", defaults: { Size: ["s"] }, tags: { Team: "dba" } },
  );
});

const NUMBERS: [input: unknown, expected: number][] = [
  [1, 1],
  [2, 2],
  ["2", 2],
  [-2, 1],
  ["-2", 1],
  ["", 1],
  [true, 1],
  [[2], 1],
  [null, 1],
  [Number.POSITIVE_INFINITY, 1],
];

test("the number of approvals that AWS waits for is a whole number from 1", () => {
  for (const [input, expected] of NUMBERS) {
    const step = aStep({ inputs: { MinRequiredApprovals: input } });
    assert.equal(toRequestFacts(anExecution(), step, gate, open, null).minRequiredApprovals, expected, String(input));
  }
});
