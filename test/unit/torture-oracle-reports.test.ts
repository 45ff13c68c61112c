import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../support/http-json.ts";
import type { Evidence } from "../torture/oracle/evidence.ts";
import { reportViolations } from "../torture/oracle/reports.ts";
import { evaluateSignals } from "../torture/oracle/signals.ts";
import { findSentAgain } from "../torture/oracle/without-effect.ts";
import { PLAIN } from "../torture/setting.ts";

const BOT = "arn:aws:sts::111122223333:assumed-role/CountersignBot/countersign";
const CONSOLE = "arn:aws:iam::111122223333:user/admin";
const ID = "00000000-0000-4000-8000-000000000001";
/** The gate begins to wait, the bot's signal is accepted, and the minute after it ends. */
const [STARTED, ACCEPTED, DUE] = [900_000, 1_000_000, 1_060_000];

interface Given {
  /** The end of the gate; without it, the gate still waits. */
  endedAt?: number;
  /** Whether the bot's signal decided its gate, nothing, or the next gate. */
  reached?: "own" | "nothing" | "next";
  /** Whether another principal decided the gate. */
  elsewhere?: boolean;
  attempts?: { state: string; attempt?: number }[];
  reports?: string[];
  /** The channels in which each report is posted. */
  postedIn?: string[];
  jumps?: Evidence["jumps"];
  skewMs?: number;
  readLagMs?: number;
  /** The times of reads that show the gate waiting. */
  readsAt?: number[];
}

/** Evidence about one request for the first of two gates, which an approver approved in Slack. */
function evidence(given: Given): Evidence {
  const { endedAt, reached = "nothing", reports = [], postedIn = ["C0APPROVALS", "D0ADMIN"] } = given;
  const gate = {
    ...{ StepName: "first", StepExecutionId: "first", ExecutionStartTime: STARTED / 1000, Outputs: {} },
    ...(endedAt === undefined
      ? { StepStatus: "Waiting" }
      : { StepStatus: "Success", ExecutionEndTime: endedAt / 1000 }),
  };
  const turns = {
    own: { stepExecutionId: "first", stepStartedAt: STARTED },
    next: { stepExecutionId: "second", stepStartedAt: STARTED + 1 },
    nothing: {},
  };
  const signal = (principal: string, reachedTurn: object, payload: object = {}) => ({
    ...{ at: ACCEPTED, principal, type: "Approve", payload },
    ...reachedTurn,
  });
  const comment = { Comment: [`Countersign request ${ID}: Approved in Slack by Jane Ito`] };
  const attempts = given.attempts ?? [{ state: "accepted" }];
  const rows = reports.flatMap((kind) =>
    postedIn.map((channelId) => ({ id: `${kind} ${channelId}`, kind, channelId })),
  );
  const messages = (channel: string) =>
    rows
      .filter(({ channelId }) => channelId === channel)
      .map(({ id }) => ({ metadata: { event_payload: { request_id: id } } }));
  return {
    executions: [
      {
        ...{ AutomationExecutionId: "e", DocumentName: "Two-Gates", StepExecutions: [gate], replacedSteps: [] },
        signals: [
          signal(BOT, turns[reached], comment),
          ...(given.elsewhere === true ? [signal(CONSOLE, turns.own)] : []),
        ],
      },
    ],
    awsCalls: (given.readsAt ?? []).map((at) => ({
      ...{ operation: "GetAutomationExecution", principal: BOT, at },
      outcome: { body: { AutomationExecution: { StepExecutions: [{ ...gate, StepStatus: "Waiting" }] } } },
    })),
    slackCalls: [
      {
        ...{ operation: "conversations.open", executed: true },
        ...{ input: { users: "U0ADMIN" }, outcome: { body: { channel: { id: "D0ADMIN" } } } },
      },
    ],
    channels: { C0APPROVALS: messages("C0APPROVALS"), D0ADMIN: messages("D0ADMIN") },
    records: {
      requests: [
        {
          ...{ id: ID, executionId: "e", stepExecutionId: "first", decision: "approve", decidedAt: ACCEPTED - 100 },
          facts: { waitingSince: STARTED, minRequiredApprovals: 1, stepName: "first" },
        },
      ],
      votes: [{ requestId: ID, userId: "U0JANE", verdict: "approve" }],
      signals: attempts.map((attempt, index) => ({
        ...{ requestId: ID, signerId: "bot", session: null, at: ACCEPTED, attempt: index + 1 },
        ...attempt,
      })),
      audit: reports.map((kind) => ({ requestId: ID, kind, detail: "{}" })),
      notices: rows.map((row) => ({ requestId: ID, ...row })),
    },
    ...{ jumps: given.jumps ?? [], faultsEndedAt: 0, skewMs: given.skewMs ?? 0 },
    setting: { ...PLAIN, readLagMs: given.readLagMs ?? 0 },
  } as unknown as Evidence;
}

const NO_EFFECT = ["signal-without-effect"];
const MISDIRECTED = ["signal-misdirected"];
const isFalse = (kind: string) => new RegExp(`the report ${kind} .* is false`);
const isMissing = (kind: string) => new RegExp(`the report ${kind} .* is missing`);

const cases: [string, Given, RegExp | null][] = [
  ["a report about a step that still waits", { reports: NO_EFFECT }, null],
  ["no report about a step that still waits", {}, isMissing("signal-without-effect")],
  [
    "two reports about a step that still waits",
    { reports: [...NO_EFFECT, ...NO_EFFECT] },
    /has 2 audit records, not 1/,
  ],
  ["a report that no channel shows", { reports: NO_EFFECT, postedIn: ["D0ADMIN"] }, /is not posted in C0APPROVALS/],
  ["a report that no admin got", { reports: NO_EFFECT, postedIn: ["C0APPROVALS"] }, /is not posted to U0ADMIN/],
  ["no report about a signal that decided its step", { reached: "own", endedAt: ACCEPTED }, null],
  [
    "a report about a signal that decided its step",
    { reached: "own", endedAt: ACCEPTED, reports: NO_EFFECT },
    isFalse("signal-without-effect"),
  ],
  [
    "a report after a read that lagged for more than a minute",
    { reached: "own", endedAt: ACCEPTED, reports: NO_EFFECT, readLagMs: 8_000, readsAt: [DUE] },
    null,
  ],
  [
    "a report after a read that lagged, but not for a minute",
    { reached: "own", endedAt: ACCEPTED, reports: NO_EFFECT, readLagMs: 8_000, readsAt: [DUE - 1] },
    isFalse("signal-without-effect"),
  ],
  ["no report about a signal whose reply was lost", { attempts: [{ state: "ambiguous" }] }, null],
  [
    "a report about a signal whose reply was lost",
    { attempts: [{ state: "ambiguous" }], reports: NO_EFFECT },
    isFalse("signal-without-effect"),
  ],
  ["no report about a step that timed out within the minute", { endedAt: DUE - 30_000 }, null],
  [
    "a report about a step that timed out within the minute",
    { endedAt: DUE - 30_000, reports: NO_EFFECT },
    isFalse("signal-without-effect"),
  ],
  ["a report about a step that timed out soon after the minute", { endedAt: DUE + 20_000, reports: NO_EFFECT }, null],
  ["no report about a step that timed out soon after the minute", { endedAt: DUE + 20_000 }, null],
  ["no report about a step that waited for minutes", { endedAt: DUE + 80_000 }, isMissing("signal-without-effect")],
  [
    "no report about a step that ended in a time jump over minutes",
    { endedAt: DUE + 80_000, jumps: [{ at: DUE + 1_000, ms: 79_000 }] },
    null,
  ],
  [
    "no report about a step that waited after a time jump over minutes",
    { endedAt: DUE + 80_000, jumps: [{ at: DUE + 1_000, ms: 60_000 }] },
    isMissing("signal-without-effect"),
  ],
  ["no report where the clocks differ", { endedAt: DUE + 80_000, skewMs: 45_000 }, null],
  [
    "a report as misdirected when another principal decided within the minute",
    { endedAt: DUE - 30_000, elsewhere: true, reports: MISDIRECTED },
    null,
  ],
  [
    "no report when another principal decided within the minute",
    { endedAt: DUE - 30_000, elsewhere: true },
    isMissing("signal-misdirected"),
  ],
  [
    "the report that the step waits, and then a decision elsewhere",
    { endedAt: DUE + 80_000, elsewhere: true, reports: NO_EFFECT },
    null,
  ],
  [
    "both reports about one signal",
    { endedAt: DUE + 80_000, elsewhere: true, reports: [...NO_EFFECT, ...MISDIRECTED] },
    isFalse("signal-misdirected"),
  ],
  [
    "a report as misdirected of a step that waits",
    { reports: [...NO_EFFECT, ...MISDIRECTED] },
    isFalse("signal-misdirected"),
  ],
  [
    "a report about a signal that reached the next gate",
    { reached: "next", endedAt: ACCEPTED - 100, elsewhere: true, reports: MISDIRECTED },
    null,
  ],
  [
    "no report about a signal that reached the next gate",
    { reached: "next", endedAt: ACCEPTED - 100, elsewhere: true },
    isMissing("signal-misdirected"),
  ],
  [
    "a signal that reached the next gate, reported as one without effect",
    { reached: "next", endedAt: ACCEPTED - 100, elsewhere: true, reports: [...MISDIRECTED, ...NO_EFFECT] },
    isFalse("signal-without-effect"),
  ],
];

for (const [claim, given, expected] of cases)
  test(`${claim}: ${expected === null ? "no violation" : "a violation"}`, () => {
    const found = reportViolations(evidence(given));
    if (expected === null) assert.deepEqual(found, []);
    else assert.match(found.join("\n"), expected);
  });

test("a signal without effect is no signal for another step, and may be sent again only without a reply", () => {
  const repeated = (first: string) => {
    const found = evidence({ attempts: [{ state: first }, { state: "accepted" }] });
    for (const { signals } of found.executions) signals.push({ ...(signals[0] as Json) });
    return [...evaluateSignals(found).violations, ...findSentAgain(found)];
  };
  assert.deepEqual(repeated("ambiguous"), []);
  assert.match(repeated("accepted").join(), /attempt 2 .* was sent although AWS had accepted an earlier signal of bot/);
});
