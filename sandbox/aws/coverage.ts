/** What the stand-in does of an AWS operation. A test holds this list against the routes that are dispatched. */
export interface OperationCoverage {
  service: "ssm" | "events" | "sts";
  operation: string;
  /** "not started" answers as an unknown operation does. */
  state: "supported" | "partial" | "not started";
  /** For people who read it in the documentation: what is there, or what is missing. */
  note: string;
}

const ssm = (operation: string, state: OperationCoverage["state"], note: string): OperationCoverage => ({
  service: "ssm",
  operation,
  state,
  note,
});
const notStarted = (service: OperationCoverage["service"], ...operations: string[]): OperationCoverage[] =>
  operations.map((operation) => ({ service, operation, state: "not started", note: "" }));

export const coverage: OperationCoverage[] = [
  ssm(
    "SendAutomationSignal",
    "supported",
    "All six signal types; Revoke is always refused: there are no access requests.",
  ),
  ssm("DescribeAutomationExecutions", "supported", "Every filter key, paging, newest first."),
  ssm("GetAutomationExecution", "supported", "Truncates after 100 steps."),
  ssm("DescribeAutomationStepExecutions", "supported", "Every filter key, ReverseOrder, paging."),
  ssm(
    "StartAutomationExecution",
    "partial",
    "Parameters, Mode, ClientToken, Tags and versions. Targets, TargetMaps, TargetLocations and TargetParameterName are refused with InvalidTarget; rate limits and alarms are accepted without effect.",
  ),
  ssm(
    "StopAutomationExecution",
    "supported",
    "Cancel with children and onCancel steps; Complete between two Interactive steps.",
  ),
  ssm(
    "CreateDocument",
    "partial",
    "Type Automation, schemaVersion 0.3, YAML and JSON. Attachments and Requires are refused with InvalidDocumentContent. An aws:loop is checked and then simulated as a whole: its steps do not run, approvals among them included. A default of {{ ssm:name }} stays as written.",
  ),
  ssm(
    "GetDocument",
    "supported",
    "By name or ARN, version or version name, in YAML, JSON or TEXT. Nothing is shared between accounts.",
  ),
  ssm("ListDocuments", "partial", "The account's own runbooks, with the documented filter keys; none of Amazon's."),
  {
    service: "events",
    operation: "PutEvents",
    state: "supported",
    note: "Any bus name is accepted; entries fail one by one, also on demand. Events are readable at /_control/bus.",
  },
  {
    service: "sts",
    operation: "AssumeRole",
    state: "partial",
    note: "Version 2011-06-15; trust, duration, SourceIdentity. Session tags, session policies, MFA and ExternalId are validated by shape and otherwise ignored.",
  },
  { service: "sts", operation: "GetCallerIdentity", state: "supported", note: "" },
  ...notStarted("ssm", "UpdateDocument", "UpdateDocumentDefaultVersion", "UpdateDocumentMetadata", "DeleteDocument"),
  ...notStarted(
    "ssm",
    "DescribeDocument",
    "DescribeDocumentPermission",
    "ModifyDocumentPermission",
    "ListDocumentVersions",
  ),
  ...notStarted("ssm", "ListDocumentMetadataHistory", "StartChangeRequestExecution", "StartExecutionPreview"),
  ...notStarted("ssm", "GetExecutionPreview", "StartAccessRequest", "GetAccessToken", "AddTagsToResource"),
  ...notStarted("ssm", "ListTagsForResource", "RemoveTagsFromResource", "SendCommand", "GetParameter", "PutParameter"),
  ...notStarted(
    "events",
    "PutRule",
    "PutTargets",
    "CreateEventBus",
    "DescribeEventBus",
    "ListRules",
    "TestEventPattern",
  ),
  ...notStarted("sts", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetSessionToken", "GetAccessKeyInfo"),
];
