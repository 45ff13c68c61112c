import type { ApprovalRequest, Vote } from "../../core/request.ts";
import type { ClosedFigures, VoteFigures } from "../../core/statistics.ts";
import type { WaitingRequest } from "../../core/waiting-request.ts";

/** Where a page of closed requests begins: after this request, which is not part of it. */
export interface ClosedCursor {
  closedAt: number;
  id: string;
}

export interface ClosedQuery {
  before: ClosedCursor | null;
  /** In the other direction: requests that closed after this one, the earliest first. `before` is then null. */
  after?: ClosedCursor;
  /** Requests that closed at this time or later. */
  since: number | null;
  /** Requests that closed before this time. */
  until: number | null;
  /** Requests on which one of these people voted; null: all. */
  voters: readonly string[] | null;
  limit: number;
  /** Is called with each request whose row is damaged. The result leaves it out. */
  onDamaged?: (request: Pick<DamagedRequest, "id" | "route">) => void;
}

/** The columns of a damaged row that are no JSON. */
export type DamagedRequest = Pick<
  ApprovalRequest,
  "id" | "target" | "account" | "region" | "executionId" | "stepExecutionId" | "route" | "state" | "openedAt"
>;

/** Is called with each request whose row is damaged. The result leaves it out. */
export type OnDamaged = (request: DamagedRequest) => void;

/** Finds requests for people who ask. Every list has a limit. */
export interface RequestSearch {
  /** Returns requests that are not closed, those with the earliest deadline first. */
  waiting(limit: number, onDamaged?: OnDamaged): Promise<WaitingRequest[]>;
  /** Returns closed requests, the latest first. */
  closed(query: ClosedQuery): Promise<ApprovalRequest[]>;
  /** The same, with only the facts that statistics need. */
  closedFigures(query: ClosedQuery): Promise<ClosedFigures[]>;
  /** Finds by the beginning of the request id or the execution id, newest first. */
  startingWith(prefix: string, limit: number, onDamaged?: OnDamaged): Promise<ApprovalRequest[]>;
  /** Finds the request of a message or a notice. */
  ofMessage(channelId: string, ts: string, onDamaged?: OnDamaged): Promise<ApprovalRequest | null>;
  /** Returns the votes on these requests. */
  votesOn(requestIds: readonly string[]): Promise<Vote[]>;
  /** The same, with only the facts that statistics need. */
  voteFigures(requestIds: readonly string[]): Promise<VoteFigures[]>;
  /** Returns the ids of those requests on which the person voted. */
  votedOn(userId: string, requestIds: readonly string[]): Promise<Set<string>>;
  /** Returns the people who have voted, with each name that they had. */
  voters(): Promise<Pick<Vote, "userId" | "userName">[]>;
}
