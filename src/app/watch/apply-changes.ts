import { type AuditEntry, requestContext } from "../../core/audit-records.ts";
import type { ObservedExecution } from "../../core/execution.ts";
import { toLateReplies } from "../../core/late-replies.ts";
import type { Mask } from "../../core/mask.ts";
import type { Change } from "../../core/reconcile.ts";
import type { ApprovalRequest, Outcome, Vote } from "../../core/request.ts";
import type { Automation } from "../ports/aws.ts";
import { notListedNotice } from "./not-listed-notice.ts";
import { type OpenRequestDeps, openRequest } from "./open-request.ts";
import { findNotice, logVerified, toVerifiedEntry } from "./verified-signal.ts";

/** `lost`: another replica has changed one of the requests first. `postponed`: a request cannot open yet. */
export type ApplyResult = "stored" | "lost" | "postponed";

/**
 * Makes the use case that stores the changes found in a read of an execution, each with its audit record. Unless it returns
 * `stored`, the execution must be read again.
 */
export const makeApplyChanges =
  (deps: OpenRequestDeps) =>
  async (
    automation: Automation,
    execution: ObservedExecution | null,
    mask: Mask,
    changes: readonly Change[],
    abort: AbortSignal,
  ): Promise<ApplyResult> => {
    let result: ApplyResult = "stored";
    for (const change of changes) {
      if (change.kind !== "open") {
        if (!(await storeChange(deps, change))) result = "lost";
      } else if (execution !== null) {
        const opening = await openRequest(deps, automation, execution, mask, change, abort);
        if (opening !== "postponed") deps.tags.forget(execution.executionId, change.step);
        else if (result === "stored") result = "postponed";
      }
    }
    return result;
  };

type StoredChange = Exclude<Change, { kind: "open" }>;

async function storeChange(deps: OpenRequestDeps, change: StoredChange): Promise<boolean> {
  const { request, patch } = change;
  const lookup = change.kind === "verified" ? findNotice(change.verified) : null;
  const votes = change.kind === "close" || lookup !== null ? await deps.requests.votes(request.id) : [];
  // A change of the signer can make the request undecidable.
  const notice =
    patch.facts === undefined ? null : notListedNotice({ ...request, facts: patch.facts }, deps.routes, request.facts);
  const isStored = await deps.requests.advance({
    requestId: request.id,
    expectedVersion: request.version,
    patch,
    audit: [await toEntry(deps, change, votes)],
    ...(lookup === null ? {} : { recipientLookup: lookup }),
    ...(notice === null ? {} : { notice }),
    replies: change.kind === "close" ? toLateReplies(request, change.outcome, votes) : [],
  });
  logChange(deps, change, isStored);
  return isStored;
}

function logChange({ log }: OpenRequestDeps, change: StoredChange, isStored: boolean): void {
  const { id: requestId, executionId } = change.request;
  const fields = { requestId, executionId, change: change.kind };
  if (!isStored) log.debug({ event: "request.change-lost", ...fields }, "the request has changed since it was read");
  else if (change.kind === "close") {
    const { kind: outcome, where, by } = change.outcome;
    log.info({ event: "request.closed", ...fields, outcome, where, by }, "request closed");
  } else if (change.kind === "verified") logVerified(log, fields, change.verified);
  else log.debug({ event: "request.changed", ...fields }, "request changed");
}

async function toEntry(deps: OpenRequestDeps, change: StoredChange, votes: readonly Vote[]): Promise<AuditEntry> {
  const { request, patch } = change;
  const { executionStatus, awsApprovals } = patch;
  const common = { requestId: request.id, at: deps.clock.now(), actor: "countersign" };
  const context = () => deps.auditContext(request, votes);
  const detail = { ...requestContext(request), ...(executionStatus === undefined ? {} : { executionStatus }) };
  switch (change.kind) {
    case "close": {
      const actor = findDeciders(request, change.outcome, votes);
      return { ...common, actor, kind: "closed", detail: { ...detail, ...(await context()), outcome: change.outcome } };
    }
    case "progress":
      return { ...common, kind: "progress", detail: { ...detail, ...(awsApprovals == null ? {} : { awsApprovals }) } };
    case "verified":
      return toVerifiedEntry(change.verified, common, context);
    case "ended":
      return { ...common, kind: "ended", detail: { executionStatus: request.executionStatus, ...detail } };
    default:
      throw new Error(`no record for ${change satisfies never}`);
  }
}

/** Returns the people or AWS principals that decided a closed request, as the actor of its audit record. */
function findDeciders(request: ApprovalRequest, outcome: Outcome, votes: readonly Vote[]): string {
  if (outcome.where === "aws") return outcome.by.join(", ") || "unknown";
  return votes
    .filter((vote) => vote.verdict === request.decision)
    .map((vote) => vote.userId)
    .join(", ");
}
