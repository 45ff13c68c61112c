import type { Click } from "../../src/app/ports/click-store.ts";
import {
  type AuditContext,
  type AuditContextFor,
  type AuditDetails,
  type AuditEntry,
  type AuditKind,
  requestContext,
  toShownFacts,
} from "../../src/core/audit-records.ts";
import type { ObservedExecution, ObservedStep } from "../../src/core/execution.ts";
import type { Person } from "../../src/core/person.ts";
import type { Route } from "../../src/core/policy.ts";
import type { ApprovalRequest, RequestFacts, SignalState, Verdict, Vote } from "../../src/core/request.ts";
import { NO_REPLY_UNCERTAIN_MS, READ_LAG_MS, type SignalAttempt } from "../../src/core/signal-attempt.ts";
import { BOT_ID } from "../../src/core/signers.ts";
import type { Workspace } from "../../src/slack/connection/workspace.ts";

/** Minimal examples of each type. A test names only the fields that matter to it. */
export const NOW = Date.UTC(2026, 0, 15, 12);

export const EXECUTION_ID = "11111111-2222-3333-4444-555555555555";
export const STEP_ID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
export const REQUEST_ID = "99999999-8888-7777-6666-000000000001";

export const aFacts = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  documentName: "Prod-DB-Restart",
  documentVersion: "1",
  stepName: "approve",
  gate: 1,
  gates: 1,
  message: "Restart the database?",
  executedBy: "arn:aws:iam::111122223333:user/rosa",
  executionStartedAt: NOW - 60_000,
  waitingSince: NOW - 50_000,
  timeoutSeconds: 3600,
  awsApprovers: ["arn:aws:iam::111122223333:role/CountersignBot"],
  minRequiredApprovals: 1,
  parameters: [],
  parentExecutionId: null,
  notReplaced: [],
  ...more,
});

export const aRequest = (more: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  id: REQUEST_ID,
  target: "default/us-east-1",
  account: "111122223333",
  region: "us-east-1",
  executionId: EXECUTION_ID,
  stepExecutionId: STEP_ID,
  stepTurn: 1,
  facts: aFacts(),
  addressOwners: {},
  listedAccounts: {},
  route: "databases",
  version: 1,
  state: "open",
  openedAt: NOW,
  decision: null,
  decidedAt: null,
  signal: "none",
  signalNextAt: null,
  verification: "none",
  reachedStep: null,
  seenOverAt: null,
  awsApprovals: null,
  awsDecidedBy: [],
  outcome: null,
  closedAt: null,
  executionStatus: "Waiting",
  executionEndedAt: null,
  executionFailure: null,
  failedStep: null,
  nextReminderAt: null,
  ...more,
});

export const aRoute = (more: Partial<Route> = {}): Route => ({
  name: "databases",
  match: {},
  channels: ["C0DBA"],
  dm: false,
  approvers: { users: ["U0JANE", "U0OMAR"], groups: ["S0DBA"] },
  notify: { users: [], groups: [] },
  quorum: 1,
  selfApproval: false,
  whenRequesterUnknown: "allow",
  reason: "none",
  confirm: "dialog",
  ...more,
});

export const aPerson = (id = "U0JANE", more: Partial<Person> = {}): Person => ({
  id,
  name: `Person ${id}`,
  email: `${id.toLowerCase()}@example.com`,
  teamId: "T0HOME",
  updatedAt: 1_000,
  accountStatus: "member",
  ...more,
});

export const aVote = (userId = "U0JANE", more: Partial<Vote> = {}): Vote => ({
  requestId: REQUEST_ID,
  userId,
  userName: `Person ${userId}`,
  email: `${userId.toLowerCase()}@example.com`,
  sessionEmail: more.email === undefined ? `${userId.toLowerCase()}@example.com` : more.email,
  verdict: "approve",
  authority: "approver",
  reason: null,
  at: NOW,
  ...more,
});

export const anAttempt = (more: Partial<SignalAttempt> = {}): SignalAttempt => ({
  requestId: REQUEST_ID,
  attempt: 1,
  signerId: BOT_ID,
  session: null,
  principal: null,
  policyHash: null,
  state: "sending",
  at: NOW,
  uncertainUntil: NOW + (more.state === "accepted" ? READ_LAG_MS : NO_REPLY_UNCERTAIN_MS),
  shownBefore: 0,
  code: null,
  error: null,
  ...more,
});

export const aStep = (more: Partial<ObservedStep> = {}): ObservedStep => ({
  stepExecutionId: STEP_ID,
  parentStepId: null,
  name: "approve",
  action: "aws:approve",
  status: "Waiting",
  startedAt: NOW - 50_000,
  endedAt: null,
  timeoutSeconds: 3600,
  onFailure: null,
  inputs: { Message: "Restart the database?", Approvers: ["someone"] },
  outputs: {},
  failureMessage: null,
  ...more,
});

export const anExecution = (more: Partial<ObservedExecution> = {}): ObservedExecution => ({
  executionId: EXECUTION_ID,
  documentName: "Prod-DB-Restart",
  documentVersion: "1",
  status: "Waiting",
  startedAt: NOW - 60_000,
  endedAt: null,
  executedBy: "arn:aws:iam::111122223333:user/rosa",
  parameters: {},
  failureMessage: null,
  parentExecutionId: null,
  variables: {},
  outputs: {},
  steps: [aStep()],
  ...more,
});

/** The `ts` of the message on which `aClick` was made. */
export const MESSAGE_TS = "1700000000.000100";

export const aClick = (userId = "U0JANE", more: Partial<Click> = {}): Click => ({
  id: `click-${userId}`,
  key: `press:${userId}:1`,
  verdict: "approve",
  authority: "approver",
  requestId: REQUEST_ID,
  userId,
  teamId: "T0HOME",
  origin: { kind: "message", channelId: "C0DBA", ts: MESSAGE_TS },
  reason: null,
  typed: null,
  receivedAt: NOW,
  ...more,
});

const aSignalDetail = { decision: "approve", attempt: 1 } as const;

export const AUDIT_CONTEXT: AuditContext = {
  requester: { principal: "arn:aws:iam::111122223333:user/rosa", userIds: [], email: null },
  quorum: 1,
  approvers: { users: ["U0JANE"], groups: ["S0DBA"], channels: [], selfApproval: false },
  policyHash: "0".repeat(64),
  votes: [],
  messageLinks: [],
};
export const auditContext: AuditContextFor = async () => AUDIT_CONTEXT;

/** A plain detail of each kind of audit record. */
export const DETAILS: AuditDetails = {
  requested: { ...requestContext(aRequest()), ...AUDIT_CONTEXT, ...toShownFacts(aRequest()) },
  decided: { ...requestContext(aRequest()), ...AUDIT_CONTEXT, ...toShownFacts(aRequest()), decision: "approve" },
  closed: {
    ...requestContext(aRequest()),
    ...AUDIT_CONTEXT,
    outcome: { kind: "approved", where: "slack", by: [], detail: null },
  },
  identified: { email: "rosa@example.com", listed: null, userId: "U0ROSA" },
  voted: { verdict: "approve", name: "Person U0JANE" },
  withdrawn: {},
  "vote-dropped": { userId: "U0JANE", denial: "not-approver" },
  denied: { denial: "not-approver", verdict: "approve" },
  "signal-sending": aSignalDetail,
  "signal-accepted": aSignalDetail,
  "signal-ambiguous": { ...aSignalDetail, error: "no reply" },
  "signal-refused": { ...aSignalDetail, error: "no reply" },
  "signal-deferred": { ...aSignalDetail, error: "no reply" },
  "signal-verified": { ...aSignalDetail, result: "confirmed" },
  "signal-misdirected": {
    ...requestContext(aRequest()),
    ...AUDIT_CONTEXT,
    ...aSignalDetail,
    reachedStep: "second",
    decidedBy: [],
  },
  "signal-without-effect": { ...requestContext(aRequest()), ...AUDIT_CONTEXT, ...aSignalDetail },
  progress: requestContext(aRequest()),
  ended: { ...requestContext(aRequest()), executionStatus: "Success" },
};

/** The details of a contradicted signal as earlier versions stored them: without the context of the request. */
export const EARLIER_DETAILS = {
  "signal-misdirected": {
    ...requestContext(aRequest()),
    ...aSignalDetail,
    reachedStep: "second",
    decidedBy: ["arn:aws:iam::111122223333:user/omar"],
  },
  "signal-without-effect": { ...requestContext(aRequest()), ...aSignalDetail },
};

export function anEntry<Kind extends AuditKind = "progress">(
  more: Partial<Extract<AuditEntry, { kind: Kind }>> & { kind?: Kind } = {},
): AuditEntry {
  const { kind = "progress" } = more;
  return { requestId: REQUEST_ID, at: NOW, actor: "countersign", detail: DETAILS[kind], ...more, kind } as AuditEntry;
}

/** The properties of a request that has been decided and is not closed. */
export const decidedAs = (decision: Verdict, signal: SignalState): Partial<ApprovalRequest> => ({
  state: "decided",
  decision,
  decidedAt: NOW,
  signal,
});

/** The home workspace of the bot. */
export const WORKSPACE: Workspace = {
  teamId: "T0HOME",
  enterpriseId: null,
  isOrgInstall: false,
  url: "https://home.slack.com/",
  name: "Home",
  botId: "B0BOT",
  botUserId: "U0BOT",
  appId: "A0APP",
  scopes: null,
};
