import assert from "node:assert/strict";
import { test } from "node:test";
import type { KnownBlock } from "@slack/types";
import type { Route } from "../../src/core/policy.ts";
import { type Requester, UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { confirmation } from "../../src/slack/messages/confirmation.ts";
import { detailsPages, detailsView, sentenceView } from "../../src/slack/messages/details-view.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { verdictForm } from "../../src/slack/messages/verdict-form.ts";
import { visibleText } from "../support/block-limits.ts";
import { ASKED, closedBy, execution, MINUTE, ROUTE, request, step, view } from "./messages-examples.ts";

test("details show each step with status, times, inputs, outputs and failure", () => {
  const steps = [
    step({
      stepExecutionId: "s-0",
      name: "Drain",
      action: "aws:runCommand",
      status: "Failed",
      endedAt: ASKED + MINUTE,
      inputs: { DocumentName: "AWS-RunShellScript", Targets: [{ Key: "tag" }] },
      outputs: { Code: ["7"] },
      failureMessage: "exit 7",
      failureDetails: { Stage: ["Invocation"], Type: ["Timeout", "Poll"] },
    }),
    step(),
  ];
  const details = detailsView({ ...view(), execution: execution(steps) });
  const text = visibleText(details.blocks);
  for (const part of ["1. Drain", "aws:runCommand · Failed", "2. ApproveFailover", "this request"])
    assert.ok(text.includes(part), `${part} in ${text}`);
  assert.ok(text.includes('Inputs DocumentName: AWS-RunShellScript\nTargets: [{"Key":"tag"}]'));
  assert.ok(text.includes("Outputs Code: 7 Failure exit 7"));
  assert.ok(text.includes('Failure details Stage: Invocation\nType: ["Timeout","Poll"]'), text);
});

test("of an input of megabytes, only the beginning is read, and details say that it is longer", () => {
  let read = 0;
  const member = { toJSON: () => `${++read}-`.padEnd(500, "x") };
  const lists = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`Name${index}`, Array(50).fill(member)]));
  const seen = execution([
    step({ inputs: lists }),
    step({ inputs: { Deep: { lists: [lists, "y".repeat(2_000_000)] } } }),
  ]);
  const text = visibleText(detailsPages({ ...view(), execution: seen }));
  assert.match(text, /Inputs\s+Name0:\s+\["1-xxx/);
  assert.match(text, /\{"lists":\[\{"Name0":\["\d+-xxx/);
  assert.equal(text.match(/\[cut: more than 120,000 characters in all\]/g)?.length, 2);
  // Five lists of 50 members have 120,000 characters.
  assert.equal(read, 2 * 5 * 50);
});

test("an input of exactly the length that is read is no beginning", () => {
  for (const [length, note] of [
    [120_000, "[cut: 120,000 characters in all]"],
    [120_001, "[cut: more than 120,000 characters in all]"],
  ] as const) {
    for (const value of ["v".repeat(length - 3), ["v", "v".repeat(length - 11)]]) {
      const seen = execution([step({ inputs: { a: value } })]);
      assert.ok(visibleText(detailsPages({ ...view(), execution: seen })).includes(note), `${length} ${typeof value}`);
    }
  }
});

test("details that do not fit keep the gate and failed steps, and count the missing ones", () => {
  const inputs = { Script: "y".repeat(10_000) };
  const steps = Array.from({ length: 1000 }, (_, i) =>
    step({ stepExecutionId: `s-${i + 100}`, name: `Step${i}`, action: "aws:sleep", status: "Success", inputs }),
  );
  steps.push(step({ stepExecutionId: "s-9", name: "Broken", status: "Failed", failureMessage: "no" }), step());
  const text = visibleText(detailsPages({ ...view(), execution: execution(steps) }));
  assert.ok(text.includes("1001. Broken") && text.includes("1002. ApproveFailover"));
  assert.match(text, /\d+ of 1002 steps shown\. The AWS console shows all of them\./);
});

test("details show long values of the run in full; the message and the dialog leave out their middle", () => {
  const value = `arn:aws:rds:us-east-1:111122223333:${"db-".repeat(140)}:orders-primary`;
  const of = view({ facts: { loops: [{ name: "perDb", iteration: 2, value }] } });
  const details = visibleText(detailsPages({ ...of, execution: null }));
  assert.ok(details.includes(`Iteration 2 of the loop perDb ${value}`), details);
  for (const blocks of [requestMessage(of).blocks, confirmation(of, "approve")])
    assert.match(JSON.stringify(blocks), /iteration 2 of the loop perDb: `?arn:aws[^"]*…[^"]*orders-primary/);
  const rateControl = { parameter: "InstanceId", target: value };
  const controlled = detailsPages({ ...view({ facts: { rateControl } }), execution: null });
  assert.ok(visibleText(controlled).includes(`InstanceId of the rate-controlled run ${value}`));
  const short = view({ facts: { loops: [{ name: "perDb", iteration: 2, value: "v".repeat(78) }] } });
  assert.doesNotMatch(JSON.stringify(detailsPages({ ...short, execution: null })), /Iteration 2/, "said once");
});

test("details show a value of the run in full that a line cuts because its characters are escaped", () => {
  const value = "https://ci.example.com/run?job=1&stage=prod&host=orders&mode=failover&dry=no";
  const of = view({ facts: { loops: [{ name: "perUrl", iteration: 2, value }] } });
  assert.match(JSON.stringify(requestMessage(of).blocks), /iteration 2 of the loop perUrl: `https[^"]*…/);
  const details = visibleText(detailsPages({ ...of, execution: null }));
  assert.ok(details.includes(`Iteration 2 of the loop perUrl ${value}`), details);
});

test("details say that AWS could not be read, and show the stored facts", () => {
  const details = detailsView({
    ...view(),
    execution: null,
    unread: { kind: "failed", code: "Throttling", message: "no", retry: true },
  });
  assert.match(
    visibleText(details.blocks),
    /Countersign could not read this execution in AWS\*: `Throttling: no`\..*Try again in a minute\..*Runbook/s,
  );
});

test("details start with the part that the message does not show, and end with the part that it shows", () => {
  const facts = { parameters: [{ name: "Size", values: ["9"], masked: false, isDefault: true }] };
  const details = { ...view({ facts }), execution: execution([step()]) };
  const ids = (blocks: readonly { block_id?: string }[]) => blocks.flatMap(({ block_id = "step" }) => block_id);
  assert.deepEqual(ids(detailsView(details).blocks), [
    "parameters",
    "rules",
    "execution",
    "step",
    "words",
    "facts",
    "state",
    "ids",
  ]);
  const leadsTo = { metadata: "signed", verdicts: true, breakGlass: false };
  assert.deepEqual(
    ids(detailsView({ ...details, leadsTo }).blocks),
    ["words", "facts", "state", "parameters", "decide", "rules", "execution", "step", "ids"],
    "opened from a digest, the request may have no message yet",
  );
});

test("details explain the self-approval rule in full", () => {
  const of = (more: Partial<Requester>, changes: Partial<Route>) => {
    const requester = { ...UNKNOWN_REQUESTER, ...more };
    return visibleText(detailsView({ ...view({}, [], { ...ROUTE, ...changes }), requester, execution: null }).blocks);
  };
  const strict = { selfApproval: false, whenRequesterUnknown: "deny" } as const;
  const lax = { selfApproval: false, whenRequesterUnknown: "allow" } as const;
  assert.match(of({ userIds: ["U0JOE"] }, lax), /<@U0JOE> started it and may not approve it\./);
  assert.match(
    of({ email: "rosa@example.com", pending: true }, strict),
    /No approval counts until Slack returns the owner .* `whenRequesterUnknown: deny` applies/,
  );
  for (const state of ["decided", "closed"] as const) {
    const requester = { ...UNKNOWN_REQUESTER, email: "rosa@example.com", pending: true };
    const ended = { ...view({ state }, [], { ...ROUTE, ...strict }), requester, execution: null };
    const text = visibleText(detailsView(ended).blocks);
    assert.match(text, /Slack did not return the owner of this address while the request was open\./, state);
    assert.doesNotMatch(text, /counts until|still counts/, state);
  }
  const role = { executedBy: "arn:aws:sts::111122223333:assumed-role/Deployer/run-7" };
  assert.match(
    of(role, lax),
    /\*Self-approval:\* Approvals count, because the requester is a role.*`U\.\.\.: \["arn:aws:iam::111122223333:role\/Deployer"\]`/,
  );
  assert.match(of(role, strict), /\*Self-approval:\* \*No approval counts\*, because .*A rejection still counts\./);
  assert.match(of(role, { selfApproval: true }), /The requester may approve/);
});

test("a long sentence ends between two words, so that no mention is cut in two", () => {
  const view = sentenceView("Approve", `Only ${"<@U0JANE>, ".repeat(400)}may decide this.`);
  assert.match(visibleText(view.blocks), /<@U0JANE>,…$/);
});

test("the form names the request, and has the inputs that the route requires", () => {
  const form = {
    request: request(),
    route: ROUTE,
    verdict: "reject" as const,
    authority: "approver" as const,
    metadata: "{}",
  };
  const view = verdictForm({ ...form, asks: { reason: true, typed: false } });
  assert.deepEqual([view.callback_id, view.submit?.text, view.title.text], ["verdict", "Reject", "Reject this step"]);
  const [what] = view.blocks as KnownBlock[];
  const input = (view.blocks as KnownBlock[]).find((block) => block.type === "input");
  assert.match(
    visibleText(what),
    /^Reject `Prod-DB-Failover`, step `ApproveFailover`, in production \(1111-2222-3333, us-east-1\)\.$/,
  );
  assert.ok(input?.type === "input" && input.block_id === "reason" && input.optional !== true);
  assert.ok(input.element.type === "plain_text_input" && input.element.action_id === "reason");
  const inputs = (asks: { reason: boolean; typed: boolean }) =>
    verdictForm({ ...form, asks }).blocks.flatMap((block) => (block.type === "input" ? [block.block_id] : []));
  assert.deepEqual(inputs({ reason: true, typed: true }), ["reason", "typed"]);
  assert.deepEqual(inputs({ reason: false, typed: true }), ["typed"]);
  const { blocks } = verdictForm({ ...form, asks: { reason: false, typed: false } });
  const offered = (blocks as KnownBlock[]).find((block) => block.type === "input");
  assert.ok(
    offered?.type === "input" && "optional" in offered && offered.block_id === "reason" && offered.optional === true,
  );
});

test("the break-glass form explains its consequences", () => {
  const common = { request: request(), route: ROUTE, metadata: "{}" };
  const form = { ...common, verdict: "approve" as const, asks: { reason: true, typed: true } };
  const text = visibleText(verdictForm({ ...form, authority: "break-glass" }).blocks);
  const end =
    "Countersign announces the decision in the channel and to every admin. The audit record and the comment in AWS mark the decision as break-glass.";
  assert.ok(text.includes(`*You decide alone.* The quorum and the self-approval rule do not apply. ${end}`), text);
  const pause = { ...request(), facts: { ...request().facts, action: "aws:pause" as const } };
  const stop = visibleText(verdictForm({ ...form, request: pause, authority: "break-glass" }).blocks);
  assert.match(stop, /The audit record marks the decision as break-glass\./, "no signal of a pause carries a comment");
});

test("Details offers break-glass only if it is given the actions for it", () => {
  const details = { ...view(), execution: null };
  assert.doesNotMatch(JSON.stringify(detailsView(details)), /break-glass/);
  const shown = detailsView({ ...details, leadsTo: { metadata: "signed", verdicts: false, breakGlass: true } });
  assert.match(JSON.stringify(shown), /break-glass-approve.*break-glass-reject/);
  assert.doesNotMatch(JSON.stringify(shown), /open-approve/);
  assert.equal(shown.private_metadata, "signed");
});

test("Details name the step at which an execution waits, and leave out AWS's echo of our rejection", () => {
  const text = (details: Parameters<typeof detailsView>[0]) => visibleText(detailsView(details).blocks);
  const next = step({ stepExecutionId: "s-2", name: "SecondGate", status: "Waiting" });
  const running = { ...execution([next]), status: "InProgress", endedAt: null };
  assert.match(text({ ...view(), execution: running }), /The execution\* is waiting at step `SecondGate`\./);
  const failed = { ...execution([]), status: "Failed", endedAt: ASKED, failureMessage: "Step was rejected" };
  assert.match(text({ ...view(), execution: failed }), /AWS says: `Step was rejected`/);
  const rejected = view(closedBy({ kind: "rejected" }, { decision: "reject" }));
  assert.doesNotMatch(text({ ...rejected, execution: failed }), /AWS says/);
  const failedStep = { name: "rollBack", status: "Failed", message: null, details: [] };
  const later = view(closedBy({ kind: "rejected" }, { decision: "reject", failedStep }));
  assert.match(text({ ...later, execution: failed }), /AWS says: `Step was rejected`/);
});
