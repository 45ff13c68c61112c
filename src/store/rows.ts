import type { ClickOrigin, ClickRow } from "../app/ports/click-store.ts";
import { toStarterKey } from "../core/arn.ts";
import type { AuditRecord } from "../core/audit.ts";
import { DEFAULT_APPROVE_TIMEOUT_SECONDS } from "../core/execution.ts";
import { type ApprovalRequest, deadline, type RequestFacts, type RequestPatch } from "../core/request.ts";
import { listedDeadline } from "../core/waiting-order.ts";
import type { AuditTable, ClicksTable, RequestsTable } from "./schema.ts";

export function requestFromRow({ deadline: _, starter: __, ...row }: RequestsTable): ApprovalRequest {
  return {
    ...row,
    facts: JSON.parse(row.facts),
    addressOwners: JSON.parse(row.addressOwners),
    awsApprovals: row.awsApprovals === null ? null : JSON.parse(row.awsApprovals),
    awsDecidedBy: JSON.parse(row.awsDecidedBy),
    outcome: row.outcome === null ? null : JSON.parse(row.outcome),
    reachedStep: row.reachedStep === null ? null : JSON.parse(row.reachedStep),
    failedStep: row.failedStep === null ? null : JSON.parse(row.failedStep),
  };
}

export function requestToRow(request: ApprovalRequest): RequestsTable {
  return {
    ...request,
    facts: JSON.stringify(request.facts),
    addressOwners: JSON.stringify(request.addressOwners),
    awsApprovals: request.awsApprovals === null ? null : JSON.stringify(request.awsApprovals),
    awsDecidedBy: JSON.stringify(request.awsDecidedBy),
    outcome: request.outcome === null ? null : JSON.stringify(request.outcome),
    reachedStep: request.reachedStep === null ? null : JSON.stringify(request.reachedStep),
    failedStep: request.failedStep === null ? null : JSON.stringify(request.failedStep),
    deadline: listedDeadline(request),
    starter: toStarterKey(request.facts.executedBy),
  };
}

function toDeadline(facts: RequestFacts): number | undefined {
  return deadline(facts, DEFAULT_APPROVE_TIMEOUT_SECONDS)?.at;
}

export function patchToRow(patch: RequestPatch): Partial<RequestsTable> {
  const { facts, addressOwners, awsApprovals, awsDecidedBy, outcome, reachedStep, failedStep, ...plain } = patch;
  const deadline = facts === undefined ? undefined : toDeadline(facts);
  return {
    ...plain,
    ...(facts === undefined ? {} : { facts: JSON.stringify(facts) }),
    ...(addressOwners === undefined ? {} : { addressOwners: JSON.stringify(addressOwners) }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(awsApprovals === undefined ? {} : { awsApprovals: JSON.stringify(awsApprovals) }),
    ...(awsDecidedBy === undefined ? {} : { awsDecidedBy: JSON.stringify(awsDecidedBy) }),
    ...(outcome === undefined ? {} : { outcome: JSON.stringify(outcome) }),
    ...(reachedStep === undefined ? {} : { reachedStep: JSON.stringify(reachedStep) }),
    ...(failedStep === undefined ? {} : { failedStep: JSON.stringify(failedStep) }),
  };
}

export function auditFromRow(row: AuditTable): AuditRecord {
  const { seq, id, requestId, kind, at, actor, previous, hash } = row;
  return { seq, id, requestId, kind, at, actor, detail: JSON.parse(row.detail), previous, hash };
}

export function clickFromRow({ channelId, messageTs, ...row }: ClicksTable): ClickRow {
  const origin: ClickOrigin =
    messageTs === null ? { kind: "command", channelId } : { kind: "message", channelId, ts: messageTs };
  return { ...row, origin };
}
