import assert from "node:assert/strict";
import { test } from "node:test";
import { lastEarlier } from "../../src/core/earlier-requests.ts";
import { reconcile } from "../../src/core/reconcile.ts";
import { detailsView } from "../../src/slack/messages/details-view.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { visibleText } from "../support/block-limits.ts";
import { anExecution, aRequest, aStep, NOW } from "../support/samples.ts";
import { closedBy, view, vote } from "./messages-examples.ts";

test("the header of a repeated gate says which time it is", () => {
  const { blocks } = requestMessage(view({ facts: { visit: 2 } }));
  assert.match(visibleText(blocks), /\(2nd time\)/);
});

test("a later gate links to the earlier gates and names who approved them", () => {
  const approved = view(closedBy({}, { decision: "approve" }), [vote()]);
  const messages = [{ channelId: "C0PROD", ts: "1700000000.000001" }];
  const earlier = { gates: [{ request: approved.request, votes: approved.votes, messages }], more: 0 };
  const workspaceUrl = "https://sandbox.slack.com/";
  const { blocks } = requestMessage({ ...view(), earlier }, { workspaceUrl });
  const text = JSON.stringify(blocks.find((block) => block.block_id === "earlier"));
  assert.match(text, /approved by <@U0JANE>/);
  assert.match(text, /<https:\/\/sandbox\.slack\.com\/archives\/C0PROD\/p1700000000000001\|/);
  assert.doesNotMatch(text, /earlier gate/);
  const details = detailsView({ ...view(), earlier, workspaceUrl, execution: null });
  const inDetails = details.blocks.find((block) => block.block_id === "earlier");
  assert.equal(JSON.stringify(inDetails), text, "Details shows the same");
});

test("a gate after five others names the last three, counts the first two, and says where they are shown", () => {
  const approved = view(closedBy({}, { decision: "approve" }), [vote()]);
  const gate = { request: approved.request, votes: approved.votes, messages: [] };
  const { blocks } = requestMessage({ ...view(), earlier: { gates: [gate, gate, gate], more: 2 } });
  const text = visibleText(blocks.find((block) => block.block_id === "earlier"));
  assert.equal(text.match(/Before: /g)?.length, 3);
  assert.match(text, /and 2 earlier gates: `\/approvals show 11111111-2222-3333-4444-555555555555`/);
});

test("of many gates, the last ones before a request are shown, and the others counted", () => {
  const at = (index: number) => aRequest({ id: `r-${index}`, openedAt: NOW + index });
  const all = [0, 1, 2, 3, 4, 5, 6].map(at);
  const { shown, more } = lastEarlier(all, at(5), 3);
  assert.deepEqual([shown.map(({ id }) => id), more], [["r-2", "r-3", "r-4"], 2]);
  assert.deepEqual(lastEarlier(all, at(0), 3), { shown: [], more: 0 });
});

test("a step that waits again in a loop opens as the next visit", () => {
  const before = aRequest({ state: "closed", outcome: { kind: "approved", where: "slack", by: [], detail: null } });
  const step = aStep({ stepExecutionId: "next", status: "Waiting", startedAt: NOW + 60_000 });
  const [opened] = reconcile(anExecution({ steps: [step] }), [before], { now: NOW });
  assert.equal(opened?.kind === "open" && opened.visit, 2);
});
