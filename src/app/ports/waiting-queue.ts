import type { AwsFailure } from "./aws.ts";

/** The queue of events about executions. Events are hints: they carry no state, and may be lost, late, repeated or false. */
export interface WaitingQueue {
  /** Waits for messages, up to 20 s. `abort` ends the wait. */
  receive(abort: AbortSignal): Promise<{ kind: "received"; messages: QueueMessage[] } | AwsFailure>;
  /** Deletes messages by their receipts. Returns the first failure; what remains is received again. */
  remove(receipts: readonly string[]): Promise<AwsFailure | null>;
  readSettings(abort: AbortSignal): Promise<QueueSettings | AwsFailure>;
}

export interface QueueSettings {
  kind: "settings";
  /** Whether the queue moves messages that are not deleted to a dead-letter queue. */
  hasDeadLetters: boolean;
  /** The policy of the queue, in JSON; null: only its own account may use it. */
  policy: string | null;
}

/** A message of the queue. `receives` counts its receives, this one included. */
export interface QueueMessage {
  messageId: string;
  receipt: string;
  receives: number;
  content: QueuedEvent;
}

export type QueuedEvent =
  | ExecutionEvent
  /** A valid event that is not about an execution. */
  | { kind: "other" }
  | { kind: "malformed"; reason: string };

/** An event about one execution. `at`: the time in the event, which AWS gives in whole seconds. */
export interface ExecutionEvent {
  kind: "execution";
  account: string;
  region: string;
  executionId: string;
  at: number;
  /** The execution may have begun to wait, or is about to. */
  mayWait: boolean;
}

/** The queue as one process sees it. */
export interface QueueState {
  /** `starting`: no call has ended yet. */
  status: "starting" | "receiving" | "failing";
  /** When the last event about a target arrived; null without one since the start. */
  lastEventAt: number | null;
  /** The error of the last call, and the time of the first consecutive failure; null after a success. */
  error: string | null;
  failingSince: number | null;
}
