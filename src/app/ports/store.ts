import type { AuditEntry, AuditRecord, PublishedRecord } from "../../core/audit.ts";
import type { ApprovalRequest, RequestPatch, RequestState, Vote } from "../../core/request.ts";
import type { PersonSignal } from "../../core/signers.ts";
import type { Target } from "./aws.ts";
import type { ClickStore } from "./click-store.ts";
import type { Lease, LeaseStore, PollStore, RateLimitStore, ReplicaStore } from "./coordination.ts";
import type { DigestStore, MessageStore, NoticeStore, RecipientLookupKind } from "./delivery-store.ts";
import type { EffectStore } from "./effect-store.ts";

/** A request that nobody else has changed since it was judged, with all that goes into the same transaction. */
export interface RequestChange {
  requestId: string;
  expectedVersion: number;
  patch: RequestPatch;
  vote?: Vote;
  /** The person whose vote is taken back. */
  withdraw?: string;
  /** What becomes of one person's own signal. */
  signal?: PersonSignal;
  /** What has to be said beside the request's own messages. */
  recipientLookup?: RecipientLookupKind;
  audit: AuditEntry[];
  /** A click that this change answers. */
  click?: string;
  /** Words to those whose votes came to nothing. */
  replies?: { userId: string; text: string }[];
  /** What was judged under this lease is written only while it is still the owner's. */
  lease?: Lease;
}

export interface RequestStore {
  /** Opens a request with its messages and audit record; `exists` when the step is on record already. */
  open(
    request: ApprovalRequest,
    channels: readonly string[],
    audit: AuditEntry,
    lease?: Lease,
    lookup?: RecipientLookupKind,
  ): Promise<"opened" | "exists" | "lease-lost">;
  /** Writes a change where the version is still the expected one; false when somebody was first. */
  advance(step: RequestChange): Promise<boolean>;
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
  /** Each person's own signal, as far as there was one. */
  signals(requestId: string): Promise<PersonSignal[]>;
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
  watch(execution: WatchedExecution, lease?: Lease): Promise<void>;
  /** A reading is done: the next one is due then, unless somebody asked for one in the meantime. */
  recordRead(seen: WatchedExecution, nextReadAt: number, unchangedReads: number, lease?: Lease): Promise<void>;
  /** A reading said that AWS knows no such execution, for the first time at `notFoundSince`. */
  recordNotFound(seen: WatchedExecution, nextReadAt: number, notFoundSince: number, lease?: Lease): Promise<void>;
  /** Asks for a reading now. */
  wake(target: string, executionId: string, at: number): Promise<void>;
  due(target: string, now: number, limit: number): Promise<WatchedExecution[]>;
  forget(target: string, executionId: string, lease?: Lease): Promise<void>;
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
