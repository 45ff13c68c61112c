import type { AuditEntry, AuditRecord, PublishedRecord } from "../../core/audit-records.ts";
import type { ReminderKind } from "../../core/reminders.ts";
import type { ApprovalRequest, RequestPatch, RequestSigner, RequestState, Vote } from "../../core/request.ts";
import type { SignalAttempt } from "../../core/signal-attempt.ts";
import type { Target } from "./aws.ts";
import type { ClickStore } from "./click-store.ts";
import type { Lease, LeaseStore, PollStore, RateLimitStore, ReplicaStore } from "./coordination.ts";
import type {
  DigestStore,
  MessageStore,
  NoticeStore,
  OnceNotice,
  RecipientLookupKind,
  RecipientLookupStore,
  StepWithoutId,
} from "./delivery-store.ts";
import type { EffectStore, RequestTimes } from "./effect-store.ts";
import type { ExecutionStore, WatchedExecution } from "./execution-store.ts";
import type { HomeStore } from "./home-store.ts";
import type { OnDamaged, RequestSearch } from "./request-search.ts";
import type { RetentionStore } from "./retention-store.ts";

/** A change of a request that still has the expected version, with everything that is stored in the same transaction. */
export interface RequestChange {
  requestId: string;
  expectedVersion: number;
  patch: RequestPatch;
  vote?: Vote;
  /** The people whose votes are removed. */
  removeVotes?: readonly string[];
  /** An attempt to signal, in its new state. */
  attempt?: SignalAttempt;
  /** A notice whose recipients must be looked up. */
  recipientLookup?: RecipientLookupKind;
  notice?: OnceNotice;
  audit: AuditEntry[];
  /** The click whose evaluation this change ends. If another process ended it first, nothing is stored. */
  click?: string;
  /** Replies to people whose clicks were evaluated without a reply, such as those whose votes have no effect. */
  replies?: { userId: string; text: string }[];
}

/** A request with everything that is stored in the same transaction. */
export interface NewRequest {
  request: ApprovalRequest;
  channels: readonly string[];
  /** Destinations that must be looked up first. */
  recipientLookup?: RecipientLookupKind;
  notice?: OnceNotice;
  audit: AuditEntry;
}

/** The reminders that are due for a request, all at its time `nextReminderAt`. */
export interface DueReminders {
  request: Pick<ApprovalRequest, "id" | "nextReminderAt">;
  kinds: readonly ReminderKind[];
  /** The channels of the replies. */
  channels: readonly string[];
  /** The channels that get the message of the request too. */
  escalateTo: readonly string[];
  /** Facts for the text, as JSON. */
  detail: string;
  next: number | null;
}

/** Lists leave out requests whose rows are damaged. */
export interface RequestStore {
  /** Stores a new request with its messages and audit record. `exists`: the step has a request already. */
  open(opened: NewRequest): Promise<"opened" | "exists" | "lease-lost">;
  /** Stores a change; false if another process changed the request or evaluated the click first. */
  advance(change: RequestChange): Promise<boolean>;
  /**
   * Moves the requests and watched executions of this account and Region to this target name, so that a target keeps them
   * when the configuration renames it.
   */
  rebindTarget(target: Target): Promise<void>;
  /** Throws if the row is damaged. With `onDamaged`, calls it instead and returns null. */
  byId(id: string, onDamaged?: OnDamaged): Promise<ApprovalRequest | null>;
  /** Returns the executions of these requests, for log lines. */
  executionsOf(ids: readonly string[]): Promise<Pick<ApprovalRequest, "id" | "executionId">[]>;
  /** Finds by the account and Region of the target, which may have had another name when the requests were opened. */
  ofExecution(
    target: Pick<Target, "account" | "region">,
    executionId: string,
    onDamaged?: OnDamaged,
  ): Promise<ApprovalRequest[]>;
  /** Finds by request id or execution id, newest first. */
  find(id: string, onDamaged?: OnDamaged): Promise<ApprovalRequest[]>;
  /** Returns the oldest first. */
  inState(states: readonly RequestState[], limit: number): Promise<ApprovalRequest[]>;
  /**
   * Returns the next executions of the target's account and Region, in the order of their ids, with a request that is not
   * closed and shows another signer.
   */
  signedByOthers(target: Target, signer: RequestSigner, after: string, limit: number): Promise<string[]>;
  votes(requestId: string): Promise<Vote[]>;
  /** Returns the address in the person's latest vote at this time or before; null without one. */
  emailAt(userId: string, at: number): Promise<string | null>;
  /** Returns every attempt to signal the decision, oldest first. */
  signals(requestId: string): Promise<SignalAttempt[]>;
  /** Returns every attempt to signal for a request of the execution, oldest first. */
  signalsOfExecution(target: Target, executionId: string): Promise<SignalAttempt[]>;
  /** Tells whether the audit log has the decision of the request. Without it, an attempt in state `sending` is not stored. */
  isDecisionRecorded(requestId: string): Promise<boolean>;
  /** Returns decided requests of the target's account and Region whose next attempt is due. */
  dueToSignal(target: Target, now: number, limit: number): Promise<ApprovalRequest[]>;
  /** Returns the accounts and Regions in which signals are due. */
  dueSignalTargets(now: number): Promise<Pick<ApprovalRequest, "account" | "region">[]>;
  /** Returns open requests whose next reminder is due, earliest first. */
  dueToRemind(now: number, limit: number): Promise<ApprovalRequest[]>;
  /**
   * Stores the reminders of a request as replies in these channels, its messages in further channels, and the time of its
   * next reminder. False if another process was first, or if the request is no longer open.
   */
  recordReminded(reminded: DueReminders): Promise<boolean>;
  /** Records that a read showed the step no longer waiting; the first such time stays. Messages do not show it. */
  recordSeenOver(id: string, at: number): Promise<void>;
  /** Sets the time of the next attempt. Messages do not show it, so the version stays. */
  postponeSignal(id: string, expectedVersion: number, signalNextAt: number): Promise<void>;
  /** Returns the audit records of the request in order, without those that are damaged. */
  history(requestId: string): Promise<AuditRecord[]>;
}

/** A request for which Slack has yet to return the owner of the requester's address. */
export interface RequesterLookup {
  requestId: string;
  attempts: number;
}

/** The lookups that are not done. `RequestStore.advance` ends a lookup with its result, or with the end of the request. */
export interface RequesterLookupStore {
  /** Returns lookups whose time has come. */
  due(now: number, limit: number): Promise<RequesterLookup[]>;
  recordFailed(requestId: string, error: string, nextAttemptAt: number): Promise<void>;
  /** Ends the lookup without a result. */
  end(requestId: string): Promise<void>;
}

export interface AuditStore {
  /** Returns the oldest records to publish, one of each request, each with the number of failed attempts. */
  unpublished(now: number, limit: number): Promise<{ record: PublishedRecord; attempts: number }[]>;
  /** Stores the event id of each record that the bus accepted, by `seq`, in one commit. */
  recordPublished(eventIds: ReadonlyMap<number, string>): Promise<void>;
  /** Records a failed attempt. `nextAttemptAt: null`: the bus refused the record for good. */
  recordPublishFailed(seq: number, error: string, nextAttemptAt: number | null): Promise<void>;
}

/**
 * What a process may do under a lease. Each write counts only while the lease is still its owner's: a process that was
 * paused past its lease, and continues with data that it read before, changes nothing.
 */
export interface GuardedStore {
  requests: Pick<RequestStore, "open" | "advance" | "byId" | "ofExecution" | "votes" | "signalsOfExecution">;
  executions: {
    watched: ExecutionStore["watched"];
    count: ExecutionStore["count"];
    recordStale: ExecutionStore["recordStale"];
    clearStale: ExecutionStore["clearStale"];
    watch(execution: WatchedExecution): Promise<void>;
    /** The same for several, in one commit. */
    watchAll(executions: readonly WatchedExecution[]): Promise<void>;
    /**
     * Records a read. The next one is due at `nextReadAt`, unless one was asked for since `seen`. `shown`: what the read
     * shows of the execution, if that is newer than the list.
     */
    recordRead(
      seen: WatchedExecution,
      nextReadAt: number,
      unchangedReads: number,
      shown?: Pick<WatchedExecution, "fingerprint" | "listedAt"> | null,
    ): Promise<void>;
    /** Records that AWS does not know the execution; `notFoundSince` is the time of its first such reply. */
    recordNotFound(seen: WatchedExecution, nextReadAt: number, notFoundSince: number): Promise<void>;
    /** Stores a waiting step without an id, and the notice to admins about it: once for each step of an execution. */
    recordWithoutId(step: StepWithoutId): Promise<void>;
    /** Ends the watch. With the time of the read that saw the end: unless another read was asked for since. */
    forget(target: string, executionId: string, nextReadAt?: number): Promise<void>;
  };
  polls: {
    /** Records the result of a poll; `error` is null if it succeeded. `everyMs`: the time until the next one. */
    record(
      target: string,
      at: number,
      error: string | null,
      replica: string,
      everyMs: number,
      unannouncedAt?: number | null,
    ): Promise<void>;
  };
  audit: {
    /** Claims all of these records for one attempt to publish them; false if one of them is no longer due. */
    claim(seqs: readonly number[], now: number, until: number): Promise<boolean>;
    /**
     * Makes all unpublished records due now, also those that an earlier owner of the lease claimed; with
     * `isRestart`, also those that the bus refused.
     */
    releaseClaims(now: number, isRestart: boolean): Promise<void>;
  };
}

export interface Store {
  requests: RequestStore;
  search: RequestSearch;
  messages: MessageStore;
  notices: NoticeStore;
  recipientLookups: RecipientLookupStore;
  requesterLookups: RequesterLookupStore;
  digests: DigestStore;
  homes: HomeStore;
  retention: RetentionStore;
  clicks: ClickStore;
  executions: ExecutionStore;
  leases: LeaseStore;
  replicas: ReplicaStore;
  rateLimits: RateLimitStore;
  polls: PollStore;
  audit: AuditStore;
  effects: EffectStore;
  times: RequestTimes;
  /** Connections for Slack's 3-second ack path: every call succeeds or fails within 1.5 s, even if the database hangs. */
  ackStore: { clicks: Pick<ClickStore, "record">; requests: Pick<RequestStore, "byId">; polls: Pick<PollStore, "all"> };
  /** Returns why the open database is no longer the file at its path; null if it is, and for PostgreSQL. */
  fileFault(): string | null;
  /** Frees leases and claims of earlier processes. Only for a process that has the database to itself. */
  releaseStaleClaims(): Promise<void>;
  /** Returns the writes that count only while this lease is its owner's. */
  guardedBy(lease: Lease): GuardedStore;
  close(): Promise<void>;
}
