/** The tables, as Kysely sees them: camelCase here, snake_case in the database. Times are epoch milliseconds; JSON is text. */
import type { ClickRow } from "../app/ports/click-store.ts";
import type { DigestRow, MessageRow, NoticeRow, RecipientLookupKind } from "../app/ports/delivery-store.ts";
import type { AuditKind } from "../core/audit.ts";
import type { Authority, RequestState, SignalState, Verdict } from "../core/request.ts";
import type { PersonSignal } from "../core/signers.ts";

export interface RequestsTable {
  id: string;
  target: string;
  account: string;
  region: string;
  executionId: string;
  stepExecutionId: string;
  facts: string;
  route: string | null;
  version: number;
  state: RequestState;
  openedAt: number;
  decision: Verdict | null;
  decidedAt: number | null;
  signal: SignalState;
  signalAttempts: number;
  signalAt: number | null;
  signalUncertainUntil: number | null;
  signalNextAt: number | null;
  signalError: string | null;
  signalsAccepted: number;
  awsApprovals: string | null;
  awsDecidedBy: string;
  outcome: string | null;
  closedAt: number | null;
  executionStatus: string;
  executionEndedAt: number | null;
  executionFailure: string | null;
  /** Until when it can be decided, as far as is known: what is over soonest is posted first. */
  deadline: number;
}

export interface VotesTable {
  requestId: string;
  userId: string;
  userName: string;
  email: string | null;
  verdict: Verdict;
  authority: Authority;
  reason: string | null;
  at: number;
}

export interface MessagesTable extends MessageRow {
  /** The version of the request, at least 1: a message that shows less is to be updated. Kept here to be found quickly. */
  requestVersion: number;
}

/** `messageTs` is null for a click whose origin is a command. */
export interface ClicksTable extends Omit<ClickRow, "origin"> {
  channelId: string;
  messageTs: string | null;
}

/** One person's own signal for a request, where each signals as themselves. */
export type SignalsTable = PersonSignal;

export interface RecipientLookupsTable {
  requestId: string;
  kind: RecipientLookupKind;
  doneAt: number | null;
  attempts: number;
  nextAttemptAt: number;
  lastError: string | null;
}

export type NoticesTable = NoticeRow;

export interface DigestsTable extends DigestRow {
  endedAt: number | null;
}

export interface ExecutionsTable {
  target: string;
  executionId: string;
  fingerprint: string;
  nextReadAt: number;
  unchangedReads: number;
  notFoundSince: number | null;
}

export interface LeasesTable {
  name: string;
  owner: string;
  until: number;
  /** Grows with each change of owner. */
  token: number;
}

export interface ReplicasTable {
  id: string;
  startedAt: number;
  /** Counts as alive until then. */
  until: number;
}

export interface RateLimitsTable {
  name: string;
  /** When the next call would be due if all went at an even pace; how far it lies ahead is how much of the burst is used. */
  nextAt: number;
  blockedUntil: number;
}

export interface PollsTable {
  target: string;
  /** The last good poll. */
  polledAt: number | null;
  /** The last poll, good or not. */
  triedAt: number;
  error: string | null;
  replica: string;
}

export interface AuditTable {
  seq: number;
  id: string;
  requestId: string;
  kind: AuditKind;
  at: number;
  actor: string;
  detail: string;
  previous: string;
  hash: string;
  /** `never`: only recorded. `failed`: the bus refused it for good. */
  publishing: "never" | "due" | "done" | "failed";
  publishNextAt: number;
  publishAttempts: number;
  publishError: string | null;
  eventId: string | null;
}

/** One row: the number and hash of the newest record. Writers take it first, which puts them in a line. */
export interface AuditHeadTable {
  id: number;
  seq: number;
  hash: string;
}

export interface Tables {
  requests: RequestsTable;
  votes: VotesTable;
  messages: MessagesTable;
  clicks: ClicksTable;
  signals: SignalsTable;
  recipientLookups: RecipientLookupsTable;
  notices: NoticesTable;
  digests: DigestsTable;
  executions: ExecutionsTable;
  leases: LeasesTable;
  replicas: ReplicasTable;
  rateLimits: RateLimitsTable;
  polls: PollsTable;
  audit: AuditTable;
  auditHead: AuditHeadTable;
}
