import type { ApprovalRequest } from "../../core/request.ts";
import type { DamagedRequest } from "./request-search.ts";

export type EffectKind =
  | "post"
  | "update"
  | "digest"
  | "notice"
  | "recipients"
  | "requester"
  | "signal"
  | "verify"
  | "click"
  | "reply"
  | "publish";

/** The unfinished work of one kind of effect. */
export interface Backlog {
  kind: EffectKind;
  /** Unfinished effects, including those that wait for their next attempt. */
  due: number;
  /** Of these, the effects whose last attempt failed, including those that are not tried again. */
  failing: number;
  /** One of the errors, and the channel or request that it is about. */
  lastError: { about: string; error: string } | null;
}

/** An unfinished effect of one request whose last attempt failed. */
export interface FailingEffect {
  kind: EffectKind;
  /** The channel of a message; otherwise the request. */
  about: string;
  error: string;
}

/** How far the bot is behind. Times are null if nothing is. */
export interface Lags {
  /** When the oldest request was opened that is not closed. */
  oldestOpenAt: number | null;
  /** When the oldest request was opened that has no message in one of its channels. */
  oldestUnpostedAt: number | null;
  /** The time of the oldest audit record that is to be published. */
  oldestUnpublishedAt: number | null;
  /** The number of audit records whose events the bus refused. */
  refused: number;
  /** Since when reads of an execution have contradicted a newer observation, the longest. */
  oldestStaleAt: number | null;
  /** The executions that wait in AWS, by the key of their target. */
  waiting: { target: string; count: number }[];
}

export interface Damage {
  /** The requests with damaged rows that this process found, and that are not closed. Workers leave them out. */
  damaged: DamagedRequest[];
}

/** Derives the unfinished work from the rows. */
export interface EffectStore {
  /** Returns the failing effects of one request. */
  failing(requestId: string): Promise<FailingEffect[]>;
  /**
   * Counts the unfinished work and the requests that are not closed. `uncovered`: those of them without a route;
   * `undecided`: those of them that wait for people; `unrecorded`: those of them that are decided without a record in the
   * audit log.
   */
  backlog(): Promise<
    { open: number; undecided: number; uncovered: number; unrecorded: number; effects: Backlog[] } & Damage
  >;
  /** Returns how far the bot is behind, and how many executions wait. */
  lags(): Promise<Lags>;
}

/** Reads when a request reached a state, for the metrics of its times. */
export interface RequestTimes {
  /** Returns the request of this message, if the message with this ts is the first that was posted of it. */
  ofFirstMessage(messageId: string, ts: string): Promise<ApprovalRequest | null>;
  /** Returns when the first message of the request was posted, by Slack's clock. */
  firstPostedAt(requestId: string): Promise<number | null>;
  /** Returns when the click arrived that completed the decision. */
  decidingClickAt(requestId: string): Promise<number | null>;
}
