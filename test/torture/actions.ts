/** An action of a schedule. Times are milliseconds of the fast clock since the start of the schedule. */
export type Action =
  | { at: number; kind: "run"; runbook: string }
  /** Starts many executions at once. No later action decides them. */
  | { at: number; kind: "flood"; runbook: string; count: number }
  /** A click on a message. `stale`: on the newest message as the person last saw it, even if it has changed since. */
  | {
      at: number;
      kind: "click";
      user: string;
      execution: number;
      channel: string;
      verdict: Verdict;
      twice: boolean;
      stale: boolean;
    }
  /** Many clicks in a row by a person without permission. */
  | { at: number; kind: "storm"; user: string; execution: number; channel: string; clicks: number }
  /** Changes the members of the group of approvers. */
  | { at: number; kind: "group"; users: string[] }
  /** A person deletes the message of an execution while it is open. */
  | { at: number; kind: "delete-message"; execution: number; channel: string }
  /** A decision outside Slack, made with another AWS credential. */
  | { at: number; kind: "console"; execution: number; decision: ConsoleDecision }
  /**
   * An execution of its own, in which AWS receives the bot's signal `delayMs` late: after the clicks of `users`, the step is
   * decided elsewhere while the signal is in flight.
   */
  | { at: number; kind: "overtake"; runbook: string; users: string[]; delayMs: number }
  /**
   * An execution of its own, in which AWS accepts the signal after the clicks of `users` and does nothing, as it does with
   * every other signal of that time. `decidedAfterMs`: when the step is decided elsewhere; null: never.
   */
  | { at: number; kind: "lose-effect"; runbook: string; users: string[]; decidedAfterMs: number | null }
  | { at: number; kind: "slack-fault"; fault: FaultBody }
  | { at: number; kind: "aws-fault"; fault: FaultBody }
  /** Events that do not reach the queue, that reach it twice, or that reach it late. */
  | {
      at: number;
      kind: "event-fault";
      fault: { kind: "lose" | "duplicate" | "delay"; times: number; delayMs?: number };
    }
  /** The service refuses every connection for `ms`. */
  | { at: number; kind: "outage"; service: "slack" | "aws"; ms: number }
  | { at: number; kind: "disconnect"; reason: "warning" | "refresh_requested" | "link_disabled" | "none" }
  /** SIGKILL, and a start on the same database after `downMs`. */
  | { at: number; kind: "kill"; replica: number; downMs: number }
  /** SIGSTOP, and SIGCONT after `ms`. */
  | { at: number; kind: "pause"; replica: number; ms: number }
  /** Moves the clocks of every process forward by `ms`. */
  | { at: number; kind: "advance-time"; ms: number }
  /** Moves only the clock of the stand-ins forward by `ms`, so that it runs ahead of the bot's. */
  | { at: number; kind: "skew"; ms: number };

/** `Resume` goes to the paused step of the runbooks with a pause. */
export type ConsoleDecision = "Approve" | "Reject" | "Resume" | "Cancel";

/** What a click asks for: a verdict on a gate or on a pause, or the end of the person's own vote. */
export type Verdict = "approve" | "reject" | "resume" | "stop" | "withdraw";

/** A fault in the format of `/_control/faults`, except that `delayMs` is in milliseconds of the fast clock. */
export interface FaultBody {
  operation: string;
  kind: "throttle" | "error" | "delay" | "refuse" | "drop-reply" | "twice";
  times: number;
  status?: number;
  code?: string;
  afterExecution?: boolean;
  delayMs?: number;
  retryAfterSeconds?: number;
}

/** Formats an action as one line of a report. */
export function describeAction({ at, kind, ...rest }: Action): string {
  return `${(at / 1000).toFixed(1).padStart(7)} s  ${kind} ${JSON.stringify(rest)}`;
}
