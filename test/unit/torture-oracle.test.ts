import assert from "node:assert/strict";
import { test } from "node:test";
import type { Evidence } from "../torture/oracle/evidence.ts";
import { evaluateSignals } from "../torture/oracle/signals.ts";

const BOT = "arn:aws:sts::111122223333:assumed-role/CountersignBot/countersign";
const REQUEST = "00000000-0000-4000-8000-000000000001";
const COMMENT = `Countersign request ${REQUEST}: Approved in Slack by Jane Ito`;
/** When the signal arrived, and when somebody else had ended the gate that it was meant for. */
const [ARRIVED, ENDED] = [1_000_000, 999_500];

/** A signal that reached the second gate, after a reading so long before it. */
function misled(given: { readBefore: number; fault?: string; jumps?: Evidence["jumps"] }): Evidence {
  const input = { AutomationExecutionId: "exec-1" };
  const call = { input, executed: true, principal: BOT, outcome: { status: 200, body: null } };
  return {
    executions: [
      {
        AutomationExecutionId: "exec-1",
        DocumentName: "Two-Gates",
        StepExecutions: [{ StepExecutionId: "first", ExecutionEndTime: ENDED / 1000 }, { StepExecutionId: "second" }],
        signals: [{ principal: BOT, type: "Approve", stepExecutionId: "second", payload: { Comment: [COMMENT] } }],
      },
    ],
    awsCalls: [
      {
        ...{ ...call, seq: 1, at: ARRIVED - given.readBefore, operation: "GetAutomationExecution" },
        outcome: { ...call.outcome, fault: given.fault },
      },
      {
        ...{ ...call, seq: 2, at: ARRIVED, operation: "SendAutomationSignal" },
        input: { ...input, Payload: { Comment: [COMMENT] } },
      },
    ],
    slackCalls: [],
    channels: {},
    events: [],
    records: {
      requests: [{ id: REQUEST, stepExecutionId: "first", decision: "approve", decidedAt: 0 }],
      votes: [{ requestId: REQUEST, userId: "U0JANE", verdict: "approve" }],
    } as Evidence["records"],
    jumps: given.jumps ?? [],
  };
}

const kindOf = (evidence: Evidence) => {
  const { violations, reachedNextGate: overtaken } = evaluateSignals(evidence);
  return violations.length > 0 ? "misdirected" : overtaken.has(REQUEST) ? "overtaken" : "right";
};

test("a signal for another gate is excused only by a reading that showed the right one, was answered, and was young", () => {
  assert.equal(kindOf(misled({ readBefore: 2_000 })), "overtaken");
  assert.equal(kindOf(misled({ readBefore: 400 })), "misdirected", "the gate had ended when it was read");
  assert.equal(kindOf(misled({ readBefore: 60_000 })), "misdirected", "the reading was old");
  assert.equal(kindOf(misled({ readBefore: 2_000, fault: "drop-reply" })), "misdirected", "nobody had the answer");
  const jumps = [{ at: ARRIVED - 1_000, ms: 58_000 }];
  assert.equal(kindOf(misled({ readBefore: 60_000, jumps })), "overtaken", "time was moved while it was on its way");
});
