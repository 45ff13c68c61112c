import type { ApprovalRequest } from "../../core/request.ts";

/** A message of ours: what all kinds of them have in common. Each is posted once. */
export interface DeliveryRow {
  id: string;
  channelId: string;
  ts: string | null;
  /** What it shows; 0 when that is not known. */
  shownVersion: number;
  /** Set from before an attempt to post until its end is known; who holds it, and from when on to look for its message. */
  claimId: string | null;
  claimedAt: number | null;
  claimUntil: number | null;
  attempts: number;
  nextAttemptAt: number;
  lastError: string | null;
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
  recordPosted(id: string, ts: string, version: number): Promise<void>;
  /** The attempt may have posted: the claim stays, and from `lookAt` on its message is looked for. */
  recordAmbiguous(id: string, claim: string, error: string, lookAt: number): Promise<void>;
  /** The attempt surely did nothing, or was an update: the claim is given back. */
  release(id: string, claim: string, error: string, nextAttemptAt: number): Promise<void>;
  /**
   * The message shows this version. Without the claim, which lapsed while the update was on its way, it may as well show
   * an older one than another wrote since: then it is due again, whatever is on record.
   */
  recordUpdated(id: string, version: number, claim: string): Promise<void>;
  /** Something else failed than an attempt to post or to update; whatever is claimed stays claimed. */
  recordFailed(id: string, error: string, nextAttemptAt: number): Promise<void>;
  /** What is not yet posted in the channel may be tried again now. */
  clearBackoff(channelId: string): Promise<void>;
}

/** The message of a request in one channel. Its version is the request's. */
export interface MessageRow extends DeliveryRow {
  requestId: string;
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

export interface RecipientLookupStore {
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

/** What is told once, beside the request's own messages. */
export type NoticeKind = "break-glass" | "no-route";

export interface NoticeRow extends DeliveryRow {
  requestId: string;
  kind: NoticeKind;
}

export interface NoticeStore extends DeliveryStore {
  /** Notices that are not posted yet and whose time has come, so many from each channel. */
  due(now: number, perChannel: number): Promise<NoticeRow[]>;
  ofRequest(requestId: string): Promise<NoticeRow[]>;
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
  end(id: string, at: number): Promise<void>;
  /** Whether a digest was ever posted as this message; `unresolved` when one may have been, and its ts is not known yet. */
  identify(channelId: string, ts: string): Promise<"digest" | "unresolved" | "none">;
}
