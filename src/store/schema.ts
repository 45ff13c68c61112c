/**
 * The tables as Kysely sees them: camelCase here, snake_case in the database. Times are epoch milliseconds. What is an
 * object in the domain is stored as JSON in a text column.
 */
import type { ClickRow } from "../app/ports/click-store.ts";
import type { Lease, Poll } from "../app/ports/coordination.ts";
import type { DigestRow, MessageRow, NoticeRow, RecipientLookup, StepWithoutId } from "../app/ports/delivery-store.ts";
import type { WatchedExecution } from "../app/ports/execution-store.ts";
import type { HomeRow } from "../app/ports/home-store.ts";
import type { RequesterLookup } from "../app/ports/store.ts";
import type { AuditRecord } from "../core/audit-records.ts";
import type { ApprovalRequest, Vote } from "../core/request.ts";
import type { SignalAttempt } from "../core/signal-attempt.ts";

export interface RequestsTable
  extends Omit<
    ApprovalRequest,
    | "facts"
    | "addressOwners"
    | "listedAccounts"
    | "awsApprovals"
    | "awsDecidedBy"
    | "outcome"
    | "reachedStep"
    | "failedStep"
  > {
  facts: string;
  addressOwners: string;
  listedAccounts: string;
  awsApprovals: string | null;
  awsDecidedBy: string;
  outcome: string | null;
  reachedStep: string | null;
  failedStep: string | null;
  /** The time until which the request can be decided; a default if AWS does not say. See post-order.ts. */
  deadline: number;
  /** The requester, for the order of posts: see toRequesterKey. */
  requesterKey: string;
  /** The kind and the ARN of the signer, for the search for requests with another one; "" without a signer. */
  signer: string;
}

export interface MessagesTable extends MessageRow {
  /** The version of the request, copied here for an index of the messages that show an older one. */
  requestVersion: number;
  /** 1 after an approver opened the request before this message was posted, else 0. */
  wanted: number;
  /** When the request first changed after the state that the message shows; null or older if that is unknown. */
  outdatedSince: number | null;
}

/** `messageTs` is null for a click whose origin is a command. */
export interface ClicksTable extends Omit<ClickRow, "origin"> {
  channelId: string;
  messageTs: string | null;
}

export interface RecipientLookupsTable extends RecipientLookup {
  /** At most one lookup has this text; null: no restriction. */
  once: string | null;
  doneAt: number | null;
  nextAttemptAt: number;
  lastError: string | null;
}

/** A row exists while Slack has not returned the owner of the requester's address, and the request is not closed. */
export interface RequesterLookupsTable extends RequesterLookup {
  nextAttemptAt: number;
  lastError: string | null;
}

export interface StepsWithoutIdTable extends StepWithoutId {
  id: string;
}

export interface NoticesTable extends NoticeRow {
  /** At most one notice has this text; null: no restriction. */
  once: string | null;
}

export interface DigestsTable extends DigestRow {
  endedAt: number | null;
}

export interface ReplicasTable {
  id: string;
  startedAt: number;
  /** The replica counts as alive until this time. */
  until: number;
}

export interface RateLimitsTable {
  name: string;
  /** The time of the next call at an even pace. Its distance from now is the used part of the burst. */
  nextAt: number;
  blockedUntil: number;
}

export interface PollsTable extends Poll {
  /** The last poll, whether it succeeded or failed. */
  triedAt: number;
  replica: string;
}

export interface AuditTable extends Pick<AuditRecord, Exclude<keyof AuditRecord, "detail">> {
  detail: string;
  /** `never`: only recorded. `due`: to be published. `done`: published. `failed`: refused for good. */
  publishing: "never" | "due" | "done" | "failed";
  publishNextAt: number;
  publishAttempts: number;
  publishError: string | null;
  eventId: string | null;
}

/** One row: the number and the hash of the newest record, and of the last record that retention deleted. Each writer locks the row first. */
export interface AuditHeadTable {
  id: number;
  seq: number;
  hash: string;
  checkpointSeq: number;
  checkpointHash: string;
}

export interface Tables {
  requests: RequestsTable;
  votes: Vote;
  messages: MessagesTable;
  clicks: ClicksTable;
  signals: SignalAttempt;
  recipientLookups: RecipientLookupsTable;
  requesterLookups: RequesterLookupsTable;
  notices: NoticesTable;
  stepsWithoutId: StepsWithoutIdTable;
  digests: DigestsTable;
  executions: Required<WatchedExecution>;
  leases: Omit<Lease, "replaces">;
  replicas: ReplicasTable;
  rateLimits: RateLimitsTable;
  polls: PollsTable;
  homeViews: HomeRow;
  /** The next run of each scheduled work. */
  schedules: { name: string; nextAt: number };
  audit: AuditTable;
  auditHead: AuditHeadTable;
}
