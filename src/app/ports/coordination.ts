/** What the processes that share a database keep there, and the store as a whole. The rules of ports.ts hold here too. */
import type { PublishedRecord } from "../../core/audit.ts";
import type { ClickStore, DigestStore, ExecutionStore, MessageStore, NoticeStore, RequestStore } from "./store.ts";

/**
 * The right to act on something until it ends, or longer if nobody else takes it. The token grows with each change of
 * owner: a write that names its lease has no effect once another owner has had it.
 */
export interface Lease {
  name: string;
  owner: string;
  token: number;
  until: number;
}

export interface LeaseStore {
  /** Takes or renews the lease; null while another owner holds it. */
  acquire(name: string, owner: string, now: number, until: number): Promise<Lease | null>;
  /** Extends every lease of the owner that nobody else has taken, and returns them. */
  renew(owner: string, until: number): Promise<Lease[]>;
  release(name: string, owner: string): Promise<void>;
  /** Those of the names that nobody holds. */
  free(names: readonly string[], now: number): Promise<string[]>;
}

/** The processes that share the database. */
export interface ReplicaStore {
  /** This one lives until then, at least; returns how many live, this one among them. */
  heartbeat(id: string, now: number, until: number): Promise<number>;
  /** This one ends. */
  deregister(id: string): Promise<void>;
}

/** How often a call may be made: one each interval, and `burst` of them at once after a rest. */
export interface RateLimit {
  intervalMs: number;
  burst: number;
}

/** The pace of calls to Slack, kept for all processes together. */
export interface RateLimitStore {
  /** Takes the next turn and returns 0, or returns after how many milliseconds to ask again. */
  acquireSlot(name: string, pace: RateLimit, now: number): Promise<number>;
  /** Nobody's turn comes before then. */
  blockUntil(name: string, until: number): Promise<void>;
  /** Until when each lane is held; lanes that are not held are left out. */
  blocked(now: number): Promise<Map<string, number>>;
}

export interface Poll {
  target: string;
  /** The last good poll; null when there was none. */
  polledAt: number | null;
  /** What the last poll failed with; null when it was good. */
  error: string | null;
}

export interface PollStore {
  /** A poll ended, well or with an error. */
  record(target: string, at: number, error: string | null, replica: string, lease?: Lease): Promise<void>;
  all(): Promise<Poll[]>;
}

export interface AuditStore {
  /** The oldest records that are to be published now, each with how often that has failed. */
  unpublished(now: number, limit: number): Promise<{ record: PublishedRecord; attempts: number }[]>;
  /** Takes all of these records for one attempt under the lease; false when they or the lease are another's by now. */
  claim(seqs: readonly number[], now: number, until: number, lease: Lease): Promise<boolean>;
  published(seq: number, eventId: string): Promise<void>;
  /** `nextAttemptAt` is null when sending the entry again cannot help. */
  publishFailed(seq: number, error: string, nextAttemptAt: number | null): Promise<void>;
}

export type EffectKind =
  | "post"
  | "update"
  | "digest"
  | "notice"
  | "recipients"
  | "signal"
  | "click"
  | "reply"
  | "publish";

/** What is not yet done of one kind of effect. */
export interface Backlog {
  kind: EffectKind;
  /** Waiting to be done, those that rest after a failure included. */
  due: number;
  /** Of these, those whose last attempt failed; and those that will not be tried again. */
  failing: number;
  /** One of the errors, and what it is about: a channel, a request, a record. */
  lastError: { about: string; error: string } | null;
}

/** Something about one request that is not done yet since its last attempt failed. */
export interface FailingEffect {
  kind: EffectKind;
  /** A channel where it is about a message; else the request. */
  about: string;
  error: string;
}

/** The work that the rows ask for. */
export interface EffectStore {
  /** What of this request's work fails. */
  failing(requestId: string): Promise<FailingEffect[]>;
  /** All of the work, counted. */
  /** `uncovered`: of the open requests, those that no route covers. */
  backlog(): Promise<{ open: number; uncovered: number; effects: Backlog[] }>;
}

export interface Store {
  requests: RequestStore;
  messages: MessageStore;
  notices: NoticeStore;
  digests: DigestStore;
  clicks: ClickStore;
  executions: ExecutionStore;
  leases: LeaseStore;
  replicas: ReplicaStore;
  rateLimits: RateLimitStore;
  polls: PollStore;
  audit: AuditStore;
  effects: EffectStore;
  /** The same for what somebody waits for: it answers or fails within a second and a half, however the database is. */
  ackStore: { clicks: Pick<ClickStore, "record">; requests: Pick<RequestStore, "byId">; polls: Pick<PollStore, "all"> };
  /** This process is the only one: what another held when it ended is free at once. */
  releaseStaleClaims(): Promise<void>;
  /** Answers within a moment while the database can be read and written. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
