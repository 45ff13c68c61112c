import type { AssumptionValues } from "../../assumptions.ts";
import { isMeant, type Principal } from "../../identity/principal.ts";
import { AwsError } from "../../protocol/aws-error.ts";
import { type Action, type ActionRun, invalidInput, type StepResult } from "../action.ts";
import type { Decision, StepExecution } from "../execution-state.ts";
import { wholeNumber } from "../step-timing.ts";

/** aws:approve: waits until enough of the Approvers approve, or one rejects. Limits: Automation actions reference. */
const MAX_APPROVERS = 10;
const MAX_MESSAGE = 4096;

export const approve: Action = (run) => {
  const problem = problemWith(run.inputs);
  if (problem !== undefined) return run.finish(invalidInput(problem));
  run.step.outputs = outputsOf(run.step, "Waiting");
  run.wait();
};

function problemWith(inputs: Record<string, unknown>): string | undefined {
  const { Approvers, MinRequiredApprovals, Message, NotificationArn } = inputs;
  const approvers = approversOf(inputs);
  if (approvers.length === 0) return "Approvers must be a list of at least one principal.";
  if (!isTexts(Approvers)) return "Each of the Approvers must be a text.";
  if (approvers.length > MAX_APPROVERS) return `Approvers can be ${MAX_APPROVERS} at most; got ${approvers.length}.`;
  const required = requiredOf(inputs);
  if (required === undefined) return `MinRequiredApprovals is no number of at least 1: ${MinRequiredApprovals}.`;
  if (required > approvers.length) {
    return `MinRequiredApprovals (${required}) can not exceed the number of Approvers (${approvers.length}).`;
  }
  if (typeof Message === "string" && Message.length > MAX_MESSAGE) {
    return `Message can have ${MAX_MESSAGE} characters at most; got ${Message.length}.`;
  }
  if (NotificationArn !== undefined && !/^arn:aws[\w-]*:sns:[\w-]+:\d{12}:Automation/.test(String(NotificationArn))) {
    return `NotificationArn must name an SNS topic whose title begins with "Automation"; got ${NotificationArn}.`;
  }
  return undefined;
}

const approversOf = (inputs: Record<string, unknown>) =>
  (Array.isArray(inputs.Approvers) ? inputs.Approvers : []).filter((each): each is string => typeof each === "string");
const isTexts = (value: unknown) => Array.isArray(value) && value.every((each) => typeof each === "string");
const requiredOf = (inputs: Record<string, unknown>) => wholeNumber(inputs.MinRequiredApprovals ?? 1);

/**
 * Whether `principal` may decide this step, by the assumptions in force. Returns "ignored" for a signal that is accepted
 * and changes nothing; throws for one that is refused.
 */
export function admit(
  inputs: Record<string, unknown>,
  step: StepExecution,
  principal: Principal,
  decision: Decision["decision"],
  assumptions: AssumptionValues,
): "counts" | "ignored" {
  if (!approversOf(inputs).some((named) => isMeant(named, principal))) {
    if (assumptions.approverNotListed === "ignore") return "ignored";
    const text = `${principal.arn} is not among the approvers of step ${step.definition.name}.`;
    throw assumptions.approverNotListed === "deny"
      ? new AwsError("AccessDeniedException", text)
      : new AwsError("InvalidAutomationSignalException", text);
  }
  const before = step.decisions.some((made) => isSame(made.principal, principal, assumptions));
  if (!before || decision === "Reject" || assumptions.repeatedApproval === "count") return "counts";
  if (assumptions.repeatedApproval === "ignore") return "ignored";
  throw new AwsError("InvalidAutomationSignalException", `${principal.arn} has already approved.`);
}

function isSame(one: Principal, other: Principal, assumptions: AssumptionValues): boolean {
  if (one.arn === other.arn) return true;
  const bothSessions = one.kind === "session" && other.kind === "session";
  return bothSessions && assumptions.sessionsOfOneRole === "one" && one.roleArn === other.roleArn;
}

/** Ends the step when the decisions made so far suffice. */
export function judge(run: ActionRun): void {
  const { decisions } = run.step;
  const approvals = decisions.filter((made) => made.decision === "Approve").length;
  if (approvals < decisions.length) run.finish(rejected(run.step));
  else if (approvals < (requiredOf(run.inputs) ?? 1)) run.step.outputs = outputsOf(run.step, "Waiting");
  else run.finish({ kind: "success", outputs: outputsOf(run.step, "Approved"), response: "Approval status: Approved" });
}

function rejected(step: StepExecution): StepResult {
  const message = "Approval status: Rejected";
  const outputs = outputsOf(step, "Rejected");
  const details = { ApprovalStatus: ["Rejected"] };
  return { kind: "failure", status: "Failed", message, stage: "Invocation", type: "Action", details, outputs };
}

/** ApproverDecisions is documented as a list of maps; the maps' keys are not. */
function outputsOf(step: StepExecution, status: "Waiting" | "Approved" | "Rejected"): Record<string, unknown> {
  const decisions = step.decisions.map((made) => ({
    Approver: made.principal.arn,
    Decision: made.decision,
    ...(made.comment === undefined ? {} : { Comment: made.comment }),
    DecisionTime: new Date(made.at).toISOString(),
  }));
  return { ApprovalStatus: status, ApproverDecisions: decisions };
}
