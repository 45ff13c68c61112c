import type { ClickOrigin, ClickRow } from "../app/ports/click-store.ts";
import { toRequesterKey } from "../core/arn.ts";
import type { AuditRecord } from "../core/audit-records.ts";
import { DEFAULT_APPROVE_TIMEOUT_SECONDS } from "../core/execution.ts";
import { parseObject } from "../core/parse-object.ts";
import {
  type ApprovalRequest,
  deadline,
  type RequestFacts,
  type RequestPatch,
  type RequestSigner,
} from "../core/request.ts";
import { listedDeadline } from "../core/waiting-order.ts";
import { parseColumn } from "./row-shapes.ts";
import type { AuditTable, ClicksTable, RequestsTable } from "./schema.ts";

/** Returns the request of a row. Throws a SyntaxError if the row is damaged. */
export function requestFromRow({ deadline: _, requesterKey: __, signer: ___, ...row }: RequestsTable): ApprovalRequest {
  return {
    ...row,
    facts: parseColumn("facts", row.facts),
    addressOwners: parseColumn("addressOwners", row.addressOwners),
    listedAccounts: parseColumn("listedAccounts", row.listedAccounts),
    awsApprovals: parseColumn("awsApprovals", row.awsApprovals),
    awsDecidedBy: parseColumn("awsDecidedBy", row.awsDecidedBy),
    outcome: parseColumn("outcome", row.outcome),
    reachedStep: parseColumn("reachedStep", row.reachedStep),
    failedStep: parseColumn("failedStep", row.failedStep),
  };
}

export function requestToRow(request: ApprovalRequest): RequestsTable {
  return {
    ...request,
    facts: JSON.stringify(request.facts),
    addressOwners: JSON.stringify(request.addressOwners),
    listedAccounts: JSON.stringify(request.listedAccounts),
    awsApprovals: request.awsApprovals === null ? null : JSON.stringify(request.awsApprovals),
    awsDecidedBy: JSON.stringify(request.awsDecidedBy),
    outcome: request.outcome === null ? null : JSON.stringify(request.outcome),
    reachedStep: request.reachedStep === null ? null : JSON.stringify(request.reachedStep),
    failedStep: request.failedStep === null ? null : JSON.stringify(request.failedStep),
    deadline: listedDeadline(request),
    requesterKey: toRequesterKey(request.facts.executedBy),
    signer: toSignerColumn(request.facts.signer),
  };
}

/** The value of the column `signer`. */
export const toSignerColumn = (signer: RequestSigner | undefined) =>
  signer === undefined ? "" : `${signer.kind} ${signer.arn}`;

function toDeadline(facts: RequestFacts): number | undefined {
  return deadline(facts, DEFAULT_APPROVE_TIMEOUT_SECONDS)?.at;
}

export function patchToRow(patch: RequestPatch): Partial<RequestsTable> {
  const {
    facts,
    addressOwners,
    listedAccounts,
    awsApprovals,
    awsDecidedBy,
    outcome,
    reachedStep,
    failedStep,
    ...plain
  } = patch;
  const deadline = facts === undefined ? undefined : toDeadline(facts);
  return {
    ...plain,
    ...(facts === undefined ? {} : { facts: JSON.stringify(facts), signer: toSignerColumn(facts.signer) }),
    ...(addressOwners === undefined ? {} : { addressOwners: JSON.stringify(addressOwners) }),
    ...(listedAccounts === undefined ? {} : { listedAccounts: JSON.stringify(listedAccounts) }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(awsApprovals === undefined ? {} : { awsApprovals: JSON.stringify(awsApprovals) }),
    ...(awsDecidedBy === undefined ? {} : { awsDecidedBy: JSON.stringify(awsDecidedBy) }),
    ...(outcome === undefined ? {} : { outcome: JSON.stringify(outcome) }),
    ...(reachedStep === undefined ? {} : { reachedStep: JSON.stringify(reachedStep) }),
    ...(failedStep === undefined ? {} : { failedStep: JSON.stringify(failedStep) }),
  };
}

/** Returns the record of a row. Throws a SyntaxError if the row is damaged. */
export function auditFromRow(row: AuditTable): AuditRecord {
  const { seq, id, requestId, kind, at, actor, previous, hash } = row;
  const detail = parseObject(row.detail);
  if (detail === null) throw new SyntaxError("The detail is no JSON object.");
  return { seq, id, requestId, kind, at, actor, detail, previous, hash } as AuditRecord;
}

export function clickFromRow({ channelId, messageTs, ...row }: ClicksTable): ClickRow {
  const origin: ClickOrigin =
    messageTs === null ? { kind: "command", channelId } : { kind: "message", channelId, ts: messageTs };
  return { ...row, origin };
}
