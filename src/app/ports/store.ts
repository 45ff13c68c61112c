/** What the use cases keep on record. The rules of ports.ts hold here too. */
import type { AuditEntry, AuditRecord } from "../../core/audit.ts";
import type {
  ApprovalRequest,
  Authority,
  RequestedAction,
  RequestPatch,
  RequestState,
  Vote,
} from "../../core/request.ts";
import type { PersonSignal } from "../../core/signers.ts";
import type { Target } from "./aws.ts";
import type { Lease } from "./coordination.ts";

/** A message of ours: what all kinds of them have in common. Each is posted once. */
export interface DeliveryRow {
  id: string;
  channelId: string;
  ts: string | null;
  /** What it shows; 0 when that is not known. */
  version: number;
  /** Set from before an attempt to post until its end is known; who holds it, and from when on to look for its message. */
  claim: string | null;
  claimedAt: number | null;
  claimUntil: number | null;
  attempts: number;
  nextAttemptAt: number;
  lastError: string | null;
}

/** The message of a request in one channel. Its version is the request's. */
export interface MessageRow extends DeliveryRow {
  requestId: string;
}

export interface Click {
  id: string;
  /** Equal for two deliveries of the same click. */
  key: string;
  verdict: RequestedAction;
  /** By what right the person asks for it. */
  authority: Authority;
  requestId: string;
  userId: string;
  teamId: string;
  channelId: string;
  messageTs: string;
  reason: string | null;
  /** What was typed as the runbook's name, where a form asked for it. */
  typed: string | null;
  receivedAt: number;
}

export interface ClickRow extends Click {
  evaluatedAt: number | null;
  /** What its author has yet to be told. */
  reply: string | null;
  repliedAt: number | null;
  nextAttemptAt: number;
  attempts: number;
  lastError: string | null;
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

/** How a message comes to stand in its channel once, whoever tries and whatever becomes of the attempt. */
export interface DeliveryStore {
  /** Takes an unposted message for one attempt; false when another has it. A claim that lapsed keeps its words. */
  claim(id: string, claim: string, now: number, until: number): Promise<boolean>;
  /** Takes a lapsed claim to find out what came of it; false when another does. */
  claimUnresolved(id: string, claim: string, now: number, until: number): Promise<boolean>;
  /** Takes a posted message for one update; false when another has it. */
  claimUpdate(id: string, claim: string, now: number, until: number): Promise<boolean>;
  /** The message stands in the channel. */
  posted(id: string, ts: string, version: number): Promise<void>;
  /** The attempt may have posted: the claim stays, and from `lookAt` on its message is looked for. */
  ambiguous(id: string, claim: string, error: string, lookAt: number): Promise<void>;
  /** The attempt surely did nothing, or was an update: the claim is given back. */
  released(id: string, claim: string, error: string, nextAttemptAt: number): Promise<void>;
  /**
   * The message shows this version. Without the claim, which lapsed while the update was on its way, it may as well show
   * an older one than another wrote since: then it is due again, whatever is on record.
   */
  updated(id: string, version: number, claim: string): Promise<void>;
  /** Something else failed than an attempt to post or to update; whatever is claimed stays claimed. */
  failed(id: string, error: string, nextAttemptAt: number): Promise<void>;
  /** What is not yet posted in the channel may be tried again now. */
  clearBackoff(channelId: string): Promise<void>;
}

export interface MessageStore extends DeliveryStore {
  /**
   * Messages that are not posted yet, or show an old version, and whose time has come, so many of either kind from each
   * channel: a flood in one hides no other. Not yet posted ones first; those soonest past their deadline first.
   */
  due(now: number, perChannel: number): Promise<MessageRow[]>;
  ofRequest(requestId: string): Promise<MessageRow[]>;
}

/** Work whose recipients have yet to be found: direct messages to approvers, and what is said beside the messages. */
export type RecipientLookupKind = "direct-messages" | NoticeKind;

export interface RecipientLookup {
  requestId: string;
  kind: RecipientLookupKind;
  attempts: number;
}

/** What is told once, beside the request's own messages. */
export type NoticeKind = "break-glass" | "no-route";

export interface NoticeRow extends DeliveryRow {
  requestId: string;
  kind: NoticeKind;
}

/** What tells, while a channel is far behind, all that waits there; from the flood's beginning to its end. */
export interface DigestRow extends DeliveryRow {
  beganAt: number;
}

export interface DigestStore extends DeliveryStore {
  /** Begins a digest for each channel that has more than `behind` open requests without a message, and none yet. */
  begin(behind: number, now: number): Promise<void>;
  /** Digests that have not ended. */
  current(): Promise<DigestRow[]>;
  /** Open requests without a message in the channel, those soonest past their deadline first, and how many there are. */
  waiting(channelId: string, limit: number): Promise<{ requests: ApprovalRequest[]; count: number }>;
  /** Nothing waits there any more, and the digest says so, or was never posted. Not while somebody has it claimed. */
  ended(id: string, at: number): Promise<void>;
  /** Whether a digest was ever posted as this message; `unsettled` when one may have been, and its ts is not known yet. */
  at(channelId: string, ts: string): Promise<"digest" | "unsettled" | "none">;
}

export interface NoticeStore extends DeliveryStore {
  dueLookups(now: number, limit: number): Promise<RecipientLookup[]>;
  /** The recipients are found: they get messages of the request or notices, each once, and the lookup is done. */
  lookupDone(lookup: RecipientLookup, channels: readonly string[], at: number): Promise<void>;
  /** Not all recipients are found; those in `channels` are, and get theirs. `error` is null when nothing went wrong. */
  lookupFailed(
    lookup: RecipientLookup,
    error: string | null,
    nextAttemptAt: number,
    channels?: readonly string[],
  ): Promise<void>;
  /** Notices that are not posted yet and whose time has come, so many from each channel. */
  due(now: number, perChannel: number): Promise<NoticeRow[]>;
  ofRequest(requestId: string): Promise<NoticeRow[]>;
}

export interface ClickStore {
  record(click: Click): Promise<"recorded" | "duplicate">;
  unevaluated(now: number, limit: number): Promise<ClickRow[]>;
  /** Takes a due click for judging or answering; false when another has it. It is due again at `until`. */
  claim(id: string, now: number, until: number): Promise<boolean>;
  /** The click is judged; `answer` is what its author is to be told, null when the message says it all. */
  evaluated(id: string, answer: string | null, audit: AuditEntry | null): Promise<void>;
  /** The click could not be judged, or its author not be told, yet. */
  postponed(id: string, nextAttemptAt: number, error: string): Promise<void>;
  unreplied(now: number, limit: number): Promise<ClickRow[]>;
  replied(id: string): Promise<void>;
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
