import type { AuditEntry, AuditRecord, PublishedRecord } from "../../core/audit.ts";
import type { ApprovalRequest, RequestPatch, RequestState, Vote } from "../../core/request.ts";
import type { SignalAttempt } from "../../core/signal-attempt.ts";
import type { Target } from "./aws.ts";
import type { ClickStore } from "./click-store.ts";
import type { Lease, LeaseStore, PollStore, RateLimitStore, ReplicaStore } from "./coordination.ts";
import type {
  DigestStore,
  MessageStore,
  NoticeStore,
  RecipientLookupKind,
  RecipientLookupStore,
} from "./delivery-store.ts";
import type { EffectStore } from "./effect-store.ts";

/** A request that nobody else has changed since it was judged, with all that goes into the same transaction. */
export interface RequestChange {
  requestId: string;
  expectedVersion: number;
  patch: RequestPatch;
  vote?: Vote;
  /** The person whose vote is taken back. */
  withdraw?: string;
  /** An attempt to signal, in its new state. */
  attempt?: SignalAttempt;
  /** What has to be said beside the request's own messages. */
  recipientLookup?: RecipientLookupKind;
  audit: AuditEntry[];
  /** A click that this change answers. */
  click?: string;
  /** Words to those whose votes came to nothing. */
  replies?: { userId: string; text: string }[];
}

/** A request with everything that is stored in the same transaction. */
export interface NewRequest {
  request: ApprovalRequest;
  channels: readonly string[];
  /** Destinations that must be looked up first. */
  recipientLookup?: RecipientLookupKind;
  audit: AuditEntry;
}

export interface RequestStore {
  /** Stores a new request with its messages and audit record. `exists`: the step has a request already. */
  open(opened: NewRequest): Promise<"opened" | "exists" | "lease-lost">;
  /** Writes a change where the version is still the expected one; false when somebody was first. */
  advance(change: RequestChange): Promise<boolean>;
  /**
   * Takes over what is on record of this account and Region under another target's name: a target that was renamed in the
   * configuration keeps its requests, and what is watched goes on being watched.
   */
  rebindTarget(target: Target): Promise<void>;
  byId(id: string): Promise<ApprovalRequest | null>;
  /** By the target's account and Region, whatever name it had when they were opened. */
  ofExecution(target: Target, executionId: string): Promise<ApprovalRequest[]>;
  /** Requests of that request id or execution id, newest first. */
  find(id: string): Promise<ApprovalRequest[]>;
  /** Oldest first. */
  inState(states: readonly RequestState[], limit: number): Promise<ApprovalRequest[]>;
  votes(requestId: string): Promise<Vote[]>;
  /** Every attempt to signal the request's decision, oldest first. */
  signals(requestId: string): Promise<SignalAttempt[]>;
  /** Decided requests of the target's account and Region whose signal is due. */
  dueToSignal(target: Target, now: number, limit: number): Promise<ApprovalRequest[]>;
  /** Sets when the signal is looked at next. No message shows it, so the version stays. */
  postponeSignal(id: string, expectedVersion: number, signalNextAt: number): Promise<void>;
  /** What happened to a request, in order. */
  history(requestId: string): Promise<AuditRecord[]>;
}

/** An execution that is watched because a request of it is not over, or because it waits for something else. */
export interface WatchedExecution {
  target: string;
  executionId: string;
  fingerprint: string;
  /** When it is to be read again at the latest. */
  nextReadAt: number;
  /** How often in a row it was read without a change. */
  unchangedReads: number;
  /** Since when AWS has answered every reading with "not found"; absent or null when it did not. */
  notFoundSince?: number | null;
}

export interface ExecutionStore {
  watched(target: string): Promise<WatchedExecution[]>;
  /** Asks for a reading now. */
  wake(target: string, executionId: string, at: number): Promise<void>;
  due(target: string, now: number, limit: number): Promise<WatchedExecution[]>;
}

export interface AuditStore {
  /** The oldest records that are to be published now, each with how often that has failed. */
  unpublished(now: number, limit: number): Promise<{ record: PublishedRecord; attempts: number }[]>;
  recordPublished(seq: number, eventId: string): Promise<void>;
  /** `nextAttemptAt` is null when sending the entry again cannot help. */
  recordPublishFailed(seq: number, error: string, nextAttemptAt: number | null): Promise<void>;
}

/**
 * What a process may do under a lease. Each write counts only while the lease is still its owner's: a process that was
 * paused past its lease, and continues with data that it read before, changes nothing.
 */
export interface GuardedStore {
  requests: Pick<RequestStore, "open" | "advance" | "byId" | "ofExecution" | "votes" | "signals">;
  executions: {
    watched: ExecutionStore["watched"];
    watch(execution: WatchedExecution): Promise<void>;
    /** Records a read. The next one is due at `nextReadAt`, unless one was asked for since `seen`. */
    recordRead(seen: WatchedExecution, nextReadAt: number, unchangedReads: number): Promise<void>;
    /** Records that AWS does not know the execution; `notFoundSince` is the time of its first such reply. */
    recordNotFound(seen: WatchedExecution, nextReadAt: number, notFoundSince: number): Promise<void>;
    forget(target: string, executionId: string): Promise<void>;
  };
  polls: {
    /** Records the result of a poll; `error` is null if it succeeded. */
    record(target: string, at: number, error: string | null, replica: string): Promise<void>;
  };
  audit: {
    /** Claims all of these records for one attempt to publish them; false if one of them is no longer due. */
    claim(seqs: readonly number[], now: number, until: number): Promise<boolean>;
  };
}

export interface Store {
  requests: RequestStore;
  messages: MessageStore;
  notices: NoticeStore;
  recipientLookups: RecipientLookupStore;
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
  guardedBy(lease: Lease): GuardedStore;
  close(): Promise<void>;
}
