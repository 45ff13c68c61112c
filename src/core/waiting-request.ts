import type { ApprovalRequest, RequestFacts } from "./request.ts";

/** The facts of a waiting request by which answers select and order it. */
type WaitingFacts = Pick<
  RequestFacts,
  | "action"
  | "documentName"
  | "executedBy"
  | "parentsUnread"
  | "waitingSince"
  | "timeoutSeconds"
  | "awsApprovers"
  | "signer"
> & { parents?: { executedBy: string | null }[] };

/** A waiting request without its texts and parameters, so that thousands of them fit into memory. Whoever shows one reads it whole. */
export interface WaitingRequest
  extends Pick<
    ApprovalRequest,
    | "id"
    | "target"
    | "account"
    | "region"
    | "executionId"
    | "route"
    | "state"
    | "openedAt"
    | "addressOwners"
    | "listedAccounts"
  > {
  facts: WaitingFacts;
}

/** Keeps the facts of a request by which answers select and order it. */
export function toWaitingRequest(request: ApprovalRequest): WaitingRequest {
  const { id, target, account, region, executionId, route, state, openedAt, addressOwners, listedAccounts, facts } =
    request;
  const { action, documentName, executedBy, waitingSince, timeoutSeconds, awsApprovers } = facts;
  const { signer, parents, parentsUnread } = facts;
  return {
    ...{ id, target, account, region, executionId, route, state, openedAt, addressOwners, listedAccounts },
    facts: {
      ...{ action, documentName, executedBy, waitingSince, timeoutSeconds, awsApprovers },
      ...(signer === undefined ? {} : { signer }),
      ...(parentsUnread === undefined ? {} : { parentsUnread }),
      ...(parents === undefined ? {} : { parents: parents.map((each) => ({ executedBy: each.executedBy })) }),
    },
  };
}
