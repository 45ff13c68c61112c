import type { ApprovalRequest } from "../../src/core/request.ts";
import type { TimeBase } from "./fast-time.ts";

/** A message from the torture test to a bot process. */
export type ToBot =
  | {
      kind: "start";
      environment: Record<string, string>;
      time: TimeBase;
      /** A deliberate bug in the bot that the oracle must find. */
      mutant: string | null;
      /** The point at which the process ends itself with SIGKILL. */
      crashPoint: string | null;
    }
  | { kind: "move"; offset: number }
  | { kind: "pending"; id: number };

/** A message from a bot process to the torture test. */
export type FromBot =
  /** All modules are loaded; the process waits for `start`. */
  { kind: "loaded" } | { kind: "listening"; port: number } | { kind: "failed"; reason: string } | PendingReply;

export interface PendingReply {
  kind: "pending";
  id: number;
  pending: PendingWork;
}

/** Work that the store still has, due now or later. */
export interface PendingWork {
  clicks: string[];
  replies: string[];
  signals: string[];
  /** The requests among them whose signal may be in flight. */
  sending: string[];
  /** Requests whose signal is not verified. */
  verifications: string[];
  messages: string[];
  /** Channels whose digest has not ended. */
  digests: string[];
  /** Notices, and recipient lookups that have not created their notices yet. */
  notices: string[];
  events: string[];
  /** Requests with a reminder that is due now. */
  reminders: string[];
  /** Step executions whose requests are open, in the form of `formatTurn`. */
  open: string[];
  /** The same of requests that are decided, and whose step may wait forever: AWS accepted the signal, and it had no effect. */
  withoutEffect: string[];
  /** Executions that the bot still polls. */
  watched: string[];
}

/** Tells whether AWS accepted every signal of a decision whose step still waits, and nothing more is to be done. */
export const isDecidedWithoutEffect = ({ state, verification }: ApprovalRequest) =>
  state === "decided" && (verification === "no-effect" || verification === "not-visible");

/** Names a turn of a step: AWS may give the next turn the same id. */
export const formatTurn = (stepExecutionId: string, startedAt: number | null) => `${stepExecutionId} at ${startedAt}`;
