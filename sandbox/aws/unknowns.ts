import type { AssumptionValues } from "./assumptions.ts";

/** Something about the real service that is neither documented nor could be observed. */
export interface Unknown {
  topic: string;
  assumption: string;
  reason: string;
  /** The switch of `/_control/assumptions` that turns the assumption. */
  switch?: keyof AssumptionValues;
}

export const unknowns: Unknown[] = [
  {
    topic: "The error for an Approve or Reject by somebody who is not among the Approvers",
    assumption: "InvalidAutomationSignalException, and nothing changes.",
    reason:
      "It is the operation's only documented error for a signal that does not fit. An AccessDeniedException, or a signal taken and ignored, are possible too.",
    switch: "approverNotListed",
  },
  {
    topic: "A second Approve by the same principal towards MinRequiredApprovals",
    assumption: "It is accepted and does not count again.",
    reason:
      "The documentation speaks of a number of approvals by designated principals; counting one of them twice would defeat it.",
    switch: "repeatedApproval",
  },
  {
    topic: "Two sessions of one role when Approvers names the role",
    assumption: "They are two approvers.",
    reason: "The principal that AWS sees is the session's ARN. Whoever needs certainty lists assumed-role ARNs.",
    switch: "sessionsOfOneRole",
  },
  {
    topic: "The status of an execution while a child execution waits for an approval",
    assumption: "The parent stays InProgress; only the child shows Waiting.",
    reason:
      "The step that waits is the child's. A client should act only on an execution whose own step is aws:approve.",
    switch: "parentOfWaitingChild",
  },
  {
    topic: "Whether DescribeAutomationExecutions lists child executions unasked",
    assumption: "It lists them.",
    reason: "The filter ParentExecutionId narrows a list; nothing says that children are hidden without it.",
    switch: "childrenListed",
  },
  {
    topic: "Whether a step that begins to wait emits an EventBridge event",
    assumption: "It does, with the status Waiting.",
    reason: "The event is documented for status changes without a list of them; delivery is best effort in any case.",
    switch: "waitingStepEvent",
  },
  {
    topic: "How soon after SendAutomationSignal the execution shows its effect",
    assumption: "At once.",
    reason:
      "It makes tests exact. Real executions are asynchronous: a lag can be set, during which the step still shows Waiting.",
    switch: "signalLagMs",
  },
  {
    topic: "The keys of the maps in the output ApproverDecisions",
    assumption: "Approver, Decision, Comment and DecisionTime, each map as JSON text.",
    reason: "The reference documents a list of maps without their keys. Read it leniently.",
  },
  {
    topic: "Response, ResponseCode and FailureMessage of steps that AWS carries out",
    assumption: "ResponseCode 0 or 1; a failure message that begins with the stage.",
    reason: "The fields are documented, their texts are not. Nothing should be decided by them.",
  },
  {
    topic: "Steps that have not run in GetAutomationExecution",
    assumption:
      "All are listed from the start as Pending, with an id and without times; those never reached stay Pending.",
    reason: "The API reference says that a Pending step has no start time, so Pending steps are shown.",
  },
  {
    topic: "How many steps GetAutomationExecution shows before StepExecutionsTruncated",
    assumption: "100.",
    reason: "The flag is documented, the number is not.",
  },
  {
    topic: "How many steps an execution may run",
    assumption: "1,000; then it fails.",
    reason: "There is some limit; here it ends loops without a way out.",
  },
  {
    topic: "How deep executions may nest through aws:executeAutomation",
    assumption: "10 levels; then the step fails.",
    reason: "There is some limit; here it ends runbooks that start themselves.",
  },
  {
    topic: "The order of DescribeAutomationExecutions, and the size of a page without MaxResults",
    assumption: "Newest first, 50.",
    reason: "Neither is documented. 50 is the documented maximum.",
  },
  {
    topic: "The time from StartAutomationExecution to the first waiting step",
    assumption: "None: what needs no time has happened when the call returns.",
    reason: "It makes tests exact. On AWS it takes seconds, and the first statuses seen are Pending and InProgress.",
  },
  {
    topic: "The final status of an execution that is aborted by a step with isCritical false",
    assumption: "Failed, or TimedOut.",
    reason: "isCritical is documented for steps after which the runbook goes on.",
  },
  {
    topic: "StopAutomationExecution with Type Complete",
    assumption:
      "It ends an Interactive execution between two steps with Success; anywhere else it is InvalidAutomationStatusUpdateException.",
    reason: "The reference names the type and says no more.",
  },
  {
    topic: "The status of a step stopped by StopStep, and what follows",
    assumption: "Cancelled, and then as after a failure of the step.",
    reason: "The signal is documented by its payload alone.",
  },
  {
    topic: "How many executions run at a time",
    assumption: "Any number; AutomationExecutionLimitExceededException never comes by itself.",
    reason: "Whether waiting executions count against the quota of 100 is not documented. A fault can order the error.",
  },
  {
    topic: "The limit of a PutEvents request",
    assumption: "256 KB in all.",
    reason: "Documentation says 256 KB in older pages and 1 MB in newer ones; what passes here passes on both.",
  },
  {
    topic: "PutEvents to a bus that does not exist",
    assumption: "The entry is accepted.",
    reason: "The API reference documents no error for it.",
  },
  {
    topic: "Wording of validation and serialization errors for SSM",
    assumption: "The words in which other JSON services of AWS answer.",
    reason: "They share a framework. Only the error's code should be relied on.",
  },
  {
    topic: "The order in which a request's mistakes are reported",
    assumption: "Operation, signature, types, permission, constraints, and then the state of things.",
    reason: "Calls with one mistake are answered alike in any order.",
  },
  {
    topic: "What CreateDocument checks of a runbook",
    assumption:
      "Every property, parameter and input must be one that the references list; every reference must be to a parameter, variable, system variable or step that is there; inputs are required; a document's outputs are step.Output or variable:NAME. Anything else is InvalidDocumentContent.",
    reason:
      "The references say what there is, and of aws:branch that unsupported operations are refused. Beyond that the stricter is assumed: what passes here should pass there.",
  },
  {
    topic: "The default of a parameter or variable",
    assumption:
      "It must be of the type as written (no quoted numbers), among allowedValues and match allowedPattern; else InvalidDocumentContent.",
    reason:
      "Types and constraints are documented for values; that defaults are held against them when the document is created is assumed.",
  },
  {
    topic: "The language of allowedPattern",
    assumption:
      "Java's, matched against the whole value. Flags at the beginning are understood; what JavaScript cannot express is refused with InvalidDocumentContent.",
    reason:
      "Amazon's own runbooks use Java's forms. A pattern with possessive quantifiers or classes such as \\p{Alpha} may be fine on AWS and is not here.",
  },
  {
    topic: "aws:branch with a comparison of what can not be compared, as NumericEquals of an empty text",
    assumption: "The step fails; it is neither true nor false.",
    reason: "The operations are documented for their own kinds of value only.",
  },
  {
    topic: "A timeoutSeconds or maxAttempts that a reference leaves to the execution",
    assumption:
      "No whole number of at least 1 fails the step in InputValidation; an approval or a pause of more than 2592000 seconds ends after that many; MaxAttempts is shown resolved, TimeoutSeconds not.",
    reason:
      "The maximum and that both are integers are documented; what becomes of others is not. As a number in the document they are refused.",
  },
  {
    topic: "How often a step may be tried",
    assumption: "maxAttempts of more than 1,000 is refused.",
    reason: "No maximum is documented; here it ends a step that fails in no time.",
  },
  {
    topic: "What an approval that timed out keeps for its next attempt",
    assumption:
      "Nothing: the approvals so far are forgotten, and the timeout begins again. A rejection is not retried.",
    reason: "Retries after a timeout are documented without their details.",
  },
  {
    topic: "Whether steps outside of an aws:loop may refer to the steps within",
    assumption: "They may not.",
    reason: "The examples refer to them from within and from LoopCondition.",
  },
  {
    topic: "How deep a document may be nested",
    assumption: "100 levels; deeper, or a YAML alias within its own anchor, is InvalidDocumentContent.",
    reason: "There is some limit. Whether AWS takes YAML aliases at all is not documented.",
  },
  {
    topic: "A document named by the ARN of another account or Region",
    assumption: "It is not found.",
    reason: "Sharing documents is not simulated, and a document belongs to its Region.",
  },
  {
    topic: "ListDocuments with a platform that there is not",
    assumption: "Nothing is listed.",
    reason: "No error for the values of its filters is documented.",
  },
  {
    topic: "A Time of PutEvents beyond the year 9999",
    assumption: "SerializationException.",
    reason: "Only the type is documented, and no client could show it.",
  },
  {
    topic: "A service that can not be reached",
    assumption:
      "The fault refuse accepts the connection, reads the request and closes it without an answer: ECONNRESET, not ECONNREFUSED. No fault of the stand-in refuses a connection, leaves it unanswered for ever or breaks its name.",
    reason:
      "The port stays open for everybody else. To see a refused connection, stop the stand-in or name a closed port.",
  },
];
