import type { UnavailableChannel } from "../src/app/ports/delivery-store.ts";
import type { NoticeView, RequestView } from "../src/app/ports/slack.ts";
import { executionPage } from "../src/core/console-url.ts";
import type { Outcome, RequestFacts, Vote } from "../src/core/request.ts";
import type { RenderedMessage } from "../src/slack/messages/blocks.ts";
import { digestMessage } from "../src/slack/messages/digest-message.ts";
import { noticeMessage } from "../src/slack/messages/notice-message.ts";
import { requestMessage } from "../src/slack/messages/request-message.ts";
import { stepWithoutIdMessage } from "../src/slack/messages/undecidable-step.ts";
import { anAttempt, aRoute, aVote, EXECUTION_ID } from "../test/support/samples.ts";
import { ASKED, type Changes, ESCALATED, FACTS, MINUTE, PAYOUTS, ROLE, ROSA, ROUTE, view } from "./example-views.ts";

/** Each kind of message, with people and channels of the sandbox. The names are those of the files in docs/images/messages. */

const vote = (userId: string, userName: string, more: Partial<Vote> = {}) =>
  aVote(userId, { userName, at: ASKED + 3 * MINUTE, ...more });
export const jane = (more: Partial<Vote> = {}) => vote("U0JANE", "Jane Ito", more);
const dan = (more: Partial<Vote> = {}) => vote("U0DAN", "Dan Okafor", more);
const ada = vote("U0ADMIN", "Ada Admin", {
  authority: "break-glass",
  reason: "The shop is down and no approver answers.",
});

export const decided = (more: Changes = {}): Changes => ({
  state: "decided",
  decision: "approve",
  decidedAt: ASKED + 3 * MINUTE,
  signal: "sending",
  ...more,
});
const closed = (outcome: Partial<Outcome>, more: Changes = {}): Changes => ({
  ...decided({ signal: "accepted" }),
  state: "closed",
  closedAt: ASKED + 3 * MINUTE + 2000,
  outcome: { kind: "approved", where: "slack", by: [], detail: null, ...outcome },
  executionStatus: "InProgress",
  ...more,
});
export const elsewhere = (outcome: Partial<Outcome>) =>
  closed({ where: "aws", ...outcome }, { decision: null, decidedAt: null, signal: "none" });
const ended = (executionStatus: string, more: Changes = {}): Changes => ({
  executionStatus,
  executionEndedAt: ASKED + 9 * MINUTE,
  ...more,
});

const GATE = closed({}, { facts: { documentName: "Web-Deploy-Two-Gates", stepName: "approveCanary", gates: 2 } });
const first = view(GATE, { votes: [jane()] });
const SECOND: Partial<RequestFacts> = {
  documentName: "Web-Deploy-Two-Gates",
  stepName: "approveRest",
  message: "The canary is healthy. Deploy to the other hosts?",
  gate: 2,
  gates: 2,
  parameters: [],
};
const PAUSE: Partial<RequestFacts> = {
  action: "aws:pause",
  canStop: true,
  documentName: "Maintenance-Pause",
  stepName: "workByHand",
  message: "Swap the disk of web-7, then resume.",
  awsApprovers: [],
  parameters: [{ name: "Host", values: ["web-7"], masked: false, isDefault: true }],
};
const MAINTENANCE = aRoute({ ...PAYOUTS, name: "maintenance", match: { action: "aws:pause" } });
const FAILED: Changes = ended("Failed", {
  executionFailure: "Step fails when it is Execute/Cancelling action.",
  failedStep: {
    name: "restart",
    status: "Failed",
    message: "The instance did not stop within 10 minutes.",
    details: ["Timeout: Poll"],
  },
});

const PARENT = {
  executionId: "22222222-3333-4444-5555-666666666666",
  documentName: "Maintenance-Night",
  parameters: [
    { name: "Stage", values: ["prod"], masked: false, isDefault: false },
    { name: "AdminPassword", values: [], masked: true, isDefault: false },
  ],
};

const requests: Record<string, RequestView> = {
  open: view(),
  warning: view({ facts: { targetWarning: "PRODUCTION" } }, { route: { ...ROUTE, warning: "IRREVERSIBLE" } }),
  evidence: view({
    facts: { evidence: [{ name: "plan.Summary", text: "1 to change: orders-db\n0 to destroy", length: 35 }] },
  }),
  quorum: view(
    { facts: { documentName: "Payout-Release", message: "Release the payouts of November?", parameters: [] } },
    { route: PAYOUTS, votes: [jane({ reason: "Sums match the ledger." })] },
  ),
  pause: view({ facts: PAUSE }, { route: MAINTENANCE, votes: [jane()] }),
  "pause-without-stop": view({ facts: { ...PAUSE, canStop: false } }, { route: MAINTENANCE }),
  "pause-stopped": view(closed({ kind: "cancelled" }, { ...ended("Cancelled"), decision: "reject", facts: PAUSE }), {
    route: MAINTENANCE,
    votes: [jane({ verdict: "reject", reason: "Wrong host" })],
  }),
  "for-information": view({}, { route: { ...ROUTE, decide: "elsewhere" } }),
  notified: view({}, { route: { ...ROUTE, notify: { users: [], groups: ["S0ONCALL"] } } }),
  uncovered: view({ route: null, facts: { uncovered: { reason: "no-match" } } }, { route: null }),
  "not-listed": view({
    facts: {
      awsApprovers: ["arn:aws:iam::111122223333:role/Operators"],
      signer: { kind: "bot", arn: ROLE },
    },
  }),
  late: view({ facts: { waitingSince: ASKED - 13 * MINUTE } }, { postedAt: ASKED + 4 * MINUTE }),
  escalation: view(
    {},
    {
      isEscalation: true,
      route: ESCALATED,
      postedAt: ASKED + ESCALATED.escalate.after,
    },
  ),
  "escalation-quiet": view(
    {},
    {
      isEscalation: true,
      isQuiet: true,
      route: ESCALATED,
      postedAt: ASKED + ESCALATED.escalate.after,
    },
  ),
  "replaces-deleted": view({}, { isReplacement: true, postedAt: ASKED + 12 * MINUTE }),
  "later-gate": view(
    { facts: SECOND },
    { earlier: { gates: [{ ...first, messages: [{ channelId: "C0APPROVALS", ts: "1700000000.000100" }] }], more: 0 } },
  ),
  "second-time": view({ facts: { visit: 2 } }),
  loop: view({ facts: { loops: [{ name: "eachHost", iteration: 2, value: "web-2" }], visit: 2 } }),
  child: view({
    facts: {
      documentName: "DB-Restart-One",
      parentExecutionId: PARENT.executionId,
      parents: [{ ...PARENT, executedBy: ROSA }],
    },
  }),
  "rate-control": view({
    facts: {
      documentName: "Patch-Host",
      message: "Patch web-1 and restart it?",
      parameters: [{ name: "Host", values: ["web-1"], masked: false, isDefault: false }],
      rateControl: { parameter: "Host", target: "web-1" },
      parentExecutionId: PARENT.executionId,
      parents: [{ ...PARENT, documentName: "Patch-Host", executedBy: ROSA, parameters: [] }],
    },
  }),
  descriptions: view({
    facts: {
      message: null,
      descriptions: {
        step: "Asks the owners of the database.",
        runbook: "Restarts one database. Writes stop for about two minutes.",
      },
    },
  }),
  sending: view(decided(), { votes: [jane()], attempts: [anAttempt()] }),
  "no-reply": view(decided({ signal: "ambiguous" }), {
    votes: [jane()],
    attempts: [
      anAttempt({
        state: "ambiguous",
        at: ASKED + 3 * MINUTE,
        uncertainUntil: ASKED + 4 * MINUTE,
        error: "socket hang up",
      }),
    ],
  }),
  approved: view(closed({}), { votes: [jane()] }),
  rejected: view(closed({ kind: "rejected" }, { decision: "reject", ...ended("Failed") }), {
    votes: [jane({ verdict: "reject", reason: "Wait until the sale has ended." })],
  }),
  "timed-out": view({ ...elsewhere({ kind: "timed-out" }), closedAt: ASKED + 60 * MINUTE, ...ended("TimedOut") }),
  "decided-in-aws": view(elsewhere({ by: ["arn:aws:iam::111122223333:user/dan"] }), {
    awsDeciders: { "arn:aws:iam::111122223333:user/dan": "U0DAN" },
  }),
  cancelled: view({ ...elsewhere({ kind: "cancelled" }), ...ended("Cancelled") }),
  failed: view({
    ...elsewhere({ kind: "failed", detail: "Step timed out while it was starting." }),
    ...ended("Failed"),
  }),
  "not-found": view(elsewhere({ kind: "not-found" })),
  unknown: view({ ...elsewhere({ kind: "unknown" }), ...ended("Success") }),
  "break-glass-closed": view(closed({}), { votes: [ada] }),
  ended: view(closed({}, ended("Success")), { votes: [jane()] }),
};

type Kind = NoticeView["kind"];
const LAST_REMINDER = JSON.stringify({ users: ["U0JANE"], groups: ["S0DBA"] });
const gates = [first, view({ ...closed({}), facts: SECOND }, { votes: [dan()] })];

const notices: Record<Kind, Omit<NoticeView, "kind">> = {
  reminder: { ...view(), detail: LAST_REMINDER },
  "last-call": { ...view(), detail: LAST_REMINDER },
  escalated: {
    ...view(),
    detail: LAST_REMINDER,
    route: ESCALATED,
  },
  "execution-ended": { ...view({ ...closed({}, FAILED), facts: SECOND }, { votes: [dan()] }), gates },
  "requester-decided": view(closed({ kind: "rejected" }, { decision: "reject", ...ended("Failed") }), {
    votes: [jane({ verdict: "reject", reason: "Wait until the sale has ended." })],
  }),
  "requester-ended": view(closed({}, ended("Success")), { votes: [jane()] }),
  "break-glass": view(decided(), { votes: [ada] }),
  "channel-unavailable": view(),
  "decision-refused": view(
    decided({
      ...{ signal: "due", signalNextAt: null },
      facts: {
        signer: { kind: "bot", arn: "arn:aws:iam::111122223333:role/CountersignBot" },
        awsApprovers: ["dba-team"],
      },
    }),
    {
      votes: [jane()],
      attempts: [
        anAttempt({
          ...{ state: "refused", code: "InvalidAutomationSignalException" },
          principal: "arn:aws:iam::111122223333:role/CountersignBot",
          error: "AWS refused the signal (InvalidAutomationSignalException: the signal is not valid)",
        }),
      ],
    },
  ),
  "escalation-unavailable": {
    ...view(),
    subject: JSON.stringify({ channelId: "C0PRODDBA", code: "is_archived" } satisfies UnavailableChannel),
  },
  "no-route": view({ route: null, facts: { uncovered: { reason: "no-match" } } }, { route: null }),
  "not-listed": requests["not-listed"] ?? view(),
  "not-editable": view(closed({}), { votes: [jane()] }),
  "signal-misdirected": view(
    closed(
      { where: "aws", by: ["arn:aws:iam::111122223333:user/omar"] },
      {
        verification: "misdirected",
        reachedStep: { stepExecutionId: "other", stepName: "approveRest" },
      },
    ),
    { votes: [jane()] },
  ),
  "signal-without-effect": view(decided({ signal: "accepted", verification: "no-effect" }), { votes: [jane()] }),
  unrecorded: view(decided({ signal: "due" })),
};

const waiting = [
  view({ id: "r-1" }),
  ...["web", "api"].map((service, index) =>
    view({
      id: `r-${index + 2}`,
      facts: {
        documentName: "Web-Rollback",
        stepName: "approveRollback",
        parameters: [{ name: "Service", values: [service], masked: false, isDefault: false }],
      },
    }),
  ),
];

/** Returns the rendered message of each picture. */
export function messageExamples(): Record<string, RenderedMessage> {
  const all: [string, RenderedMessage][] = [
    ...Object.entries(requests).map(([name, each]): [string, RenderedMessage] => [
      name,
      requestMessage(each, { workspaceUrl: "https://sandbox.slack.com/" }),
    ]),
    ...Object.entries(notices).map(([kind, each]): [string, RenderedMessage] => [
      `notice-${kind}`,
      noticeMessage({ ...each, kind: kind as Kind }),
    ]),
    [
      "notice-step-without-id",
      stepWithoutIdMessage({
        target: "production/us-east-1",
        account: "111122223333",
        region: "us-east-1",
        executionId: EXECUTION_ID,
        documentName: FACTS.documentName,
        stepName: FACTS.stepName,
        consoleUrl: executionPage(view().request),
      }),
    ],
    [
      "notice-channel-unavailable-posted",
      noticeMessage({ ...notices["channel-unavailable"], kind: "channel-unavailable", subject: "posted" }),
    ],
    ["notice-lost-thread", noticeMessage({ ...notices.reminder, kind: "reminder", isThreadLost: true })],
    ["external", requestMessage(requests.open ?? view(), { withhold: true })],
    ["digest", digestMessage({ since: ASKED, waiting, count: 8 })],
    ["digest-done", digestMessage({ since: ASKED, waiting: [], count: 0 })],
  ];
  return Object.fromEntries(all);
}
