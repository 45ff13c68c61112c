/** What happens in a schedule. Times are milliseconds of the fast clock since its beginning. */
export type Action =
  | { at: number; kind: "run"; runbook: string }
  /** So many at once that nobody here decides. */
  | { at: number; kind: "unattended"; runbook: string; count: number }
  /** A click on what stands there; `stale`: on the newest message as its reader saw it last, whatever it shows now. */
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
  /** By somebody with an AWS key of their own. */
  | { at: number; kind: "console"; execution: number; does: "Approve" | "Reject" | "Cancel" }
  | { at: number; kind: "slack-fault"; fault: FaultBody }
  | { at: number; kind: "aws-fault"; fault: FaultBody }
  /** Nothing answers for a while. */
  | { at: number; kind: "outage"; of: "slack" | "aws"; ms: number }
  | { at: number; kind: "disconnect"; reason: "warning" | "refresh_requested" | "link_disabled" | "none" }
  /** SIGKILL, and a start on the same database after `downMs`. */
  | { at: number; kind: "kill"; replica: number; downMs: number }
  /** SIGSTOP, and SIGCONT after `ms`. */
  | { at: number; kind: "pause"; replica: number; ms: number }
  /** Time passes for all at once. */
  | { at: number; kind: "pass"; ms: number }
  /** The stand-ins' clock goes ahead of the bot's. */
  | { at: number; kind: "skew"; ms: number };

export type Verdict = "approve" | "reject";

/** A fault as `/_control/faults` takes it; `delayMs` in the fast clock's milliseconds. */
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

/** An action in a line of a story. */
export function describeAction({ at, kind, ...rest }: Action): string {
  return `${(at / 1000).toFixed(1).padStart(7)} s  ${kind} ${JSON.stringify(rest)}`;
}
