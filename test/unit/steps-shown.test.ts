import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedStep } from "../../src/core/execution.ts";
import { executionBlocks } from "../../src/slack/messages/execution-blocks.ts";
import { showBlocks } from "../../src/slack/messages/inspect-blocks.ts";
import { findProblems, visibleText } from "../support/block-limits.ts";
import { TARGET } from "../support/fakes.ts";
import { aRequest } from "../support/samples.ts";
import { ASKED, execution, MINUTE, step, view, vote } from "./messages-examples.ts";

const OPTIONS = { workspaceUrl: "https://acme.slack.com/" };

const SPECIAL: Record<number, Partial<ObservedStep>> = {
  4: { name: "FirstGate", action: "aws:approve", status: "Success" },
  35: { name: "Broken", status: "Failed", failureMessage: "exit 7" },
  40: { name: "Current", status: "InProgress", endedAt: null },
  44: { name: "OwnGate", action: "aws:approve", status: "Waiting", endedAt: null },
  58: { name: "LastGate", action: "aws:approve", status: "Pending", startedAt: null, endedAt: null },
  59: { name: "LastPause", action: "aws:pause", status: "Pending", startedAt: null, endedAt: null },
};

/** A runbook of 60 steps, with its gates, a failed and a current step after many others. */
const LONG = Array.from({ length: 60 }, (_, index) =>
  step({
    ...{ stepExecutionId: `s-${index}`, name: `Step${index}`, action: "aws:runCommand", status: "Success" },
    ...{ startedAt: ASKED, endedAt: ASKED + MINUTE, inputs: {}, outputs: {} },
    ...SPECIAL[index],
  }),
);

function shown(steps: readonly ObservedStep[], changes: Parameters<typeof view>[0] = {}) {
  const of = view({ stepExecutionId: "s-44", ...changes });
  return { ...of, messages: [], history: [], problems: [], execution: execution([...steps]) };
}

test("show lists every gate, failed step and current step, counts the others, and says where they are", () => {
  for (const [surface, { text, blocks }] of Object.entries({
    request: showBlocks([shown(LONG)], OPTIONS),
    "without a request": executionBlocks(TARGET, execution(LONG)),
  })) {
    assert.deepEqual(findProblems({ text, blocks }, "message", new Set(["U0JANE", "S0DBA", "C0PROD"])), [], surface);
    const visible = visibleText(blocks);
    for (const { name = "" } of Object.values(SPECIAL)) {
      const position = LONG.findIndex((each) => each.name === name) + 1;
      assert.ok(visible.includes(`${position}. \`${name}\` `), `${surface}: ${name} in ${visible}`);
    }
    const listed = [...visible.matchAll(/^\d+\. `/gm)].length;
    const counts = /\*Steps\*: (\d+) of 60\. <https:[^|]*\|Open in the AWS console> to see the other (\d+)\./.exec(
      visible,
    );
    assert.ok(counts !== null, visible);
    assert.deepEqual(counts.slice(1).map(Number), [listed, 60 - listed], surface);
  }
});

test("if not even all gates fit, the list counts those that it leaves out", () => {
  const gates = LONG.map((each) => ({ ...each, action: "aws:approve", name: `Gate${"x".repeat(50)}` }));
  const reply = showBlocks([shown(gates)], OPTIONS);
  assert.deepEqual(findProblems(reply, "message", new Set(["U0JANE", "S0DBA", "C0PROD"])), []);
  const [, count = "", left = "", among] =
    /\*Steps\*: (\d+) of 60\. .* to see the other (\d+), among them (\d+) gates\./.exec(visibleText(reply.blocks)) ??
    [];
  assert.equal(Number(count) + Number(left), 60);
  assert.equal(among, left);
});

/** Requests of the first `count` gates of one execution, whose only other step has an input. */
function ofOneExecution(count: number, values: string) {
  const gates = Array.from({ length: count }, (_, index) =>
    step({ stepExecutionId: `g-${index}`, name: `Gate${index}` }),
  );
  const run = step({
    ...{ stepExecutionId: "run", name: "Run", action: "aws:runCommand", status: "Success" },
    ...{ inputs: { Script: values }, outputs: { Plan: ["3 to add"] } },
  });
  return gates.map(({ stepExecutionId }, index) =>
    shown([...gates, run], {
      stepExecutionId: stepExecutionId ?? "",
      id: `${index}0000000-1111-4222-8333-444444444444`,
    }),
  );
}

test("show lists the steps of an execution with several requests once, with their inputs and outputs", () => {
  const visible = visibleText(showBlocks(ofOneExecution(2, "drop table orders"), OPTIONS).blocks);
  assert.equal(visible.split("*Steps*").length, 2);
  assert.match(visible, /1\. `Gate0` .*\(request 00000000\).*2\. `Gate1` .*\(request 10000000\)/s);
  assert.match(visible, /Inputs Script: drop table orders/);
  assert.match(visible, /Outputs Plan: 3 to add/);
});

test("where inputs and outputs of steps have no room, show counts them, and says where they are", () => {
  const votes = [vote({ reason: "x".repeat(300) })];
  const requests = ofOneExecution(4, "y".repeat(5_000)).map((each) => ({ ...each, votes }));
  const steps = requests[0]?.execution.steps ?? [];
  const others = LONG.map((each) => ({ ...each, inputs: { Script: "z".repeat(500) } }));
  const many = requests.map((each) => ({ ...each, execution: execution([...steps, ...others]) }));
  const reply = showBlocks(many, OPTIONS);
  assert.deepEqual(findProblems(reply, "message", new Set(["U0JANE", "S0DBA", "C0PROD"])), []);
  assert.match(
    visibleText(reply.blocks),
    /Inputs and outputs: \d+ of \d+ steps shown\. For more, use the ID of one request\./,
  );
});

test("a shown request names the parts that have no room", () => {
  const parameters = Array.from({ length: 8 }, (_, index) => ({
    ...{ name: `Name${index}`, values: ["v".repeat(90)], masked: false, isDefault: false },
  }));
  const votes = ["U0JANE", "U0JOE"].map((userId) => vote({ userId, reason: "x".repeat(280) }));
  const requests = Array.from({ length: 4 }, (_, index) => ({
    ...shown(LONG, { id: aRequest().id.replace(/^./, String(index)), facts: { parameters } }),
    votes,
  }));
  const reply = showBlocks(requests, OPTIONS);
  assert.deepEqual(findProblems(reply, "message", new Set(["U0JANE", "U0JOE", "S0DBA", "C0PROD"])), []);
  const visible = visibleText(reply.blocks);
  assert.equal(visible.split("Parameters Name0").length, 5);
  assert.doesNotMatch(visible, /xxxx/);
  assert.equal(
    visible.split("Not shown, for lack of room: reasons. For more, use the ID of one request.").length,
    5,
    visible,
  );
});
