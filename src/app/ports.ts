/**
 * What the use cases need from outside. Adapters implement these; expected results are values, only breakage throws.
 * All times are epoch milliseconds.
 */
import type { AuditEntry, AuditRecord } from "../core/audit.ts";
import type { ListedExecution, ObservedExecution } from "../core/execution.ts";
import type { Membership, Person } from "../core/person.ts";
import type { Approvers, People, Route } from "../core/policy.ts";
import type { ApprovalRequest, Authority, RequestPatch, RequestState, Verdict, Vote, Wish } from "../core/request.ts";
import type { PersonSignal } from "../core/signers.ts";
import type { Starter } from "../core/starter.ts";

export interface Clock {
  now(): number;
  /** Resolves after `ms`, or at once when the signal is or becomes aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One AWS account in one Region. */
export interface Target {
  /** Unique: the configured name and the Region. */
  key: string;
  name: string;
  account: string;
  region: string;
}

/** An AWS call that gave no result: `retry` says whether the same call may succeed later without anyone's help. */
export interface AwsFailure {
  kind: "failed";
  /** Throttled, denied, unreachable, malformed...: AWS's error code or ours. */
  code: string;
  message: string;
  retry: boolean;
}

export type SignalResult =
  /** AWS took it. */
  | { kind: "taken" }
  /** AWS answered that it did nothing: wrong moment, not allowed, throttled. It has surely had no effect. */
  | { kind: "refused"; code: string; message: string }
  /** It never left this machine. */
  | { kind: "not-sent"; code: string; message: string }
  /**
   * It may or may not have had its effect. `answered`: AWS replied with an error of its own, so it is over; otherwise no
   * reply came, and it may still take effect until its signature expires.
   */
  | { kind: "ambiguous"; answered: boolean; code: string; message: string };

/** Automation of one target. */
export interface Automation {
  readonly target: Target;
  /** All executions that wait, page by page, 50 a page. */
  listWaiting(signal: AbortSignal): Promise<{ kind: "listed"; executions: ListedExecution[] } | AwsFailure>;
  /** One execution with all of its steps. */
  read(
    executionId: string,
    signal: AbortSignal,
  ): Promise<{ kind: "read"; execution: ObservedExecution } | { kind: "gone" } | AwsFailure>;
  /** The defaults of a runbook's parameters, or null when they cannot be read. Never fails. */
  defaults(documentName: string, version: string | null, signal: AbortSignal): Promise<Record<string, string[]> | null>;
  /** Set where each deciding person signals as themselves; then `signal` is not used. */
  asPerson?: PersonSigning;
  /** Sends one signal, once: the client's own retries are off. What is not on its way by `notAfter` is not sent. */
  signal(executionId: string, verdict: Verdict, comment: string[], notAfter: number): Promise<SignalResult>;
}

/** Signals under the name of the person who decided. */
export interface PersonSigning {
  /** Makes sure that the person can act, before anything is read or sent. Nothing is ever sent as somebody else. */
  ready(person: Signer, signal: AbortSignal): Promise<{ kind: "ready" } | AwsFailure>;
  /** Sends one signal as that person, once; nothing when it is not on its way by `notAfter`. */
  signal(
    person: Signer,
    executionId: string,
    verdict: Verdict,
    comment: string[],
    notAfter: number,
  ): Promise<SignalResult>;
}

/** A person who decided, and the name under which AWS sees them. */
export interface Signer {
  userId: string;
  /** RoleSessionName and SourceIdentity. */
  session: string;
}

export type ChatFailure =
  /** Nothing was done; try again after this many milliseconds. */
  | { kind: "limited"; retryAfterMs: number }
  /** Slack refused for a reason that a person must mend. Nothing was done. */
  | { kind: "refused"; error: string; advice: string }
  /** It never left this machine, or Slack said before acting that it is unwell. */
  | { kind: "unavailable"; error: string }
  /** It may or may not have been done. */
  | { kind: "ambiguous"; error: string };

/** What a message shows. The adapter renders it. */
export interface RequestView {
  request: ApprovalRequest;
  votes: Vote[];
  route: Route | null;
  /** Who started the execution, as far as it is known. */
  starter?: Starter | undefined;
}

/** What a notice tells. */
export interface NoticeView extends RequestView {
  noticeId: string;
  kind: NoticeKind;
}

/** Slack, as far as messages go. */
export interface Chat {
  /** Resolves when the channel's lane lets the next call of this kind go; at once when aborted. */
  turn(kind: "post" | "update", channelId: string, signal: AbortSignal): Promise<void>;
  /** Posts what is told once, with the notice's id in its metadata. Once: no retries. */
  tell(channelId: string, notice: NoticeView): Promise<{ kind: "posted"; ts: string } | ChatFailure>;
  /** The channel of the direct messages with one person. */
  direct(userId: string): Promise<{ kind: "channel"; channelId: string } | ChatFailure>;
  /** Posts the message of a request, with the request's id in its metadata. Once: no retries. */
  post(channelId: string, view: RequestView): Promise<{ kind: "posted"; ts: string } | ChatFailure>;
  update(channelId: string, ts: string, view: RequestView): Promise<{ kind: "updated" } | ChatFailure>;
  /** Looks for our message with this request's id in its metadata, posted at `since` or later. */
  find(
    channelId: string,
    requestId: string,
    since: number,
  ): Promise<{ kind: "found"; ts: string } | { kind: "absent" } | ChatFailure>;
  /** Says something that only this person sees. */
  whisper(channelId: string, userId: string, text: string): Promise<{ kind: "told" } | ChatFailure>;
}

/** Slack, as far as people go. */
export interface Directory {
  /** The person as Slack knows them now. `fresh` passes over what was remembered. */
  person(
    userId: string,
    fresh: boolean,
  ): Promise<{ kind: "person"; person: Person } | { kind: "unknown"; error: string }>;
  /**
   * Whether the person is meant. To decide, groups are read from Slack, and again before anyone is denied; to show, what is
   * remembered will do. `channels` are those whose members are meant by `channel: members`.
   */
  isAmong(
    people: Approvers,
    userId: string,
    purpose?: "decide" | "show",
    channels?: readonly string[],
  ): Promise<Membership>;
  /** The people meant one by one: those named, and the members of the groups. */
  members(people: People): Promise<{ kind: "members"; userIds: string[] } | { kind: "unknown"; error: string }>;
  /** Whose address this is; `nobody` when it belongs to nobody in the workspace. */
  byEmail(
    email: string,
  ): Promise<{ kind: "person"; userId: string } | { kind: "nobody" } | { kind: "unknown"; error: string }>;
}

/** Where audit events go. */
export interface EventBus {
  /** Publishes up to ten records; the answer is aligned with them. */
  publish(records: readonly AuditRecord[], signal: AbortSignal): Promise<PublishResult[]>;
}
export type PublishResult =
  | { kind: "published"; eventId: string }
  /** `final` when sending the same entry again cannot help. */
  | { kind: "failed"; code: string; message: string; final: boolean };

export interface MessageRow {
  id: string;
  requestId: string;
  channelId: string;
  ts: string | null;
  /** The request version that the message shows. */
  version: number;
  /** Set from before an attempt to post until its end is known; who holds it, and from when on to look for its message. */
  claim: string | null;
  claimedAt: number | null;
  claimUntil: number | null;
  attempts: number;
  nextAttemptAt: number;
  lastError: string | null;
}

export interface Click {
  id: string;
  /** Equal for two deliveries of the same click. */
  key: string;
  verdict: Wish;
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
  handledAt: number | null;
  /** What its author has yet to be told. */
  answer: string | null;
  answeredAt: number | null;
  nextAttemptAt: number;
  attempts: number;
}

/** An execution that is watched because a request of it is not over, or because it waits for something else. */
export interface WatchedExecution {
  target: string;
  executionId: string;
  fingerprint: string;
  /** When it is to be read again at the latest. */
  nextReadAt: number;
  /** How often in a row it was read without a change. */
  quietReads: number;
  /** Since when AWS has answered every reading with "not found"; absent or null when it did not. */
  goneSince?: number | null;
}

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

/** A request that nobody else has changed since it was judged, with all that goes into the same transaction. */
export interface Step {
  requestId: string;
  expectedVersion: number;
  patch: RequestPatch;
  vote?: Vote;
  /** The person whose vote is taken back. */
  withdraw?: string;
  /** What becomes of one person's own signal. */
  signal?: PersonSignal;
  /** What has to be said beside the request's own messages. */
  errand?: ErrandKind;
  audit: AuditEntry[];
  /** A click that this change answers. */
  click?: string;
  /** Words to those whose votes came to nothing. */
  answers?: { userId: string; text: string }[];
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
    errand?: ErrandKind,
  ): Promise<"opened" | "exists" | "lease-lost">;
  /** Writes a change where the version is still the expected one; false when somebody was first. */
  advance(step: Step): Promise<boolean>;
  /**
   * Takes over what is on record of this account and Region under another target's name: a target that was renamed in the
   * configuration keeps its requests, and none is opened twice.
   */
  adopt(target: Target): Promise<void>;
  byId(id: string): Promise<ApprovalRequest | null>;
  ofExecution(target: string, executionId: string): Promise<ApprovalRequest[]>;
  /** Requests of that request id or execution id, newest first. */
  find(id: string): Promise<ApprovalRequest[]>;
  /** Oldest first. */
  inState(states: readonly RequestState[], limit: number): Promise<ApprovalRequest[]>;
  votes(requestId: string): Promise<Vote[]>;
  /** Each person's own signal, as far as there was one. */
  signals(requestId: string): Promise<PersonSignal[]>;
  /** Decided requests of the target whose signal is due. */
  dueToSignal(target: string, now: number, limit: number): Promise<ApprovalRequest[]>;
  /** Sets when the signal is looked at next. No message shows it, so the version stays. */
  postponeSignal(id: string, expectedVersion: number, signalNextAt: number): Promise<void>;
  /** What happened to a request, in order. */
  history(requestId: string): Promise<AuditRecord[]>;
}

export interface MessageStore {
  /**
   * Messages that are not posted yet, or show an old version, and whose time has come, so many of either kind from each
   * channel: a flood in one hides no other. Not yet posted ones first; those soonest past their deadline first.
   */
  due(now: number, perChannel: number): Promise<MessageRow[]>;
  ofRequest(requestId: string): Promise<MessageRow[]>;
  /** Takes an unposted message for one attempt; false when another has it. A claim that lapsed keeps its words. */
  claim(id: string, claim: string, now: number, until: number): Promise<boolean>;
  /** Takes a lapsed claim to find out what came of it; false when another does. */
  settling(id: string, claim: string, now: number, until: number): Promise<boolean>;
  /** Takes a posted message for one update; false when another has it. */
  claimUpdate(id: string, claim: string, now: number, until: number): Promise<boolean>;
  /** The message stands in the channel. */
  posted(id: string, ts: string, version: number): Promise<void>;
  /** The attempt may have posted: the claim stays, and from `lookAt` on its message is looked for. */
  unsure(id: string, claim: string, error: string, lookAt: number): Promise<void>;
  /** The attempt surely did nothing, or was an update: the claim is given back. */
  released(id: string, claim: string, error: string, nextAttemptAt: number): Promise<void>;
  /**
   * The message shows this version. Without the claim, which lapsed while the update was on its way, it may as well show
   * an older one than another wrote since: then it is due again, whatever is on record.
   */
  updated(id: string, version: number, claim: string): Promise<void>;
  /** An attempt failed; whatever is claimed stays claimed. */
  failed(id: string, error: string, nextAttemptAt: number): Promise<void>;
}

/** Work whose recipients have yet to be found: direct messages to approvers, and what is said beside the messages. */
export type ErrandKind = "direct-messages" | NoticeKind;
export interface Errand {
  requestId: string;
  kind: ErrandKind;
  attempts: number;
}

/** What is told once, beside the request's own messages. */
export type NoticeKind = "break-glass" | "no-route";
export interface NoticeRow {
  id: string;
  requestId: string;
  kind: NoticeKind;
  channelId: string;
  ts: string | null;
  /** As in MessageRow. */
  claim: string | null;
  claimedAt: number | null;
  claimUntil: number | null;
  attempts: number;
  nextAttemptAt: number;
  lastError: string | null;
}

export interface NoticeStore {
  errands(now: number, limit: number): Promise<Errand[]>;
  /** The recipients are found: they get messages of the request or notices, each once, and the errand is done. */
  errandDone(errand: Errand, channels: readonly string[], at: number): Promise<void>;
  errandFailed(errand: Errand, error: string, nextAttemptAt: number): Promise<void>;
  /** Notices that are not posted yet and whose time has come. */
  due(now: number, limit: number): Promise<NoticeRow[]>;
  ofRequest(requestId: string): Promise<NoticeRow[]>;
  /** Takes an unposted notice for one attempt; false when another has it. */
  claim(id: string, claim: string, now: number, until: number): Promise<boolean>;
  posted(id: string, ts: string): Promise<void>;
  /** The attempt may have posted: from `lookAt` on its message is looked for. */
  unsure(id: string, claim: string, error: string, lookAt: number): Promise<void>;
  /** The attempt surely posted nothing. */
  released(id: string, claim: string, error: string, nextAttemptAt: number): Promise<void>;
}

export interface ClickStore {
  record(click: Click): Promise<"recorded" | "duplicate">;
  unhandled(now: number, limit: number): Promise<ClickRow[]>;
  /** Takes a due click for judging or answering; false when another has it. It is due again at `until`. */
  claim(id: string, now: number, until: number): Promise<boolean>;
  /** The click is judged; `answer` is what its author is to be told, null when the message says it all. */
  handled(id: string, answer: string | null, audit: AuditEntry | null): Promise<void>;
  /** The click could not be judged yet. */
  postponed(id: string, nextAttemptAt: number): Promise<void>;
  unanswered(now: number, limit: number): Promise<ClickRow[]>;
  answered(id: string): Promise<void>;
}

export interface ExecutionStore {
  watched(target: string): Promise<WatchedExecution[]>;
  watch(execution: WatchedExecution, lease?: Lease): Promise<void>;
  /** A reading is done: the next one is due then, unless somebody asked for one in the meantime. */
  wasRead(seen: WatchedExecution, nextReadAt: number, quietReads: number, lease?: Lease): Promise<void>;
  /** A reading said that AWS knows no such execution, for the first time at `goneSince`. */
  wasGone(seen: WatchedExecution, nextReadAt: number, goneSince: number, lease?: Lease): Promise<void>;
  /** Asks for a reading now. */
  wake(target: string, executionId: string, at: number): Promise<void>;
  due(target: string, now: number, limit: number): Promise<WatchedExecution[]>;
  forget(target: string, executionId: string, lease?: Lease): Promise<void>;
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
  beat(id: string, now: number, until: number): Promise<number>;
  /** This one ends. */
  leave(id: string): Promise<void>;
}

/** How often a call may be made: one each interval, and `burst` of them at once after a rest. */
export interface Pace {
  intervalMs: number;
  burst: number;
}

/** The pace of calls to Slack, kept for all processes together. */
export interface LaneStore {
  /** Takes the next turn and returns 0, or returns after how many milliseconds to ask again. */
  take(name: string, pace: Pace, now: number): Promise<number>;
  /** Nobody's turn comes before then. */
  hold(name: string, until: number): Promise<void>;
  /** Until when each lane is held; lanes that are not held are left out. */
  held(now: number): Promise<Map<string, number>>;
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
  unpublished(now: number, limit: number): Promise<{ record: AuditRecord; attempts: number }[]>;
  /** Takes all of these records for one attempt under the lease; false when they or the lease are another's by now. */
  claim(seqs: readonly number[], now: number, until: number, lease: Lease): Promise<boolean>;
  published(seq: number, eventId: string): Promise<void>;
  /** `nextAttemptAt` is null when sending the entry again cannot help. */
  publishFailed(seq: number, error: string, nextAttemptAt: number | null): Promise<void>;
}

export type EffectKind = "post" | "update" | "notice" | "errand" | "signal" | "judge" | "answer" | "publish";

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

/** The work that the rows ask for, counted. */
export interface EffectStore {
  backlog(): Promise<{ open: number; effects: Backlog[] }>;
}

export interface Store {
  requests: RequestStore;
  messages: MessageStore;
  notices: NoticeStore;
  clicks: ClickStore;
  executions: ExecutionStore;
  leases: LeaseStore;
  replicas: ReplicaStore;
  lanes: LaneStore;
  polls: PollStore;
  audit: AuditStore;
  effects: EffectStore;
  /** The same for what somebody waits for: it answers or fails within a second and a half, however the database is. */
  prompt: { clicks: Pick<ClickStore, "record">; requests: Pick<RequestStore, "byId">; polls: Pick<PollStore, "all"> };
  /** This process is the only one: what another held when it ended is free at once. */
  alone(): Promise<void>;
  /** Answers within a moment while the database can be read and written. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
