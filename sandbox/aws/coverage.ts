/** How much of an AWS operation the stand-in implements. A test compares this list with the routes. */
export interface OperationCoverage {
  service: "ssm" | "events" | "sts" | "sqs";
  operation: string;
  /** An operation that is "not started" gets the reply to an unknown operation. */
  state: "supported" | "partial" | "not started";
  /** Note for the documentation: implemented or missing features. */
  note: string;
}

const ssm = (operation: string, state: OperationCoverage["state"], note: string): OperationCoverage => ({
  service: "ssm",
  operation,
  state,
  note,
});
const sqs = (operation: string, state: OperationCoverage["state"], note: string): OperationCoverage => ({
  ...ssm(operation, state, note),
  service: "sqs",
});
const events = (operation: string, state: OperationCoverage["state"], note: string): OperationCoverage => ({
  ...ssm(operation, state, note),
  service: "events",
});
const notStarted = (service: OperationCoverage["service"], ...operations: string[]): OperationCoverage[] =>
  operations.map((operation) => ({ service, operation, state: "not started", note: "" }));

export const coverage: OperationCoverage[] = [
  ssm(
    "SendAutomationSignal",
    "supported",
    "All six signal types. Revoke is always rejected, because the stand-in has no access requests.",
  ),
  ssm("DescribeAutomationExecutions", "supported", "Every filter key and paging; newest first."),
  ssm("GetAutomationExecution", "supported", "Truncated after 100 steps."),
  ssm("DescribeAutomationStepExecutions", "supported", "Every filter key, ReverseOrder, paging."),
  ssm(
    "StartAutomationExecution",
    "partial",
    "Parameters, Mode, ClientToken, Tags and versions; Targets with the key ParameterValues or InstanceIds, MaxConcurrency and MaxErrors. Other target keys, TargetMaps and TargetLocations are rejected with InvalidTarget. Alarms are accepted without effect.",
  ),
  ssm(
    "StopAutomationExecution",
    "supported",
    "Cancel, with child executions and onCancel steps. Complete, between two steps of an Interactive execution.",
  ),
  ssm(
    "CreateDocument",
    "partial",
    "Type Automation, schemaVersion 0.3, YAML and JSON. Attachments and Requires are rejected with InvalidDocumentContent. A default of {{ ssm:name }} is not resolved.",
  ),
  ssm(
    "GetDocument",
    "supported",
    "By name or ARN, and by version or version name; in YAML, JSON or TEXT. Accounts share no documents. Amazon's most used runbooks exist as simulations.",
  ),
  ssm(
    "ListDocuments",
    "partial",
    "The account's own runbooks, with the documented filter keys. Amazon's runbooks are found by name, but not listed.",
  ),
  ssm("DescribeDocument", "supported", "By version, version name or default."),
  ssm("ListDocumentVersions", "supported", "Newest first."),
  ssm(
    "UpdateDocument",
    "supported",
    "A new version; only the latest version can be updated. The format defaults to JSON.",
  ),
  ssm("UpdateDocumentDefaultVersion", "supported", "Sets the version that $DEFAULT means."),
  ssm("DeleteDocument", "supported", "The document, or a version that is not the default."),
  ssm("ListTagsForResource", "partial", "Types Automation and Document; no resource of another type exists."),
  ssm("AddTagsToResource", "partial", "Types Automation and Document; no resource of another type exists."),
  ssm("RemoveTagsFromResource", "partial", "Types Automation and Document; no resource of another type exists."),
  events(
    "PutEvents",
    "supported",
    "Accepts any bus name. Each entry succeeds or fails separately; tests can inject failures. /_control/bus lists the events.",
  ),
  events("DescribeEventBus", "partial", "Name and ARN of a bus; no policy, key or dead-letter queue."),
  events(
    "ListEventBuses",
    "supported",
    "The bus default, and each bus with a rule. Rules change through /_control/ only.",
  ),
  events("ListRules", "supported", "Rules with a pattern; no schedules."),
  events("ListRuleNamesByTarget", "supported", ""),
  events(
    "TestEventPattern",
    "partial",
    "Values, prefix, suffix, equals-ignore-case, exists, and anything-but with values. Every other operator is rejected with InvalidEventPatternException.",
  ),
  sqs(
    "ReceiveMessage",
    "supported",
    "Long polling, visibility timeout, receipt handles, system and message attributes, redrive to a dead-letter queue.",
  ),
  sqs("DeleteMessage", "supported", "An outdated receipt handle succeeds without an effect."),
  sqs("DeleteMessageBatch", "supported", "Each entry succeeds or fails separately."),
  sqs(
    "SendMessage",
    "partial",
    "Standard queues: DelaySeconds, message attributes and their MD5. No system attributes, no FIFO queues.",
  ),
  sqs("SendMessageBatch", "partial", "As SendMessage. Each entry succeeds or fails separately."),
  sqs("GetQueueUrl", "supported", "The queues of the caller's own account. Queues exist through /_control/ only."),
  sqs(
    "GetQueueAttributes",
    "supported",
    "The policy of a queue only lets EventBridge send. A queue has no KMS key and no FIFO attributes.",
  ),
  {
    service: "sts",
    operation: "AssumeRole",
    state: "partial",
    note: "Version 2011-06-15: trust, duration, SourceIdentity. The shapes of session tags, session policies, MFA and ExternalId are validated; their values are ignored.",
  },
  { service: "sts", operation: "GetCallerIdentity", state: "supported", note: "" },
  ...notStarted("ssm", "UpdateDocumentMetadata", "DescribeDocumentPermission", "ModifyDocumentPermission"),
  ...notStarted("ssm", "ListDocumentMetadataHistory", "StartChangeRequestExecution", "StartExecutionPreview"),
  ...notStarted("ssm", "GetExecutionPreview", "StartAccessRequest", "GetAccessToken"),
  ...notStarted("ssm", "SendCommand", "GetParameter", "PutParameter"),
  ...notStarted("events", "PutRule", "PutTargets", "CreateEventBus", "DescribeRule", "ListTargetsByRule"),
  ...notStarted("sqs", "CreateQueue", "DeleteQueue", "ListQueues", "SetQueueAttributes", "PurgeQueue"),
  ...notStarted("sqs", "ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "ListDeadLetterSourceQueues"),
  ...notStarted("sqs", "AddPermission", "RemovePermission", "TagQueue", "UntagQueue", "ListQueueTags"),
  ...notStarted("sqs", "StartMessageMoveTask", "CancelMessageMoveTask", "ListMessageMoveTasks"),
  ...notStarted("sts", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetSessionToken", "GetAccessKeyInfo"),
];
