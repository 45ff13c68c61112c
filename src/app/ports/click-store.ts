import type { AuditEntry } from "../../core/audit-records.ts";
import type { Authority, ReplacingAction, RequestedAction } from "../../core/request.ts";

/**
 * The place from which a click comes. `channelId` is also the channel in which its author gets a reply.
 *   message  a button of the message `ts`: not trusted until the message is found for the request
 *   command  the reply to a command, which only one person sees
 */
export type ClickOrigin = { kind: "message"; channelId: string; ts: string } | { kind: "command"; channelId: string };

export interface Click {
  id: string;
  /** Equal for two deliveries of the same click: the second is not recorded. */
  key: string;
  verdict: RequestedAction;
  /** The right under which the person acts. */
  authority: Authority;
  requestId: string;
  userId: string;
  teamId: string;
  origin: ClickOrigin;
  reason: string | null;
  /** The runbook's name as the person typed it, if the form asked for it. */
  typed: string | null;
  receivedAt: number;
}

export interface ClickRow extends Click {
  evaluatedAt: number | null;
  /** The message for the person who clicked; null if there is none. */
  reply: string | null;
  repliedAt: number | null;
  nextAttemptAt: number;
  attempts: number;
  lastError: string | null;
}

/** `replacedBy`: an action of the same person on the same request that was recorded later and replaces this one. */
export interface DueClick extends ClickRow {
  replacedBy: ReplacingAction | null;
}

export interface DueOptions {
  first?: readonly string[];
  own?: readonly string[];
  ofEach?: number;
}

export interface ClickStore {
  /** Records a click. `until`: the replica that records it has claimed its evaluation until then. */
  record(click: Click, until?: number): Promise<"recorded" | "duplicate">;
  /**
   * Returns clicks that are due for evaluation: one of each person, then the next one of each, up to `ofEach`, which is one by
   * default. The people in `first` come first, then those whose last evaluation is the longest time ago. A click waits for
   * the person's earlier clicks on the same request. `own`: clicks that are due also while they are claimed. A postponed click
   * is due as soon as a later one replaces it: a rejection or a withdrawal replaces an approval, and break-glass either vote.
   */
  unevaluated(now: number, limit: number, options?: DueOptions): Promise<DueClick[]>;
  /** Claims a due click for evaluation or its reply; false if another process has it. It is due again at `until`. */
  claim(id: string, now: number, until: number): Promise<boolean>;
  /** Records the end of the evaluation. `reply: null`: the message in the channel shows the result. */
  recordEvaluated(id: string, reply: string | null, audit: AuditEntry | null): Promise<void>;
  /** Records a failed evaluation or reply, and the time of the next attempt; nothing if another process ended the evaluation. */
  postpone(click: Pick<ClickRow, "id" | "evaluatedAt">, nextAttemptAt: number, error: string): Promise<void>;
  /** Returns clicks whose reply is due, one of each person: first those whose last reply is the longest time ago. */
  unreplied(now: number, limit: number): Promise<ClickRow[]>;
  /** Records that the person has this reply. A reply to which another text was added meanwhile remains due. */
  recordReplied(sent: Pick<ClickRow, "id" | "reply">): Promise<void>;
}
