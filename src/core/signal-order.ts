import { signalComment } from "./comment.ts";
import { type DecidedRequest, isPause, type Vote } from "./request.ts";

/**
 * The call that carries a decision to AWS:
 *
 *   approve, reject  SendAutomationSignal with the people who decided. It names no step
 *   resume           SendAutomationSignal with the name of the paused step. Its payload has no room for people
 *   stop             StopAutomationExecution with the type Cancel. It ends the whole execution
 *
 * Source: SSM API, SendAutomationSignal and StopAutomationExecution.
 */
export type SignalOrder =
  | { kind: "approve" | "reject"; comment: string[] }
  | { kind: "resume"; stepName: string }
  | { kind: "stop" };

/** Returns the call that carries the request's decision. */
export function toSignalOrder(request: DecidedRequest, votes: readonly Vote[], workspace: string): SignalOrder {
  if (!isPause(request.facts)) return { kind: request.decision, comment: signalComment(request, votes, workspace) };
  return request.decision === "approve" ? { kind: "resume", stepName: request.facts.stepName } : { kind: "stop" };
}
