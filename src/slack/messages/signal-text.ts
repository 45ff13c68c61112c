import { findTerms } from "../../core/action-terms.ts";
import { describePrincipal } from "../../core/principal.ts";
import { type ApprovalRequest, isPause } from "../../core/request.ts";
import { countAccepted, describeSigner, type SignalAttempt } from "../../core/signal-attempt.ts";
import { inAwsConsole } from "./aws-text.ts";
import { mentions, series } from "./mentions.ts";
import { code } from "./text.ts";

/** Reports that AWS accepted a signal and the step still waits. In mrkdwn. */
export function noEffectText(request: ApprovalRequest): string {
  const { facts, decision } = request;
  const { verb, step } = findTerms(facts);
  const shown = isPause(facts) ? "" : ", and AWS lists no decision by Countersign";
  return `AWS accepted the signal, but the step is still waiting${shown}. Countersign does not send another signal, because a second signal could ${verb[decision ?? "approve"]} the next ${step}. Decide the step ${inAwsConsole(request)}.`;
}

/** Names the signers that AWS refuses, where it accepted another one: the step needs several. Null without an accepted one. */
export function partlyRefusedText(
  { facts, awsApprovals }: ApprovalRequest,
  attempts: readonly SignalAttempt[],
): string | null {
  const accepted = countAccepted(attempts);
  if (accepted === 0) return null;
  const latest = new Map(attempts.map((each) => [each.signerId, each]));
  const refused = [...latest.values()].filter(({ state }) => state === "refused");
  const principals = refused.map((each) => describePrincipal(describeSigner(each).principal ?? null, mentions(80)));
  const have = Math.max(accepted, awsApprovals?.[0] ?? 0);
  return `AWS has ${have} of ${facts.minRequiredApprovals} approvals and refuses the others: ${series(principals, 8)}`;
}

/** Reports that a signal did not decide the step of its request. In mrkdwn. */
export function misdirectedText(request: ApprovalRequest): string {
  const { reachedStep, outcome } = request;
  const [decider] = outcome?.where === "aws" ? outcome.by : [];
  const by = decider === undefined ? "another principal" : describePrincipal(decider, mentions(100));
  if (reachedStep === null)
    return `AWS accepted the signal, but ${by} decided this step. The signal may have decided another step. Check every approval of the execution ${inAwsConsole(request)} now.`;
  return `The signal decided another step, ${code(reachedStep.stepName, 128)}, because this step ended while the signal was on its way. *The decision was not meant for that step.* Check the execution ${inAwsConsole(request)} now.`;
}
