import assert from "node:assert/strict";
import { test } from "node:test";
import { gateLabel } from "../../src/core/describe-step.ts";
import { reconcile } from "../../src/core/reconcile.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { visibleText } from "../support/block-limits.ts";
import { anExecution, aRequest, aStep, NOW } from "../support/samples.ts";
import { closedBy, view, vote } from "./messages-examples.ts";

const LABELS: [label: string | null, ...Parameters<typeof gateLabel>][] = [
  [null, { gate: 1, gates: 1 }],
  ["gate 2 of 3", { gate: 2, gates: 3 }],
  ["2nd time", { gate: 1, gates: 1, visit: 2 }],
  ["gate 1 of 2, 3rd time", { gate: 1, gates: 2, visit: 3 }],
  ["11th time", { gate: 1, gates: 1, visit: 11 }],
  ["22nd time", { gate: 1, gates: 1, visit: 22 }],
];
for (const [label, facts] of LABELS)
  test(`a gate is labeled ${label}`, () => {
    assert.equal(gateLabel(facts), label);
  });

test("the header of a repeated gate says which time it is", () => {
  const { blocks } = requestMessage(view({ facts: { visit: 2 } }));
  assert.match(visibleText(blocks), /\(2nd time\)/);
});

test("a later gate links to the earlier gates and names who approved them", () => {
  const approved = view(closedBy({}, { decision: "approve" }), [vote()]);
  const messages = [{ channelId: "C0PROD", ts: "1700000000.000001" }];
  const earlier = [{ request: approved.request, votes: approved.votes, messages }];
  const { blocks } = requestMessage({ ...view(), earlier }, { workspaceUrl: "https://sandbox.slack.com/" });
  const text = JSON.stringify(blocks.find((block) => block.block_id === "earlier"));
  assert.match(text, /approved by <@U0JANE>/);
  assert.match(text, /<https:\/\/sandbox\.slack\.com\/archives\/C0PROD\/p1700000000000001\|/);
});

test("a step that waits again in a loop opens as the next visit", () => {
  const before = aRequest({ state: "closed", outcome: { kind: "approved", where: "slack", by: [], detail: null } });
  const step = aStep({ stepExecutionId: "next", status: "Waiting", startedAt: NOW + 60_000 });
  const [opened] = reconcile(anExecution({ steps: [step] }), [before], { now: NOW });
  assert.equal(opened?.kind === "open" && opened.visit, 2);
});
