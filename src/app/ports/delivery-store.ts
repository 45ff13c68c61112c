import type { ReminderKind } from "../../core/reminders.ts";
import type { ApprovalRequest } from "../../core/request.ts";

/** What all kinds of messages have in common. The states of such a row: see store/deliveries.ts. */
export interface DeliveryRow {
  id: string;
  channelId: string;
  /** Slack's id of the message in its channel; null until it is posted. */
  ts: string | null;
  /** The version that the message shows; 0 if unknown. */
  shownVersion: number;
  /** Fingerprint of the content that the message surely has; null if unknown, also while an update is in progress. */
  shownContent: string | null;
  /** Id of the attempt in progress: set before the call to Slack, and kept until its result is known. */
  claimId: string | null;
  claimedAt: number | null;
  /** From this time on the attempt counts as interrupted. */
  claimUntil: number | null;
  attempts: number;
  nextAttemptAt: number;
  lastError: string | null;
}

/** Posts each message at most once, across replicas and crashes. */
export interface DeliveryStore {
  /** Claims an unposted message for one post; false if it has a claim, even an expired one. */
  claim(id: string, claim: string, now: number, until: number): Promise<boolean>;
  /**
   * Takes over the claim `from`, which has expired or whose owner has ended, to search for the message; false if another
   * process did. What the earlier owner writes under its claim changes nothing any more.
   */
  claimUnresolved(id: string, from: string, claim: string, now: number, until: number): Promise<boolean>;
  /**
   * Claims a posted message for one update; false if another process has a claim that has not expired. Until the update is
   * recorded, the content of the message is unknown.
   */
  claimUpdate(id: string, claim: string, now: number, until: number): Promise<boolean>;
  /** Records that the message is in the channel. A second call changes nothing. */
  recordPosted(id: string, ts: string, version: number, content?: string | null): Promise<void>;
  /** Records that Slack may have posted the message: it keeps its claim, and is searched for from `resolveAt` on. */
  recordAmbiguous(id: string, claim: string, error: string, resolveAt: number): Promise<void>;
  /** Gives the claim back after an attempt that posted nothing, or after an update. `error: null`: it must wait. */
  release(id: string, claim: string, error: string | null, nextAttemptAt: number): Promise<void>;
  /**
   * Records the version that the message shows. If the claim expired during the update, another process may have updated
   * the message too, in either order: the version becomes unknown, and the message is due again.
   */
  recordUpdated(id: string, version: number, claim: string, content?: string | null): Promise<void>;
  /** Records that this version has the content that the message shows, unless an update has begun since. */
  recordUnchanged(id: string, version: number, content: string): Promise<void>;
  /** Records a failure outside a post or an update. A claim stays as it is. */
  recordFailed(id: string, error: string, nextAttemptAt: number): Promise<void>;
  /** Makes the unposted messages of the channel due now. */
  clearBackoff(channelId: string): Promise<void>;
}

/** The message of a request in one channel. Its version is that of the request. */
export interface MessageRow extends DeliveryRow {
  requestId: string;
  /** How often the message was deleted in Slack. It is posted again once. */
  deletions: number;
}

/** The place of a message in the order in which requests opened. */
export interface MessagePlace {
  openedAt: number;
  requestId: string;
  channelId: string;
}

export interface MessageStore extends DeliveryStore {
  /**
   * Returns messages to post, then messages to update, at most `perChannel` of either kind from each channel, so that a
   * flood in one channel hides no other. The orders are those of store/post-order.ts and store/update-order.ts.
   */
  due(now: number, perChannel: number): Promise<MessageRow[]>;
  ofRequest(requestId: string): Promise<MessageRow[]>;
  /**
   * Returns the posted message of an open request that follows `after`, in the order in which requests opened, and was posted
   * before a moment; null after the last one. A message that is not posted again after a deletion is left out.
   */
  nextPosted(after: MessagePlace, postedBefore: number): Promise<(MessagePlace & { ts: string }) | null>;
  /** Returns the `ts` of the newest message about a request in a channel; null if it has none. */
  lastPosted(channelId: string): Promise<string | null>;
  /** Records that an approver opened the request: its unposted messages are posted before others. */
  recordOpened(requestId: string): Promise<void>;
  /**
   * Records that the message with this ts was deleted in Slack: it is due to be posted again, once, while its request is not
   * closed. Returns false if that is recorded already.
   */
  recordDeleted(channelId: string, ts: string): Promise<boolean>;
}

/** `direct-messages`: to the approvers of a request. Otherwise the recipients of a notice. */
export type RecipientLookupKind =
  | "direct-messages"
  | Exclude<NoticeKind, "not-editable" | "execution-ended" | ReminderKind>;

/** The search for the people to message about a request. */
export interface RecipientLookup {
  /** As in NoticeRow. */
  requestId: string;
  kind: RecipientLookupKind;
  /** As in NoticeRow. */
  subject: string;
  attempts: number;
}

export interface RecipientLookupStore {
  /** Adds a lookup, once for each request, kind and subject, and once for all requests with the same `once`. */
  add(requestId: string, kind: RecipientLookupKind, once: string, subject?: string): Promise<void>;
  /** Returns lookups whose time has come. */
  due(now: number, limit: number): Promise<RecipientLookup[]>;
  /** Adds the last recipients' messages or notices, each channel once, and ends the lookup. */
  recordDone(lookup: RecipientLookup, channels: readonly string[], at: number): Promise<void>;
  /**
   * Adds the messages or notices of the recipients found so far, and tries again at `nextAttemptAt`. `error: null`: more
   * recipients remain; continue in the next batch.
   */
  recordFailed(
    lookup: RecipientLookup,
    error: string | null,
    nextAttemptAt: number,
    channels?: readonly string[],
  ): Promise<void>;
}

/** A notice that is sent for one of all requests with the same `once`. */
export interface OnceNotice {
  kind: Extract<NoticeKind, "not-listed">;
  once: string;
}

/** A message about a request that is posted once and never updated. */
export type NoticeKind =
  | "break-glass"
  | "channel-unavailable"
  | "decision-refused"
  | "escalation-unavailable"
  | "execution-ended"
  | "no-route"
  | "not-editable"
  | "not-listed"
  | ReminderKind
  | "requester-decided"
  | "requester-ended"
  | "signal-misdirected"
  | "signal-without-effect"
  | "step-without-id"
  | "unrecorded";

export interface NoticeRow extends DeliveryRow {
  /** The id of the request; of the stored step, if the notice is about a step without an id. */
  requestId: string;
  kind: NoticeKind;
  /** Tells apart the notices of one kind: the time when a reminder was due, the version of the request in a reply to a message that cannot be edited, else 0. */
  number: number;
  /** Tells apart the notices of one request and kind about several subjects; empty: the request itself. For `escalation-unavailable` JSON: see UnavailableChannel. For `channel-unavailable` "posted" if a channel has the message. */
  subject: string;
  /** Facts as of the time when the notice became due, as JSON; null if there are none. For `not-editable` the stage: see toStage. */
  detail: string | null;
  /** The thread that the last attempt posted to; null: none. */
  threadTs: string | null;
}

/** The subject of a notice `escalation-unavailable`, as JSON. */
export interface UnavailableChannel {
  channelId: string;
  /** Slack's error. */
  code: string;
}

/** A waiting step for which AWS returns no id: it has no request. */
export interface StepWithoutId {
  target: string;
  account: string;
  region: string;
  executionId: string;
  documentName: string;
  stepName: string;
  /** The page of the execution in the AWS console; null: none. */
  consoleUrl: string | null;
}

/** The notices that are replies in the thread of their request's message. */
export const THREAD_KINDS: readonly NoticeKind[] = [
  "execution-ended",
  "reminder",
  "last-call",
  "escalated",
  "not-editable",
];

/** The notices that end with the state `open` of their request, posted or not. */
export const REMINDER_KINDS: readonly NoticeKind[] = ["reminder", "last-call", "escalated"] satisfies ReminderKind[];

export interface NoticeStore extends DeliveryStore {
  /** Returns notices to post, at most `perChannel` from each channel. A reply is due when its thread is posted. */
  due(now: number, perChannel: number): Promise<NoticeRow[]>;
  ofRequest(requestId: string): Promise<NoticeRow[]>;
  /** Returns the stored step that a notice `step-without-id` is about. */
  stepWithoutId(id: string): Promise<StepWithoutId>;
  /** Adds a notice, once for each request, kind, number and channel. */
  add(requestId: string, kind: NoticeKind, channelId: string, number: number, detail?: string): Promise<void>;
  /**
   * Returns the thread of a reply: the request's message in the channel, for the end of an execution the newest message of
   * the execution. Null if it was deleted.
   */
  findThread(row: NoticeRow): Promise<string | null>;
  /** Records the thread that the claimed attempt posts to, so that the search for it finds it there. */
  recordThread(id: string, claim: string, threadTs: string | null): Promise<void>;
}

/** A list of the waiting requests of a channel that is far behind, from the beginning of that flood to its end. */
export interface DigestRow extends DeliveryRow {
  beganAt: number;
}

export interface DigestStore extends DeliveryStore {
  /** Begins a digest for each channel that has more than `threshold` open requests without a message, and no digest. */
  begin(threshold: number, now: number): Promise<void>;
  /** Returns digests that have not ended. */
  current(): Promise<DigestRow[]>;
  /** Returns open requests without a message in the channel, in the order of their posts, and their total number. */
  waiting(channelId: string, limit: number): Promise<{ requests: ApprovalRequest[]; count: number }>;
  /**
   * Ends a digest that shows an empty list or was never posted. Changes nothing if the digest has a claim, or if another
   * process has posted or updated it since it was read.
   */
  end(digest: Pick<DigestRow, "id" | "ts" | "shownVersion">, at: number): Promise<void>;
  /** Ends a digest that was deleted in Slack or cannot be edited any more, also while a process has a claim on it. */
  endLost(id: string, ts: string, at: number): Promise<void>;
  /** Says whether this message is a digest, also one that has ended. `unresolved`: a digest with an unknown ts may be it. */
  identify(channelId: string, ts: string): Promise<"digest" | "unresolved" | "none">;
}
