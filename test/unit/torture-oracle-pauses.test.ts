import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../support/http-json.ts";
import type { Evidence } from "../torture/oracle/evidence.ts";
import { messageViolations } from "../torture/oracle/messages.ts";
import { evaluatePauses } from "../torture/oracle/pauses.ts";
import { PLAIN } from "../torture/setting.ts";

const BOT = "arn:aws:sts::111122223333:assumed-role/CountersignBot/countersign";
const [FIRST, SECOND] = [{ ExecutionStartTime: 900, ExecutionEndTime: 1_000 }, { ExecutionStartTime: 1_002 }];

interface Parts {
  steps: Json[];
  signals: Json[];
  calls: Json[];
  requests: Json[];
  votes: Json[];
  attempts: Json[];
  message: { text: string; buttons: string[] };
}

const step = (more: object) => ({ StepName: "hold", Action: "aws:pause", StepExecutionId: "a", ...more });
const request = (id: string, decision: string | null, waitingSince: number): Json => ({
  ...{ id, decision, decidedAt: decision === null ? null : 999_000, executionId: "e", stepExecutionId: "a" },
  ...{ route: "pauses", facts: { action: "aws:pause", stepName: "hold", waitingSince } },
});
const call = (operation: string, at: number, more: object = {}) => ({
  ...{ operation, at, seq: at, executed: true, principal: BOT },
  ...{ input: { AutomationExecutionId: "e", ...more }, outcome: { status: 200, body: {} } },
});
const resumeCall = (at: number) => call("SendAutomationSignal", at, { SignalType: "Resume" });
const resume = (at: number, stepStartedAt: number) => ({
  ...{ at, type: "Resume", principal: BOT, payload: { StepName: ["hold"] } },
  ...{ stepExecutionId: "a", stepStartedAt },
});
const vote = (userId: string, verdict: string) => ({ requestId: "r", userId, verdict });

/** A pause in a loop that two people resumed, and its next turn, which waits. */
function resumed(change: (parts: Parts) => void = () => undefined): Evidence {
  const parts: Parts = {
    steps: [step({ ...FIRST, StepStatus: "Success" })],
    signals: [resume(1_000_000, 900_000)],
    calls: [call("GetAutomationExecution", 999_500), resumeCall(1_000_000)],
    requests: [request("r", "approve", 900_000)],
    votes: [vote("U0JANE", "approve"), vote("U0DAN", "approve")],
    attempts: [{ requestId: "r", state: "accepted" }],
    message: { text: "*Resumed* by Jane", buttons: [] },
  };
  change(parts);
  const blocks = [
    { type: "section", text: { text: parts.message.text } },
    ...parts.message.buttons.map((action_id) => ({ action_id })),
  ];
  return {
    executions: [
      {
        ...{ AutomationExecutionId: "e", DocumentName: "Pause-Loop", signals: parts.signals },
        StepExecutions: parts.steps.map((each) => ({ Outputs: {}, ...each })),
        replacedSteps: [],
      },
    ],
    awsCalls: parts.calls,
    channels: {
      C0APPROVALS: [{ blocks, metadata: { event_type: "countersign_request", event_payload: { request_id: "r" } } }],
    },
    records: { ...{ requests: parts.requests, votes: parts.votes, signals: parts.attempts }, notices: [], digests: [] },
    ...{ jumps: [], setting: PLAIN },
  } as unknown as Evidence;
}

/** The same pause, stopped by one person. */
const stopped = (change: (parts: Parts) => void = () => undefined) =>
  resumed((parts) => {
    Object.assign(parts, {
      steps: [step({ ...FIRST, StepStatus: "Cancelled" })],
      signals: [],
      calls: [call("GetAutomationExecution", 999_500), call("StopAutomationExecution", 1_000_000)],
      requests: [request("r", "reject", 900_000)],
      votes: [vote("U0JANE", "reject")],
      message: { text: "*Stopped* by Jane", buttons: [] },
    });
    change(parts);
  });

const violations = (evidence: Evidence) => [...evaluatePauses(evidence).violations, ...messageViolations(evidence)];

test("a pause that was resumed or stopped once, with enough votes, is no violation", () => {
  assert.deepEqual(violations(resumed()), []);
  assert.deepEqual(violations(stopped()), []);
  const { resumes, stops } = evaluatePauses(resumed());
  assert.deepEqual([resumes, stops, evaluatePauses(stopped()).stops], [1, 0, 1]);
});

test("a Resume that reached the next turn is excused only by a read that showed its own turn", () => {
  const late = (parts: Parts) => {
    parts.steps.push(step({ ...SECOND, StepExecutionId: "b", StepStatus: "Success" }));
    parts.signals = [{ ...resume(1_003_000, 1_002_000), stepExecutionId: "b" }];
    parts.calls = [call("GetAutomationExecution", 999_500), resumeCall(1_003_000)];
  };
  assert.equal(evaluatePauses(resumed(late)).late, 1);
  assert.deepEqual(evaluatePauses(resumed(late)).violations, []);
  const blind = resumed((parts) => {
    late(parts);
    parts.calls = [call("GetAutomationExecution", 1_002_500), resumeCall(1_003_000)];
  });
  assert.match(violations(blind).join(), /resume for request r on e took effect after the end of its pause/);
});

test("a repeated, unfounded or untold end of a pause is a violation", () => {
  const table: [Evidence, RegExp][] = [
    [
      resumed(({ signals, calls }) => {
        signals.push(resume(1_000_100, 900_000));
        calls.push(resumeCall(1_000_100));
      }),
      /resume for request r on e was sent twice/,
    ],
    [resumed(({ votes }) => votes.pop()), /resume for request r on e has 1 of 2 votes/],
    [
      resumed(({ requests }) => requests.splice(0, 1, request("r", null, 900_000))),
      /resume of execution e belongs to no decision/,
    ],
    [
      resumed(({ requests }) => requests.splice(0, 1, request("r", "reject", 900_000))),
      /resume of execution e belongs to no decision/,
    ],
    [
      resumed(({ signals }) => Object.assign(signals[0] ?? {}, { principal: `${BOT}`.replace("Bot", "Approver") })),
      /was sent as/,
    ],
    [
      resumed(({ message }) => {
        message.text = "*Resumed in AWS*";
      }),
      /does not say that Slack ended the pause/,
    ],
    [
      resumed(({ message }) => {
        message.text = "*Stopped* by Jane";
      }),
      /does not say that its step is Success/,
    ],
    [resumed(({ message }) => message.buttons.push("resume")), /has buttons although its step is Success/],
    [
      resumed((parts) => Object.assign(parts, { signals: [], calls: [], attempts: [] })),
      /says that Slack ended the pause/,
    ],
    [
      resumed(({ steps }) => Object.assign(steps[0] ?? {}, { StepStatus: "Waiting" })),
      /has no buttons although its step is waiting/,
    ],
    [
      resumed((parts) => Object.assign(parts, { steps: [step({ ...SECOND, StepStatus: "Waiting" })] })),
      /waiting step a has no message/,
    ],
    [
      stopped(({ calls }) => calls.push(call("StopAutomationExecution", 1_000_100))),
      /stop for request r on e was sent twice/,
    ],
    [stopped(({ votes }) => votes.pop()), /stop for request r on e has 0 of 1 votes/],
    [
      stopped(({ requests }) => requests.splice(0, 1, request("r", "approve", 900_000))),
      /stop of execution e belongs to no decision/,
    ],
    [
      stopped(({ message }) => {
        message.text = "*Cancelled in AWS*";
      }),
      /does not say that Slack ended the pause/,
    ],
  ];
  for (const [evidence, expected] of table) assert.match(violations(evidence).join("\n"), expected);
});
