import assert from "node:assert/strict";
import { test } from "node:test";
import type { Evidence } from "../torture/oracle/evidence.ts";
import { evaluateSignals } from "../torture/oracle/signals.ts";
import { PLAIN } from "../torture/setting.ts";

const BOT = "arn:aws:sts::111122223333:assumed-role/CountersignBot/countersign";
const REQUEST = "00000000-0000-4000-8000-000000000001";
const COMMENT = `Countersign request ${REQUEST}: Approved in Slack by Jane Ito`;
/** The arrival of the signal, and the earlier end of the gate that it was meant for. */
const [ARRIVED, ENDED] = [1_000_000, 999_500];

/** Evidence of a signal that reached the second gate, `readBefore` milliseconds after a read, and maybe after another one. */
function misdirected(given: {
  readBefore: number;
  otherReadBefore?: number;
  fault?: string;
  jumps?: Evidence["jumps"];
  decidedAt?: number;
  recordedBefore?: number;
}): Evidence {
  const input = { AutomationExecutionId: "exec-1" };
  const call = { input, executed: true, principal: BOT, outcome: { status: 200, body: null } };
  return {
    executions: [
      {
        AutomationExecutionId: "exec-1",
        DocumentName: "Two-Gates",
        StepExecutions: [
          { StepExecutionId: "first", ExecutionStartTime: 900, ExecutionEndTime: ENDED / 1000 },
          { StepExecutionId: "second", ExecutionStartTime: ENDED / 1000 },
        ],
        replacedSteps: [],
        signals: [
          {
            ...{ principal: BOT, type: "Approve", payload: { Comment: [COMMENT] } },
            ...{ stepExecutionId: "second", stepStartedAt: ENDED },
          },
        ],
      },
    ],
    awsCalls: [
      {
        ...{ ...call, seq: 1, at: ARRIVED - given.readBefore, operation: "GetAutomationExecution" },
        outcome: { ...call.outcome, fault: given.fault },
      },
      ...(given.otherReadBefore === undefined
        ? []
        : [{ ...call, seq: 2, at: ARRIVED - given.otherReadBefore, operation: "GetAutomationExecution" }]),
      {
        ...{ ...call, seq: 3, at: ARRIVED, operation: "SendAutomationSignal" },
        input: { ...input, Payload: { Comment: [COMMENT] } },
      },
    ],
    slackCalls: [],
    channels: {},
    events: [],
    records: {
      requests: [
        {
          id: REQUEST,
          stepExecutionId: "first",
          decision: "approve",
          decidedAt: given.decidedAt ?? 0,
          facts: { waitingSince: 900_000 },
        },
      ],
      votes: [{ requestId: REQUEST, userId: "U0JANE", verdict: "approve" }],
      signals:
        given.recordedBefore === undefined
          ? []
          : [{ requestId: REQUEST, state: "accepted", at: ARRIVED - given.recordedBefore }],
    } as Evidence["records"],
    jumps: given.jumps ?? [],
    groupChanges: [],
    deletions: [],
    faultsEndedAt: 0,
    endedAt: 0,
    skewMs: 0,
    setting: PLAIN,
  };
}

const classify = (evidence: Evidence) => {
  const { violations, reachedNextGate } = evaluateSignals(evidence);
  return violations.length > 0 ? "misdirected" : reachedNextGate.has(REQUEST) ? "reached next gate" : "right";
};

test("a signal that reaches another gate is excused only by a recent read that got a reply and showed the right gate", () => {
  assert.equal(classify(misdirected({ readBefore: 2_000 })), "reached next gate");
  assert.equal(classify(misdirected({ readBefore: 400 })), "misdirected", "the gate had ended before the read");
  assert.equal(classify(misdirected({ readBefore: 60_000 })), "misdirected", "the read was old");
  assert.equal(
    classify(misdirected({ readBefore: 2_000, fault: "drop-reply" })),
    "misdirected",
    "the bot did not receive the reply",
  );
  const early = (decidedAfterRead: number) =>
    classify(misdirected({ readBefore: 4_000, decidedAt: ARRIVED - 4_000 + decidedAfterRead }));
  assert.deepEqual(
    [early(3_000), early(3_001)],
    ["reached next gate", "misdirected"],
    "the read began while the click was evaluated, but not long before",
  );
  const jumps = [{ at: ARRIVED - 1_000, ms: 58_000 }];
  assert.equal(
    classify(misdirected({ readBefore: 60_000, jumps })),
    "reached next gate",
    "time jumped during the call",
  );
});

test("a read that the end of the gate caused while the attempt was recorded does not blame the signal, an answered one does", () => {
  const after = (
    otherReadBefore: number,
    endedBefore: number,
    given: Partial<Parameters<typeof misdirected>[0]> = {},
  ) => {
    const evidence = misdirected({ readBefore: 2_500, otherReadBefore, ...given });
    for (const execution of evidence.executions) {
      execution.StepExecutions[0].ExecutionEndTime = (ARRIVED - endedBefore) / 1000;
    }
    return classify(evidence);
  };
  assert.equal(after(900, 1_000), "reached next gate", "its reply may have arrived after the attempt was recorded");
  assert.equal(after(1_100, 1_200), "misdirected", "its reply had arrived");
  const delayed = { recordedBefore: 1_000 };
  assert.equal(after(1_900, 2_000, delayed), "reached next gate", "the signal needed a second to AWS");
  assert.equal(after(2_100, 2_200, delayed), "misdirected", "its reply had arrived before the attempt was recorded");
  const jumps = [{ at: ARRIVED - 3_000, ms: 400, isSkew: true as const }];
  const behind = after(2_100, 2_200, { recordedBefore: 1_400, jumps });
  assert.equal(behind, "misdirected", "the clock of the bot was 400 ms behind");
  assert.equal(after(2_100, 2_200, { recordedBefore: 1_400 }), "reached next gate", "the clocks agree");
  assert.equal(
    classify(misdirected({ readBefore: 450, otherReadBefore: 100 })),
    "misdirected",
    "both followed the end",
  );
});
