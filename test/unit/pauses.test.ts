import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../src/app/admin/policy-explain.ts";
import { outcomeText } from "../../src/core/action-terms.ts";
import { denialSentence } from "../../src/core/denial.ts";
import type { ObservedStep } from "../../src/core/execution.ts";
import { findWaitingWithoutId } from "../../src/core/execution.ts";
import { toRequestFacts, toRouteSubject } from "../../src/core/facts.ts";
import { makeMask } from "../../src/core/mask.ts";
import type { RouteMatch } from "../../src/core/policy.ts";
import { policyWarnings } from "../../src/core/policy-warnings.ts";
import { reconcile } from "../../src/core/reconcile.ts";
import type { ApprovalRequest, DecidedRequest, Outcome } from "../../src/core/request.ts";
import { selectRoute } from "../../src/core/select-route.ts";
import { nextSignalMove } from "../../src/core/signal.ts";
import { toSignalOrder } from "../../src/core/signal-order.ts";
import { BOT } from "../../src/core/signers.ts";
import { unreachableRoutes } from "../../src/core/unreachable.ts";
import { TARGET } from "../support/fakes.ts";
import { aFacts, anAttempt, anExecution, aRequest, aRoute, aStep, aVote, decidedAs, NOW } from "../support/samples.ts";
import {
  before,
  breaksGlass,
  counts,
  decides,
  denied,
  jane,
  janeStarted,
  omar,
  quorum,
  type Row,
  rejects,
  stranger,
  strict,
  testRows,
  withdraws,
} from "./vote-rows.ts";

const PAUSE = "aws:pause" as const;
const aPause = (more: Partial<ObservedStep> = {}) => aStep({ name: "hold", action: PAUSE, inputs: {}, ...more });
const facts = aFacts({ action: PAUSE, canStop: true, stepName: "hold", awsApprovers: [] });
const aPauseRequest = (more: Partial<ApprovalRequest> = {}) => aRequest({ facts, ...more });
const open = (steps: ObservedStep[], withPauses = true, known: ApprovalRequest[] = []) =>
  reconcile(anExecution({ steps }), known, { now: NOW, withPauses }).flatMap((change) =>
    change.kind === "open" ? [`${change.step.name} ${change.gate} of ${change.gates}`] : [],
  );

test("a waiting pause opens a request only where a route covers pauses, and is counted apart from the gates", () => {
  const steps = [aPause(), aStep({ stepExecutionId: "gate", name: "ask", status: "Pending" })];
  assert.deepEqual(open(steps), ["hold 1 of 1"]);
  assert.deepEqual(open(steps, false), []);
  assert.deepEqual(open(steps, true, [aPauseRequest()]), [], "it has its request");
  assert.deepEqual(open([aPause({ status: "InProgress" }), aPause({ stepExecutionId: null })]), []);
  assert.deepEqual(open([aPause(), aPause({ name: "again", stepExecutionId: "b" })]), ["hold 1 of 2", "again 2 of 2"]);
});

test("neither an execution in Mode Interactive nor a change request that waits for its approval opens a request", () => {
  const steps = [aPause(), aStep({ stepExecutionId: "gate" }), aStep({ name: "without-id", stepExecutionId: null })];
  for (const ignored of [{ isInteractive: true as const }, { status: "PendingApproval" }]) {
    const observed = anExecution({ steps, ...ignored });
    assert.deepEqual(reconcile(observed, [], { now: NOW, withPauses: true }), []);
    assert.deepEqual(findWaitingWithoutId(observed), [], "no admin is asked to decide it either");
  }
  assert.equal(findWaitingWithoutId(anExecution({ steps })).length, 1);
});

test("the facts of a pause name its action, and no approvers of AWS", () => {
  const step = aPause({ inputs: { Message: "Check the page.", Approvers: ["x"], MinRequiredApprovals: 3 } });
  const found = toRequestFacts(anExecution(), step, { gate: 1, gates: 1 }, makeMask([], { parameters: {} }), null);
  const { action, message, awsApprovers, minRequiredApprovals } = found;
  assert.deepEqual([action, message, awsApprovers, minRequiredApprovals], [PAUSE, "Check the page.", [], 1]);
  const approval = toRequestFacts(
    anExecution(),
    aStep(),
    { gate: 1, gates: 1 },
    makeMask([], { parameters: {} }),
    null,
  );
  assert.equal("action" in approval, false);
});

const routes = (...matches: RouteMatch[]) => matches.map((match, index) => aRoute({ name: `r${index}`, match }));

test("a route for pauses and a route for approvals never match each other's steps", () => {
  const subject = (step: ObservedStep) => toRouteSubject(TARGET, anExecution(), step, {});
  const both = routes({}, { action: PAUSE });
  const select = (list: typeof both, step: ObservedStep) => {
    const selection = selectRoute(list, subject(step));
    return selection.kind === "route" ? selection.route.name : selection.uncovered.reason;
  };
  assert.deepEqual([select(both, aStep()), select(both, aPause())], ["r0", "r1"]);
  assert.equal(select(routes({ document: "*" }), aPause()), "no-match");
  assert.equal(select(routes({ action: PAUSE }), aStep()), "no-match");
  // A doubt about a route for approvals does not make a pause uncertain.
  assert.equal(select(routes({ parameters: { Env: ["prod"] } }, { action: PAUSE }), aPause()), "r1");
  assert.deepEqual(unreachableRoutes(both), []);
  assert.equal(unreachableRoutes(routes({ action: PAUSE }, { action: PAUSE, step: "hold" })).length, 1);
  assert.deepEqual(policyWarnings(routes({ parameters: { Env: ["prod"] } }, { action: PAUSE })), []);
  assert.deepEqual(
    policyWarnings([
      aRoute({ match: { action: PAUSE, parameters: { Env: ["prod"] } }, quorum: 2 }),
      aRoute({ name: "lax", match: { action: PAUSE } }),
    ]).length,
    1,
  );
});

test("policy explain says that the action does not fit, and that a pause without a route is ignored", () => {
  const subject = toRouteSubject(TARGET, anExecution(), aPause(), {});
  const { route, lines } = explain({ routes: routes({}), identities: {} }, subject);
  assert.equal(route, null);
  assert.deepEqual(lines, [
    'Route "r0" does not match: action is "aws:pause", not "aws:approve".',
    "No route matches. This pause is ignored.",
  ]);
  const covered = explain({ routes: routes({ action: PAUSE }), identities: {} }, subject).lines.join("\n");
  assert.match(covered, /1 vote to resume is needed; one vote to stop stops\./);
  assert.doesNotMatch(covered.replace("Self-approval", ""), /approval|approve[^r]/);
});

type Ending = { kind: Outcome["kind"]; where: Outcome["where"] } | "stays";

const ENDINGS: [claim: string, step: Partial<ObservedStep>, request: Partial<ApprovalRequest>, Ending, string?][] = [
  ["still paused", {}, {}, "stays"],
  ["still paused after our Resume", {}, decidedAs("approve", "accepted"), "stays"],
  ["still paused while its execution is canceled", {}, decidedAs("reject", "accepted"), "stays", "Cancelling"],
  ["resumed elsewhere", { status: "Success" }, {}, { kind: "approved", where: "aws" }],
  [
    "resumed by our signal",
    { status: "Success" },
    decidedAs("approve", "accepted"),
    { kind: "approved", where: "slack" },
  ],
  [
    "resumed after our Resume, whose reply was lost",
    { status: "Success" },
    decidedAs("approve", "ambiguous"),
    { kind: "approved", where: "slack" },
  ],
  [
    "resumed elsewhere although we stopped it",
    { status: "Success" },
    decidedAs("reject", "accepted"),
    { kind: "approved", where: "aws" },
  ],
  [
    "stopped by us",
    { status: "Cancelled" },
    decidedAs("reject", "accepted"),
    { kind: "cancelled", where: "slack" },
    "Cancelled",
  ],
  [
    "stopped by us, its status still waiting",
    {},
    decidedAs("reject", "ambiguous"),
    { kind: "cancelled", where: "slack" },
    "Cancelled",
  ],
  ["stopped elsewhere", { status: "Cancelled" }, {}, { kind: "cancelled", where: "aws" }, "Cancelled"],
  [
    "stopped elsewhere although we resumed it",
    { status: "Cancelled" },
    decidedAs("approve", "due"),
    { kind: "cancelled", where: "aws" },
    "Cancelled",
  ],
  ["timed out", { status: "TimedOut" }, {}, { kind: "timed-out", where: "aws" }],
  ["failed", { status: "Failed" }, {}, { kind: "failed", where: "aws" }],
];

for (const [claim, step, request, expected, status = "Waiting"] of ENDINGS)
  test(`a pause that is ${claim} ${expected === "stays" ? "stays open" : `ends as ${expected.kind} in ${expected.where}`}`, () => {
    const known = aPauseRequest({ verification: "due", ...request });
    const { signal } = known;
    const sent = signal === "accepted" || signal === "ambiguous" ? [anAttempt({ state: signal })] : [];
    const changes = reconcile(anExecution({ status, steps: [aPause(step)] }), [known], {
      now: NOW + 1,
      attempts: sent,
      withPauses: true,
    });
    const [close] = changes.filter((change) => change.kind === "close");
    const outcome = close === undefined ? "stays" : { kind: close.outcome.kind, where: close.outcome.where };
    assert.deepEqual(outcome, expected);
  });

test("AWS does not show who resumed a pause, so its signal stays unverified; a stop without effect is reported", () => {
  const verify = (decision: "approve" | "reject", step: Partial<ObservedStep>, now: number) =>
    reconcile(
      anExecution({ steps: [aPause(step)] }),
      [
        aPauseRequest({
          ...decidedAs(decision, "accepted"),
          state: step.status ? "closed" : "decided",
          verification: "due",
        }),
      ],
      { now, attempts: [anAttempt({ state: "accepted" })] },
    ).flatMap((change) => (change.kind === "verified" ? [change.verified.result] : []));
  assert.deepEqual(verify("approve", { status: "Success" }, NOW + 1), ["not-visible"]);
  assert.deepEqual(verify("approve", {}, NOW + 1), []);
  assert.deepEqual(verify("reject", {}, NOW + 60_000), ["no-effect"]);
});

test("a Resume is never blamed for the approval of a gate after the pause", () => {
  const own = "arn:aws:iam::111122223333:role/CountersignBot";
  const ApproverDecisions = [`{"approver":"${own}","decision":"Approve"}`];
  const gate = aStep({
    stepExecutionId: "gate",
    startedAt: NOW,
    status: "Success",
    endedAt: NOW + 5,
    outputs: { ApproverDecisions },
  });
  const known = [
    aPauseRequest({ ...decidedAs("approve", "accepted"), state: "closed", verification: "due" }),
    aRequest({ id: "next", stepExecutionId: "gate", facts: aFacts({ waitingSince: NOW }) }),
  ];
  const attempts = [anAttempt({ state: "accepted", principal: own })];
  const read = anExecution({ steps: [aPause({ status: "Success", endedAt: NOW + 1 }), gate] });
  const found = reconcile(read, known, { now: NOW + 3_600_000, attempts });
  const results = found.flatMap((change) => (change.kind === "verified" ? [change.verified.result] : []));
  assert.deepEqual(results, ["not-visible"]);
});

test("the order names the paused step to resume, and stops the execution; it is for the action of the request", () => {
  const request = (decision: "approve" | "reject") => aPauseRequest(decidedAs(decision, "due")) as DecidedRequest;
  assert.deepEqual(toSignalOrder(request("approve"), [aVote()], "T0HOME"), { kind: "resume", stepName: "hold" });
  assert.deepEqual(toSignalOrder(request("reject"), [aVote()], "T0HOME"), { kind: "stop" });
  const approval = aRequest(decidedAs("reject", "due")) as DecidedRequest;
  assert.equal(toSignalOrder(approval, [aVote()], "T0HOME").kind, "reject");
});

test("nothing is sent for a pause that a read shows as another action, as over, or next to another waiting step", () => {
  const move = (...steps: ObservedStep[]) => {
    const request = aPauseRequest({ ...decidedAs("reject", "due") });
    return nextSignalMove({ request, signer: BOT, attempts: [] }, anExecution({ steps }), NOW).kind;
  };
  assert.equal(move(aPause()), "send");
  assert.equal(move(aPause({ action: "aws:approve" })), "reconcile");
  assert.equal(move(aPause({ status: "Success" })), "reconcile");
  assert.equal(move(aPause(), aStep({ stepExecutionId: "other" })), "unsafe");
  assert.equal(move(aPause({ startedAt: NOW })), "reconcile", "a later turn of the step");
});

const paused = { request: aPauseRequest() };
const cannotStop = { request: aPauseRequest({ facts: { ...facts, canStop: false } }) };
const ROWS: Row[] = [
  ["the first of two votes to resume", [paused, quorum(2)], counts("approve")],
  ["the second of two votes to resume", [paused, quorum(2), before(...jane), omar], decides("approve")],
  ["a vote to resume by the requester", [paused, strict, janeStarted], denied("self-approval")],
  ["a vote to resume by a stranger", [paused, stranger], denied("not-approver")],
  ["a withdrawn vote to resume", [paused, quorum(2), before(...jane), withdraws], "withdrawn"],
  ["a stop", [paused, rejects], decides("reject")],
  ["a stop without the permission", [cannotStop, rejects], denied("cannot-stop")],
  ["a break-glass stop without the permission", [cannotStop, rejects, breaksGlass], denied("cannot-stop")],
  ["a break-glass stop", [paused, rejects, breaksGlass], decides("reject")],
];
testRows(ROWS);

test("every text about a pause says resume and stop", () => {
  const show = (text: string) => text;
  const names = { user: show, group: show, channel: show, text: show, word: show, link: show, strong: show };
  const say = (denial: Parameters<typeof denialSentence>[0]) => denialSentence(denial, names);
  const sentences = [
    say({ kind: "self-approval", action: PAUSE }),
    say({ kind: "already-voted", verdict: "approve", action: PAUSE }),
    say({ kind: "already-voted", verdict: "reject", action: PAUSE }),
    say({ kind: "nothing-to-withdraw", action: PAUSE }),
    say({ kind: "reason-missing", verdict: "reject", action: PAUSE }),
    say({ kind: "decided", request: aPauseRequest(decidedAs("approve", "due")), votes: [aVote()] }),
  ].join("\n");
  assert.doesNotMatch(sentences, /approv|reject/i);
  const ends = (["approved", "cancelled"] as const).flatMap((kind) =>
    (["slack", "aws"] as const).map((where) => outcomeText({ kind, where }, facts)),
  );
  assert.deepEqual(ends, ["resumed", "resumed", "stopped", "cancelled"]);
});
