/** Assumptions about AWS that `countersign verify-aws` checks. `docs/fidelity.md` has the same topics with their reasons. */
export interface Assumption {
  topic: string;
  assumed: string;
}

export const ASSUMPTIONS = {
  approverNotListed: {
    topic: "The error for an Approve or Reject from a principal that Approvers does not list",
    assumed: "InvalidAutomationSignalException, and nothing changes.",
  },
  repeatedApproval: {
    topic: "A second Approve by the same principal, toward MinRequiredApprovals",
    assumed: "It is accepted and does not count again.",
  },
  approverDecisions: {
    topic: "The keys of the maps in the output ApproverDecisions",
    assumed: "Approver, Decision, Comment and DecisionTime; each map is JSON text.",
  },
  stepIds: {
    topic: "The StepExecutionId of a step that runs again through nextStep",
    assumed: "A new id, and the earlier run stays in the list.",
  },
  loopStatus: {
    topic: "The status of an aws:loop step while a step inside it waits",
    assumed: "The loop step stays InProgress; the step inside it and the execution show Waiting.",
  },
  parentStatus: {
    topic: "The status of an execution while a child execution waits for an approval",
    assumed: "The parent stays InProgress; only the child shows Waiting.",
  },
  childrenListed: {
    topic: "Whether DescribeAutomationExecutions lists child executions without a filter that selects them",
    assumed: "It lists them.",
  },
  signalLag: {
    topic: "The delay between SendAutomationSignal and its effect on the execution",
    assumed: "None.",
  },
  startDelay: {
    topic: "The time from StartAutomationExecution to the first waiting step",
    assumed: "None: all steps that take no time have run when the call returns.",
  },
  pause: {
    topic: "A Resume of an aws:pause step",
    assumed: "The paused step and its execution show Waiting, and a Resume with StepName continues the step.",
  },
  quota: {
    topic: "The number of concurrent executions",
    assumed: "Unlimited: AutomationExecutionLimitExceededException occurs only as an injected fault.",
  },
  waitingEvent: {
    topic: "Whether a step or an execution that starts to wait emits a status-change event",
    assumed: "Both emit an event with the status Waiting.",
  },
  trail: {
    topic: "The record of SendAutomationSignal in CloudTrail",
    assumed: "The record names the execution, the type of the signal and the principal.",
  },
} as const satisfies Record<string, Assumption>;

export type AssumptionName = keyof typeof ASSUMPTIONS;

/** The result of one check. `holds` null: nothing was observed, and `observed` says why. */
export interface Finding extends Assumption {
  name: AssumptionName;
  observed: string;
  holds: boolean | null;
}

/** Makes the finding of a check. */
export function finding(name: AssumptionName, holds: boolean | null, observed: string): Finding {
  return { name, ...ASSUMPTIONS[name], observed, holds };
}
