import type { AssumptionValues } from "../../assumptions.ts";
import { matchesPrincipal, type Principal } from "../../identity/principal.ts";
import { AwsError } from "../../protocol/aws-error.ts";
import { type Action, type ActionRun, type StepResult, toInvalidInput } from "../action.ts";
import type { Decision, StepExecution } from "../execution-state.ts";
import { parseWholeNumber } from "../step-timing.ts";

/** Limits of aws:approve. Source: Automation actions reference. */
const MAX_APPROVERS = 10;
const MAX_MESSAGE_LENGTH = 4096;

/** aws:approve: waits until enough of the Approvers approve or one of them rejects. */
export const approve: Action = (run) => {
  const problem = findInputProblem(run.inputs);
  if (problem !== undefined) return run.finish(toInvalidInput(problem));
  run.step.outputs = toOutputs(run.step, "Waiting");
  run.wait();
};

function findInputProblem(inputs: Record<string, unknown>): string | undefined {
  const { Approvers, MinRequiredApprovals, Message, NotificationArn } = inputs;
  const approvers = listApprovers(inputs);
  if (approvers.length === 0) return "Approvers must be a list of at least one principal.";
  if (!isStringList(Approvers)) return "Each approver must be a string.";
  if (approvers.length > MAX_APPROVERS)
    return `Approvers can list at most ${MAX_APPROVERS} principals; got ${approvers.length}.`;
  const required = parseRequiredApprovals(inputs);
  if (required === undefined)
    return `MinRequiredApprovals must be a whole number of at least 1; got ${MinRequiredApprovals}.`;
  if (required > approvers.length) {
    return `MinRequiredApprovals (${required}) cannot exceed the number of Approvers (${approvers.length}).`;
  }
  if (typeof Message === "string" && Message.length > MAX_MESSAGE_LENGTH) {
    return `Message can have at most ${MAX_MESSAGE_LENGTH} characters; got ${Message.length}.`;
  }
  if (NotificationArn !== undefined && !/^arn:aws[\w-]*:sns:[\w-]+:\d{12}:Automation/.test(String(NotificationArn))) {
    return `NotificationArn must be the ARN of an SNS topic whose name starts with "Automation"; got ${NotificationArn}.`;
  }
  return undefined;
}

const listApprovers = (inputs: Record<string, unknown>) =>
  (Array.isArray(inputs.Approvers) ? inputs.Approvers : []).filter((each): each is string => typeof each === "string");
const isStringList = (value: unknown) => Array.isArray(value) && value.every((each) => typeof each === "string");
const parseRequiredApprovals = (inputs: Record<string, unknown>) => parseWholeNumber(inputs.MinRequiredApprovals ?? 1);

/**
 * Checks whether `principal` may decide this step, under the current assumptions. Returns "ignored" for a signal that
 * is accepted without effect. Throws an AwsError for a rejected signal.
 */
export function checkApprover(
  inputs: Record<string, unknown>,
  step: StepExecution,
  principal: Principal,
  decision: Decision["decision"],
  assumptions: AssumptionValues,
): "counts" | "ignored" {
  if (!listApprovers(inputs).some((approver) => matchesPrincipal(approver, principal))) {
    if (assumptions.approverNotListed === "ignore") return "ignored";
    const text = `${principal.arn} is not among the approvers of step ${step.definition.name}.`;
    throw assumptions.approverNotListed === "deny"
      ? new AwsError("AccessDeniedException", text)
      : new AwsError("InvalidAutomationSignalException", text);
  }
  const isRepeated = step.decisions.some((made) => isSameApprover(made.principal, principal, assumptions));
  if (!isRepeated || decision === "Reject" || assumptions.repeatedApproval === "count") return "counts";
  if (assumptions.repeatedApproval === "ignore") return "ignored";
  throw new AwsError("InvalidAutomationSignalException", `${principal.arn} has already approved.`);
}

function isSameApprover(one: Principal, other: Principal, assumptions: AssumptionValues): boolean {
  if (one.arn === other.arn) return true;
  const bothSessions = one.kind === "session" && other.kind === "session";
  return bothSessions && assumptions.sessionsOfOneRole === "one" && one.roleArn === other.roleArn;
}

/** Ends the step if its decisions suffice: one rejection, or enough approvals. */
export function evaluateDecisions(run: ActionRun): void {
  const { decisions } = run.step;
  const approvals = decisions.filter((made) => made.decision === "Approve").length;
  if (approvals < decisions.length) run.finish(toRejection(run.step));
  else if (approvals < (parseRequiredApprovals(run.inputs) ?? 1)) run.step.outputs = toOutputs(run.step, "Waiting");
  else run.finish({ kind: "success", outputs: toOutputs(run.step, "Approved"), response: "Approval status: Approved" });
}

function toRejection(step: StepExecution): StepResult {
  const message = "Approval status: Rejected";
  const outputs = toOutputs(step, "Rejected");
  const details = { ApprovalStatus: ["Rejected"] };
  return { kind: "failure", status: "Failed", message, stage: "Invocation", type: "Action", details, outputs };
}

/** Makes the outputs of the step. ApproverDecisions is documented as a list of maps, without the keys of the maps. */
function toOutputs(step: StepExecution, status: "Waiting" | "Approved" | "Rejected"): Record<string, unknown> {
  const decisions = step.decisions.map((made) => ({
    Approver: made.principal.arn,
    Decision: made.decision,
    ...(made.comment === undefined ? {} : { Comment: made.comment }),
    DecisionTime: new Date(made.at).toISOString(),
  }));
  return { ApprovalStatus: status, ApproverDecisions: decisions };
}
