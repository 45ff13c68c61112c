import type { AssumptionValues } from "./assumptions.ts";

/** Something about the real service that is neither documented nor could be observed. */
export interface Unknown {
  topic: string;
  whatWeAssume: string;
  why: string;
  /** The switch of `/_control/assumptions` that turns the assumption. */
  switch?: keyof AssumptionValues;
}

export const unknowns: Unknown[] = [
  {
    topic: "The error for an Approve or Reject by somebody who is not among the Approvers",
    whatWeAssume: "InvalidAutomationSignalException, and nothing changes.",
    why: "It is the operation's only documented error for a signal that does not fit. An AccessDeniedException, or a signal taken and ignored, are possible too.",
    switch: "approverNotListed",
  },
  {
    topic: "A second Approve by the same principal towards MinRequiredApprovals",
    whatWeAssume: "It is accepted and does not count again.",
    why: "The documentation speaks of a number of approvals by designated principals; counting one of them twice would defeat it.",
    switch: "repeatedApproval",
  },
  {
    topic: "Two sessions of one role when Approvers names the role",
    whatWeAssume: "They are two approvers.",
    why: "The principal that AWS sees is the session's ARN. Whoever needs certainty lists assumed-role ARNs.",
    switch: "sessionsOfOneRole",
  },
  {
    topic: "The status of an execution while a child execution waits for an approval",
    whatWeAssume: "The parent stays InProgress; only the child shows Waiting.",
    why: "The step that waits is the child's. A client should act only on an execution whose own step is aws:approve.",
    switch: "parentOfWaitingChild",
  },
  {
    topic: "Whether DescribeAutomationExecutions lists child executions unasked",
    whatWeAssume: "It lists them.",
    why: "The filter ParentExecutionId narrows a list; nothing says that children are hidden without it.",
    switch: "childrenListed",
  },
  {
    topic: "Whether a step that begins to wait emits an EventBridge event",
    whatWeAssume: "It does, with the status Waiting.",
    why: "The event is documented for status changes without a list of them; delivery is best effort in any case.",
    switch: "waitingStepEvent",
  },
  {
    topic: "How soon after SendAutomationSignal the execution shows its effect",
    whatWeAssume: "At once.",
    why: "It makes tests exact. Real executions are asynchronous: a lag can be set, during which the step still shows Waiting.",
    switch: "signalLagMs",
  },
  {
    topic: "The keys of the maps in the output ApproverDecisions",
    whatWeAssume: "Approver, Decision, Comment and DecisionTime, each map as JSON text.",
    why: "The reference documents a list of maps without their keys. Read it leniently.",
  },
  {
    topic: "Response, ResponseCode and FailureMessage of steps that AWS carries out",
    whatWeAssume: "ResponseCode 0 or 1; a failure message that begins with the stage.",
    why: "The fields are documented, their texts are not. Nothing should be decided by them.",
  },
  {
    topic: "Steps that have not run in GetAutomationExecution",
    whatWeAssume:
      "All are listed from the start as Pending, with an id and without times; those never reached stay Pending.",
    why: "The API reference says that a Pending step has no start time, so Pending steps are shown.",
  },
  {
    topic: "How many steps GetAutomationExecution shows before StepExecutionsTruncated",
    whatWeAssume: "100.",
    why: "The flag is documented, the number is not.",
  },
  {
    topic: "How many steps an execution may run",
    whatWeAssume: "1,000; then it fails.",
    why: "There is some limit; here it ends loops without a way out.",
  },
  {
    topic: "How deep executions may nest through aws:executeAutomation",
    whatWeAssume: "10 levels; then the step fails.",
    why: "There is some limit; here it ends runbooks that start themselves.",
  },
  {
    topic: "The order of DescribeAutomationExecutions, and the size of a page without MaxResults",
    whatWeAssume: "Newest first, 50.",
    why: "Neither is documented. 50 is the documented maximum.",
  },
  {
    topic: "The time from StartAutomationExecution to the first waiting step",
    whatWeAssume: "None: what needs no time has happened when the call returns.",
    why: "It makes tests exact. On AWS it takes seconds, and the first statuses seen are Pending and InProgress.",
  },
  {
    topic: "The final status of an execution that is aborted by a step with isCritical false",
    whatWeAssume: "Failed, or TimedOut.",
    why: "isCritical is documented for steps after which the runbook goes on.",
  },
  {
    topic: "StopAutomationExecution with Type Complete",
    whatWeAssume:
      "It ends an Interactive execution between two steps with Success; anywhere else it is InvalidAutomationStatusUpdateException.",
    why: "The reference names the type and says no more.",
  },
  {
    topic: "The status of a step stopped by StopStep, and what follows",
    whatWeAssume: "Cancelled, and then as after a failure of the step.",
    why: "The signal is documented by its payload alone.",
  },
  {
    topic: "How many executions run at a time",
    whatWeAssume: "Any number; AutomationExecutionLimitExceededException never comes by itself.",
    why: "Whether waiting executions count against the quota of 100 is not documented. A fault can order the error.",
  },
  {
    topic: "The limit of a PutEvents request",
    whatWeAssume: "256 KB in all.",
    why: "Documentation says 256 KB in older pages and 1 MB in newer ones; what passes here passes on both.",
  },
  {
    topic: "PutEvents to a bus that does not exist",
    whatWeAssume: "The entry is accepted.",
    why: "The API reference documents no error for it.",
  },
  {
    topic: "Wording of validation and serialization errors for SSM",
    whatWeAssume: "The words in which other JSON services of AWS answer.",
    why: "They share a framework. Only the error's code should be relied on.",
  },
  {
    topic: "The order in which a request's mistakes are reported",
    whatWeAssume: "Operation, signature, types, permission, constraints, and then the state of things.",
    why: "Calls with one mistake are answered alike in any order.",
  },
];
