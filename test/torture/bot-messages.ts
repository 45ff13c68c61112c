import type { TimeBase } from "./fast-time.ts";

/** What the torture tells the bot's process. */
export type ToBot =
  | {
      kind: "start";
      environment: Record<string, string>;
      time: TimeBase;
      /** A fault in the bot that the oracle must find. */
      mutant: string | null;
      /** Where the process ends itself by SIGKILL. */
      crashPoint: string | null;
    }
  | { kind: "move"; offset: number }
  | { kind: "pending"; id: number };

/** What the bot's process tells. */
export type FromBot =
  /** Everything is loaded; it waits for `start`. */
  { kind: "warm" } | { kind: "listening" } | { kind: "failed"; words: string } | PendingReply;

export interface PendingReply {
  kind: "pending";
  id: number;
  pending: PendingWork;
}

/** What the store still asks for, whenever it is due. */
export interface PendingWork {
  clicks: string[];
  answers: string[];
  signals: string[];
  messages: string[];
  /** Channels whose digest has not ended. */
  digests: string[];
  /** What is told beside the messages, whether or not it is known yet to whom. */
  notices: string[];
  events: string[];
  /** Step executions whose requests are open. */
  open: string[];
  /** Executions that are still watched. */
  watched: string[];
}
