import { findTerms } from "../../core/action-terms.ts";
import { describePrincipal } from "../../core/principal.ts";
import { type ApprovalRequest, isPause } from "../../core/request.ts";
import { mentions } from "./mentions.ts";
import { code } from "./text.ts";

/** Reports that AWS accepted a signal and the step still waits. In mrkdwn. */
export function noEffectText({ facts, decision }: ApprovalRequest): string {
  const { verb, step } = findTerms(facts);
  const shown = isPause(facts) ? "" : ", and AWS lists no decision by Countersign";
  return `AWS accepted the signal, but the step is still waiting${shown}. Countersign does not send another signal, because a second signal could ${verb[decision ?? "approve"]} the next ${step}. Decide the step in the AWS console.`;
}

/** Reports that a signal did not decide the step of its request. In mrkdwn. */
export function misdirectedText({ reachedStep, outcome }: ApprovalRequest): string {
  const [decider] = outcome?.where === "aws" ? outcome.by : [];
  const by = decider === undefined ? "another principal" : describePrincipal(decider, mentions(100));
  if (reachedStep === null)
    return `AWS accepted the signal, but ${by} decided this step. The signal may have decided another step. Check every approval of the execution in the AWS console now.`;
  return `The signal decided another step, ${code(reachedStep.stepName, 128)}, because this step ended while the signal was on its way. *The decision was not meant for that step.* Check the execution in the AWS console now.`;
}
