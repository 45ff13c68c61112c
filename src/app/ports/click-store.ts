import type { AuditEntry } from "../../core/audit.ts";
import type { Authority, RequestedAction } from "../../core/request.ts";

/**
 * The place from which a click comes. `channelId` is also the channel in which its author gets a reply.
 *   message  a button of the message `ts`: not trusted until the message is found for the request
 *   command  the list that a command shows to one person. Only a signed form state has this origin
 */
export type ClickOrigin = { kind: "message"; channelId: string; ts: string } | { kind: "command"; channelId: string };

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
  origin: ClickOrigin;
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

export interface ClickStore {
  record(click: Click): Promise<"recorded" | "duplicate">;
  unevaluated(now: number, limit: number): Promise<ClickRow[]>;
  /** Takes a due click for judging or answering; false when another has it. It is due again at `until`. */
  claim(id: string, now: number, until: number): Promise<boolean>;
  /** The click is judged; `answer` is what its author is to be told, null when the message says it all. */
  recordEvaluated(id: string, answer: string | null, audit: AuditEntry | null): Promise<void>;
  /** The click could not be judged, or its author not be told, yet. */
  postpone(id: string, nextAttemptAt: number, error: string): Promise<void>;
  unreplied(now: number, limit: number): Promise<ClickRow[]>;
  recordReplied(id: string): Promise<void>;
}
