import assert from "node:assert/strict";
import { test } from "node:test";
import { lostDecisions } from "../torture/oracle/decisions.ts";
import type { Evidence } from "../torture/oracle/evidence.ts";
import { evaluateSignals } from "../torture/oracle/signals.ts";
import { voteViolations } from "../torture/oracle/votes.ts";
import { PLAIN, type Setting } from "../torture/setting.ts";

const ID = "00000000-0000-4000-8000-000000000001";
const COMMENT = `Countersign request ${ID}: Approved in Slack by Jane Ito`;

interface Given {
  document?: string;
  /** Kind, actor and detail. */
  audit?: [string, string, object][];
  votes?: { userId: string; at: number }[];
  /** Who clicked, when Slack sent the click, and the milliseconds until its acknowledgement, if they are known. */
  clicks?: { userId: string; at: number; ms?: number }[];
  groupChanges?: Evidence["groupChanges"];
  step?: object;
  replacedSteps?: object[];
  attempts?: { state: string }[];
  signals?: object[];
  setting?: Partial<Setting>;
  faultsEndedAt?: number;
  jumps?: Evidence["jumps"];
}

/** Evidence about one request, decided at 100,000, whose step started at 10,000. */
function evidence(given: Given): Evidence {
  const { votes = [], clicks = [], step = {}, setting = {} } = given;
  const request = {
    ...{ id: ID, executionId: "exec-1", stepExecutionId: "step", decision: "approve", decidedAt: 100_000 },
    facts: { waitingSince: 10_000, minRequiredApprovals: 1, stepName: "approve" },
  };
  const toKey = (userId: string, at: number) => ["press", userId, "T0", "C0", "1.1", "approve", ID, at].join(":");
  const found = {
    executions: [
      {
        ...{ AutomationExecutionId: "exec-1", DocumentName: given.document ?? "One-Gate" },
        StepExecutions: [{ StepExecutionId: "step", ExecutionStartTime: 10, ...step }],
        replacedSteps: given.replacedSteps ?? [],
        signals: given.signals ?? [],
      },
    ],
    awsCalls: [],
    slackCalls: clicks.map(({ userId, at, ms }) => ({
      ...{ operation: "deliver:block_actions", at: at + (ms ?? 0), outcome: { status: 200, body: { ms } } },
      input: {
        user: { id: userId, team_id: "T0" },
        container: { channel_id: "C0", message_ts: "1.1" },
        actions: [{ action_id: "approve", value: ID, action_ts: at }],
      },
    })),
    records: {
      requests: [request],
      votes: votes.map((vote) => ({ requestId: ID, verdict: "approve", authority: "approver", ...vote })),
      clicks: clicks.map(({ userId, at }) => ({
        ...{ requestId: ID, userId, verdict: "approve", reply: null, key: toKey(userId, at) },
      })),
      audit: (given.audit ?? votes.map((vote) => ["voted", vote.userId, { verdict: "approve" }] as const)).map(
        ([kind, actor, detail]) => ({ requestId: ID, kind, actor, detail: JSON.stringify(detail) }),
      ),
      signals: (given.attempts ?? []).map((attempt) => ({ requestId: ID, error: null, ...attempt })),
    },
    ...{ jumps: given.jumps ?? [], groupChanges: given.groupChanges ?? [] },
    ...{ faultsEndedAt: given.faultsEndedAt ?? 0, skewMs: 0, setting: { ...PLAIN, ...setting } },
  };
  return found as unknown as Evidence;
}

const voted = (actor: string): [string, string, object] => ["voted", actor, { verdict: "approve" }];
const decided: [string, string, object] = ["decided", "U0DAN", { decision: "approve" }];

test("a vote that was withdrawn or dropped before the decision does not count, and must not be stored", () => {
  const jane = { userId: "U0JANE", at: 1 };
  const dan = { userId: "U0DAN", at: 2 };
  const find = (audit: Given["audit"], votes: Given["votes"] = [jane, dan]) =>
    voteViolations(evidence({ document: "Goes-On", ...(audit === undefined ? {} : { audit }), votes }));
  assert.deepEqual(find([voted("U0JANE"), voted("U0DAN"), decided]), []);
  const withdrawn = find([voted("U0JANE"), ["withdrawn", "U0JANE", {}], voted("U0DAN"), decided]);
  assert.match(withdrawn.join("\n"), /decided with 1 of 2 votes that still counted/);
  assert.match(withdrawn.join("\n"), /has the votes \[U0DAN approve,U0JANE approve\], and by its records \[U0DAN/);
  const dropped = find([
    voted("U0JANE"),
    ["vote-dropped", "countersign", { userId: "U0JANE" }],
    voted("U0DAN"),
    decided,
  ]);
  assert.match(dropped.join("\n"), /decided with 1 of 2/);
  assert.deepEqual(find([voted("U0JANE"), ["withdrawn", "U0JANE", {}]], []), [], "an open request without votes");
});

test("a vote of a member who left the group before the click, and did not join again, is a violation", () => {
  const left = { from: 50_000, until: 50_010, users: [] };
  const clicked = (at: number, groupChanges: Evidence["groupChanges"], ms?: number) =>
    voteViolations(
      evidence({
        ...{
          groupChanges,
          clicks: [{ userId: "U0MIA", at, ...(ms === undefined ? {} : { ms }) }],
          votes: [{ userId: "U0MIA", at: 100_000 }],
        },
        audit: [voted("U0MIA"), decided],
      }),
    );
  assert.match(clicked(60_000, [left], 50).join(), /they had left the group before the click/);
  assert.deepEqual(
    clicked(49_000, [left], 50),
    [],
    "the click came first, and the list may have been read before the change",
  );
  assert.deepEqual(clicked(60_000, [left]), [], "the time of the click is not known");
  const joined = { from: 90_000, until: 90_010, users: ["U0MIA"] };
  assert.deepEqual(clicked(60_000, [left, joined], 50), [], "she was a member again before the vote was stored");
});

test("a quorum that is completed after a voter left the group must not contain that vote", () => {
  const groupChanges = [{ from: 50_000, until: 50_010, users: [] }];
  const clicks = [
    { userId: "U0MIA", at: 40_000, ms: 50 },
    { userId: "U0DAN", at: 99_000, ms: 50 },
  ];
  const votes = [
    { userId: "U0MIA", at: 41_000 },
    { userId: "U0DAN", at: 100_000 },
  ];
  const audit = [voted("U0MIA"), voted("U0DAN"), decided];
  const found = voteViolations(evidence({ document: "Goes-On", groupChanges, clicks, votes, audit }));
  assert.match(found.join(), /the vote of U0MIA .* they had left the group/);
});

test("a decision that was never sent before its step timed out is a violation, unless faults or time jumps explain it", () => {
  const step = { StepStatus: "TimedOut", ExecutionEndTime: 200 };
  assert.match(lostDecisions(evidence({ step })).join(), /was not sent in 100000 ms, and its step timed out/);
  assert.match(lostDecisions(evidence({ step, attempts: [{ state: "deferred" }] })).join(), /not sent/);
  assert.deepEqual(lostDecisions(evidence({ step, attempts: [{ state: "ambiguous" }] })), []);
  assert.deepEqual(lostDecisions(evidence({ step, faultsEndedAt: 195_000 })), []);
  assert.deepEqual(lostDecisions(evidence({ step, jumps: [{ at: 101_000, ms: 95_000 }] })), []);
  assert.deepEqual(lostDecisions(evidence({ step: { StepStatus: "Success", ExecutionEndTime: 200 } })), []);
});

test("a signal must be sent as a person whose vote counts, once per person, and to the same turn of the step", () => {
  const session = (name: string) => `arn:aws:sts::111122223333:assumed-role/CountersignApprover/${name}`;
  const sent = (principal: string, more: object = {}) => ({
    ...{ principal, type: "Approve", payload: { Comment: [COMMENT] }, sourceIdentity: "U0JANE" },
    ...{ stepExecutionId: "step", stepStartedAt: 10_000, ...more },
  });
  const find = (signals: object[], more: Given = {}) => {
    const votes = [{ userId: "U0JANE", at: 100_000 }];
    return evaluateSignals(evidence({ setting: { signers: "approvers" }, votes, signals, ...more })).violations.join(
      "\n",
    );
  };
  assert.equal(find([sent(session("U0JANE"))]), "");
  assert.match(find([sent(session("rosa@example.com"))]), /was sent as .*rosa@example.com/);
  assert.match(find([sent(session("U0JANE"), { sourceIdentity: "U0ROSA" })]), /with the source identity U0ROSA/);
  assert.match(find([sent(session("U0JANE")), sent(session("U0JANE"))]), /as .*U0JANE of exec-1 was signaled 2 times/);
  const later = { replacedSteps: [{ StepExecutionId: "step", ExecutionStartTime: 10, ExecutionEndTime: 110 }] };
  const nextTurn = { ...later, step: { ExecutionStartTime: 120 } };
  assert.match(find([sent(session("U0JANE"), { stepStartedAt: 120_000 })], nextTurn), /reached step step, not step/);
});
