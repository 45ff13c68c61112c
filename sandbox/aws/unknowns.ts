import { eventUnknowns } from "./events/event-unknowns.ts";
import type { Unknown } from "./unknown.ts";

export const unknowns: Unknown[] = [
  {
    topic: "The error for an Approve or Reject from a principal that Approvers does not list",
    assumption: "InvalidAutomationSignalException, and nothing changes.",
    reason:
      "It is the operation's only documented error for an invalid signal. AWS could also return AccessDeniedException, or accept and ignore the signal.",
    switch: "approverNotListed",
  },
  {
    topic: "A second Approve by the same principal, toward MinRequiredApprovals",
    assumption: "It is accepted and does not count again.",
    reason:
      "The documentation requires a number of approvals by designated principals. Counting one principal twice would defeat that requirement.",
    switch: "repeatedApproval",
  },
  {
    topic: "Two sessions of one role if Approvers lists the role",
    assumption: "They count as two approvers.",
    reason: "AWS sees the session's ARN as the principal. To be certain, list assumed-role ARNs.",
    switch: "sessionsOfOneRole",
  },
  {
    topic: "The status of an execution while a child execution waits for an approval",
    assumption: "The parent stays InProgress; only the child shows Waiting.",
    reason:
      "The waiting step belongs to the child. A client should act only on an execution whose own step is aws:approve.",
    switch: "parentOfWaitingChild",
  },
  {
    topic: "The status of an aws:loop step while a step inside it waits",
    assumption: "The loop step stays InProgress; the step inside it and the execution show Waiting.",
    reason: "The waiting step is the one inside. A client should act only on a step that is itself aws:approve.",
    switch: "loopOfWaitingStep",
  },
  {
    topic: "The value of a reference to an output of a step that a branch skipped",
    assumption: "The text of the reference.",
    reason:
      "Runbooks with such references run to their end on AWS. The value that the next step receives is not documented.",
    switch: "skippedOutput",
  },
  {
    topic: "The status of a rate-controlled execution after some of its targets failed, and its ProgressCounters",
    assumption:
      "Failed, even with fewer failures than MaxErrors. The counters count targets. The parent shows no steps.",
    reason:
      "MaxErrors is documented as the number of errors before no further target starts. The status is not documented.",
  },
  {
    topic: "Target and TargetParameterName of the executions of a rate-controlled run",
    assumption: "Each child has Target, and only the parent has TargetParameterName.",
    reason: "Both are documented for an execution, but not for which one.",
  },
  {
    topic: "isEnd on a step inside an aws:loop",
    assumption: "It ends the iteration.",
    reason: "The property is documented as the end of the automation, without a word about loops.",
  },
  {
    topic: "Whether DescribeAutomationExecutions lists child executions without a filter that selects them",
    assumption: "It lists them.",
    reason:
      "The filter ParentExecutionId narrows a list. The documentation does not say that children are hidden without it.",
    switch: "childrenListed",
  },
  {
    topic: "ExecutedBy of a child execution: of aws:executeAutomation, or one target of a rate-controlled execution",
    assumption: "The principal that started the parent.",
    reason:
      "The documentation says who calls the steps of a runbook with an assumeRole, but not who executes a child. AWS could name a role. A client that looks for the requester should also read the parents.",
    switch: "childrenRunAs",
  },
  ...eventUnknowns,
  {
    topic: "The delay between SendAutomationSignal and its effect on the execution",
    assumption: "None.",
    reason:
      "This makes tests exact. Real executions are asynchronous: set a lag, and the step shows Waiting until it has passed.",
    switch: "signalLagMs",
  },
  {
    topic: "Whether AWS accepts an Approve or Reject and then does nothing",
    assumption: "An accepted signal decides the waiting step.",
    reason: "Nothing documents the opposite. A client should still check the effect, because the signal names no step.",
    switch: "signalEffect",
  },
  {
    topic: "The StepExecutionId of a step that runs again through nextStep",
    assumption: "A new id, and the earlier run stays in the list.",
    reason: "The API calls it the unique id of a step execution. If AWS reused it, only the start time would differ.",
    switch: "stepIds",
  },
  {
    topic: "The age of the state that GetAutomationExecution shows",
    assumption: "None: each read shows every earlier change.",
    reason:
      "AWS does not document whether its reads are consistent. With a lag, a read shows the state from that many milliseconds ago, or one that is up to a second newer.",
    switch: "readLagMs",
  },
  {
    topic: "The keys of the maps in the output ApproverDecisions",
    switch: "approverDecisions",
    assumption: "Approver, Decision, Comment and DecisionTime; each map is JSON text.",
    reason: "The reference documents a list of maps without their keys. Clients should parse it leniently.",
  },
  {
    topic: "Response, ResponseCode and FailureMessage of steps that AWS carries out",
    assumption: "ResponseCode is 0 or 1; FailureMessage starts with the stage.",
    reason: "The fields are documented, their contents are not. Clients should base no decision on them.",
  },
  {
    topic: "Steps in GetAutomationExecution that have not run",
    assumption:
      "All steps are listed from the start as Pending, with an id and without times. Steps that are never reached stay Pending.",
    reason: "The API reference says that a Pending step has no start time, so Pending steps are listed.",
  },
  {
    topic: "The number of steps that GetAutomationExecution shows before StepExecutionsTruncated",
    assumption: "100.",
    reason: "The flag is documented, the number is not.",
  },
  {
    topic: "The maximum number of steps that an execution runs",
    assumption: "1,000; then the execution fails.",
    reason: "AWS has some limit. Here it ends infinite loops.",
  },
  {
    topic: "The maximum nesting of executions through aws:executeAutomation",
    assumption: "10 levels; then the step fails.",
    reason: "AWS has some limit. Here it ends runbooks that start themselves.",
  },
  {
    topic: "A change request that waits for its approval",
    assumption: "It has the status PendingApproval, runs no step, and is never approved. Only a seed makes one.",
    reason: "The status is documented, the steps of such an execution are not.",
  },
  {
    topic: "The order of DescribeAutomationExecutions, and the page size without MaxResults",
    assumption: "Newest first; 50.",
    reason: "Neither is documented. 50 is the documented maximum.",
  },
  {
    topic: "The NextToken of DescribeAutomationExecutions and DescribeAutomationStepExecutions after a full last page",
    assumption: "None.",
    reason:
      "The reference says that there is no token if no items remain. Some AWS services return one after any full page; the next page is then empty.",
    switch: "fullLastPage",
  },
  {
    topic: "The time from StartAutomationExecution to the first waiting step",
    assumption: "None: all steps that take no time have run when the call returns.",
    reason:
      "This makes tests exact. On AWS it takes seconds, and the first visible statuses are Pending and InProgress.",
    switch: "startDelayMs",
  },
  {
    topic: "The final status of an execution that a step with isCritical false aborts",
    assumption: "Failed or TimedOut.",
    reason: "isCritical is documented only for steps after which the runbook continues.",
  },
  {
    topic: "StopAutomationExecution with Type Complete",
    assumption:
      "It ends an Interactive execution between two steps with Success. In any other state it is an InvalidAutomationStatusUpdateException.",
    reason: "The reference lists the type without a description.",
  },
  {
    topic: "The status of a step that StopStep stops, and the next step",
    assumption: "The status is Cancelled. Execution then continues as after a failure of the step.",
    reason: "Only the signal's payload is documented.",
  },
  {
    topic: "The number of concurrent executions",
    assumption: "Unlimited: AutomationExecutionLimitExceededException occurs only as an injected fault.",
    reason:
      "The documentation does not say whether waiting executions count toward the quota of 100. It says that AWS queues further ones, which are then Pending.",
    switch: "concurrentExecutions",
  },
  {
    topic: "The size limit of a PutEvents request",
    assumption: "256 KB in total.",
    reason: "Older documentation pages say 256 KB, newer ones 1 MB. A request that is valid here is valid under both.",
  },
  {
    topic: "PutEvents to a bus that does not exist",
    assumption: "The entry is accepted.",
    reason: "The API reference documents no error for it.",
  },
  {
    topic: "The wording of SSM's validation and serialization errors",
    assumption: "The wording of AWS's other JSON services.",
    reason: "They share a framework. Clients should rely on the error code only.",
  },
  {
    topic: "The order in which the errors of a request are reported",
    assumption: "Operation, signature, types, permission, constraints, then the state of the resources.",
    reason: "A call with a single error gets the same reply in any order.",
  },
  {
    topic: "The checks of CreateDocument on a runbook",
    assumption:
      "Every property and parameter must be in the references, but not every input. Every reference must be to an existing parameter, variable, system variable or step. inputs are required. A document's outputs are step.Output or variable:NAME. Anything else is InvalidDocumentContent.",
    reason:
      "The references list the valid names, and say that aws:branch rejects unsupported operations. Beyond that, the stand-in assumes the stricter behavior, so that a runbook that is valid here should be valid on AWS.",
  },
  {
    topic: "The default of a parameter or variable",
    assumption:
      "It must have the declared type as written (no quoted numbers), be among allowedValues and match allowedPattern. Otherwise it is InvalidDocumentContent.",
    reason:
      "Types and constraints are documented for values. Checking defaults when the document is created is an assumption.",
  },
  {
    topic: "The regular expression language of allowedPattern",
    assumption:
      "Java's, matched against the whole value. Flags at the start are supported. Patterns that JavaScript cannot express are rejected with InvalidDocumentContent.",
    reason:
      "Amazon's own runbooks use Java syntax. AWS may accept possessive quantifiers and classes such as \\p{Alpha}; the stand-in does not.",
  },
  {
    topic: "An aws:branch comparison of incomparable values, such as NumericEquals of an empty string",
    assumption: "The step fails; the comparison is neither true nor false.",
    reason: "Each operation is documented only for its own kind of value.",
  },
  {
    topic: "A timeoutSeconds or maxAttempts that references a value of the execution",
    assumption:
      "A value other than a whole number of at least 1 fails the step in InputValidation. An approval or a pause of more than 2592000 seconds ends after 2592000. MaxAttempts is shown resolved, TimeoutSeconds is not.",
    reason:
      "The maximum and the integer type are documented; the treatment of other values is not. As literals in a document they are rejected.",
  },
  {
    topic: "The maximum number of attempts of a step",
    assumption: "A maxAttempts of more than 1,000 is rejected.",
    reason: "No maximum is documented. Here it ends a step that fails without taking time.",
  },
  {
    topic: "The state that an approval keeps for its next attempt after a timeout",
    assumption: "None: earlier approvals are discarded, and the timeout starts again. A rejection is not retried.",
    reason: "Retries after a timeout are documented without these details.",
  },
  {
    topic: "Whether steps outside an aws:loop can reference the steps inside it",
    assumption: "They cannot.",
    reason: "The examples reference them only from inside and from LoopCondition.",
  },
  {
    topic: "The maximum nesting of a document",
    assumption: "100 levels. Deeper nesting, or a YAML alias inside its own anchor, is InvalidDocumentContent.",
    reason: "AWS has some limit. Whether AWS accepts YAML aliases at all is not documented.",
  },
  {
    topic: "A document named by the ARN of another account or Region",
    assumption: "It is not found.",
    reason: "The stand-in does not simulate document sharing, and a document belongs to its Region.",
  },
  {
    topic: "ListDocuments with an unknown platform",
    assumption: "The list is empty.",
    reason: "No error for the values of its filters is documented.",
  },
  {
    topic: "A Time in PutEvents after the year 9999",
    assumption: "SerializationException.",
    reason: "Only the type is documented, and no client could display the time.",
  },
  {
    topic: "An unreachable service",
    assumption:
      "The fault `refuse` accepts the connection, reads the request and closes the connection without a reply: ECONNRESET, not ECONNREFUSED. No fault of the stand-in refuses a connection, leaves it open without a reply or breaks name resolution.",
    reason:
      "The port stays open for other callers. To get a refused connection, stop the stand-in or use a closed port.",
  },
];
