import assert from "node:assert/strict";
import type { KnownBlock } from "@slack/types";
import type { RequestView } from "../../src/app/ports/slack.ts";
import type { ObservedExecution, ObservedStep } from "../../src/core/execution.ts";
import type { Route } from "../../src/core/policy.ts";
import type { ApprovalRequest, Outcome, Parameter, RequestFacts, Vote } from "../../src/core/request.ts";
import { findRequester } from "../../src/core/requester.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { visibleText } from "../support/block-limits.ts";

/** 2026-03-02 10:00 UTC: when the step of the examples began to wait. */
export const ASKED = Date.UTC(2026, 2, 2, 10, 0);
export const MINUTE = 60_000;

/** Slack's token for a moment of the examples. */
export function token(at: number): string {
  const utc = new Date(at).toISOString().slice(0, 16).replace("T", " ");
  return `<!date^${at / 1000}^{date_short_pretty} at {time}|${utc} UTC>`;
}

/** Slack's token for a deadline, with the time that is left. */
export const deadlineToken = (at: number) => `${token(at)} (<!date^${at / 1000}^{ago}|deadline>)`;

const FACTS: RequestFacts = {
  documentName: "Prod-DB-Failover",
  documentVersion: "7",
  stepName: "ApproveFailover",
  gate: 1,
  gates: 1,
  message: "Fail over to the standby?",
  executedBy: "arn:aws:sts::111122223333:assumed-role/Deployer/run-7",
  executionStartedAt: ASKED - MINUTE,
  waitingSince: ASKED,
  timeoutSeconds: 3600,
  awsApprovers: ["arn:aws:iam::111122223333:role/CountersignApprover"],
  minRequiredApprovals: 1,
  parameters: [],
  parentExecutionId: null,
  notReplaced: [],
};

export const ROUTE: Route = {
  name: "production databases",
  match: {},
  channels: ["C0PROD"],
  approvers: { users: ["U0JANE"], groups: ["S0DBA"] },
  quorum: 1,
  reason: "reject",
  dm: false,
  notify: { users: [], groups: [] },
  selfApproval: true,
  whenRequesterUnknown: "allow",
  confirm: "dialog",
};

export function vote(changes: Partial<Vote> = {}): Vote {
  const at = ASKED + 4 * MINUTE;
  return {
    requestId: "r-1",
    userId: "U0JANE",
    userName: "Jane",
    email: null,
    sessionEmail: null,
    verdict: "approve",
    authority: "approver",
    reason: null,
    at,
    ...changes,
  };
}

export type Changes = Partial<Omit<ApprovalRequest, "facts">> & { facts?: Partial<RequestFacts> };

export function request({ facts, ...changes }: Changes = {}): ApprovalRequest {
  return {
    id: "r-1",
    target: "production/us-east-1",
    account: "111122223333",
    region: "us-east-1",
    executionId: "11111111-2222-3333-4444-555555555555",
    stepExecutionId: "s-1",
    stepTurn: 1,
    facts: { ...FACTS, ...facts },
    addressOwners: {},
    listedAccounts: {},
    route: ROUTE.name,
    version: 1,
    state: "open",
    openedAt: ASKED + 2000,
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
    ...changes,
  };
}

export function view(changes: Changes = {}, votes: Vote[] = [], route: Route | null = ROUTE): RequestView {
  const shown = request(changes);
  const requester = findRequester(shown, {});
  return { request: shown, votes, attempts: [], route, requester };
}

export const DECIDED: Changes = {
  state: "decided",
  decision: "approve",
  decidedAt: ASKED + 4 * MINUTE,
  signal: "due",
};

export function closedBy(outcome: Partial<Outcome>, changes: Changes = {}): Changes {
  return {
    state: "closed",
    closedAt: ASKED + 5 * MINUTE,
    outcome: { kind: "approved", where: "slack", by: [], detail: null, ...outcome },
    executionStatus: "InProgress",
    ...changes,
  };
}

export function step(changes: Partial<ObservedStep> = {}): ObservedStep {
  return {
    stepExecutionId: "s-1",
    parentStepId: null,
    name: "ApproveFailover",
    action: "aws:approve",
    status: "Waiting",
    startedAt: ASKED,
    endedAt: null,
    timeoutSeconds: null,
    onFailure: null,
    inputs: {},
    outputs: {},
    failureMessage: null,
    ...changes,
  };
}

export function execution(steps: ObservedStep[]): ObservedExecution {
  return {
    executionId: "11111111-2222-3333-4444-555555555555",
    documentName: "Prod-DB-Failover",
    documentVersion: "7",
    status: "Waiting",
    startedAt: ASKED - MINUTE,
    endedAt: null,
    executedBy: null,
    parameters: {},
    failureMessage: null,
    parentExecutionId: null,
    variables: {},
    outputs: {},
    steps,
  };
}

/** The block of a request's message with this ID. */
export function findBlock(of: RequestView, id: string): KnownBlock | undefined {
  return requestMessage(of).blocks.find((each) => each.block_id === id);
}

/** The visible text of that block. */
export const blockText = (of: RequestView, id: string) => visibleText(findBlock(of, id));

/** The action IDs of the buttons of a request's message. */
export function actionIds(of: RequestView): string[] {
  const decide = findBlock(of, "decide");
  assert.equal(decide?.type, "actions");
  return decide.elements.map((element) => element.action_id ?? "");
}

export function parameter(changes: Partial<Parameter>): Parameter {
  return { name: "Environment", values: ["prod"], masked: false, isDefault: false, ...changes };
}

/** The link to the execution of the examples, labeled with its short ID. */
export const LINK =
  "<https://us-east-1.console.aws.amazon.com/systems-manager/automation/execution/11111111-2222-3333-4444-555555555555?region=us-east-1|11111111>";
