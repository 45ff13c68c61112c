import { recordApiCall, type TrailDeps } from "./events/api-call-events.ts";
import type { EventBus } from "./events/event-bus.ts";
import { type PutEventsEntry, putEvents } from "./events/put-events.ts";
import {
  describeEventBus,
  listEventBuses,
  listRuleNamesByTarget,
  listRules,
  type RuleDeps,
  type RuleOperation,
  testEventPattern,
} from "./events/rule-operations.ts";
import type { Caller } from "./identity/authenticate.ts";
import { eventBridgeModel, type ServiceModel, sqsModel, ssmModel, stsModel } from "./model/service-model.ts";
import { checkRequired } from "./sqs/check-required.ts";
import { deleteMessage, deleteMessageBatch } from "./sqs/delete-message.ts";
import { getQueueAttributes, getQueueUrl } from "./sqs/describe-queue.ts";
import { receiveMessage } from "./sqs/receive-message.ts";
import { sendMessage, sendMessageBatch } from "./sqs/send-message.ts";
import type { SqsDeps, SqsOperation } from "./sqs/sqs-operation.ts";
import { createDocument } from "./ssm/create-document.ts";
import { describeAutomationExecutions } from "./ssm/describe-automation-executions.ts";
import { describeAutomationStepExecutions } from "./ssm/describe-automation-step-executions.ts";
import { describeDocumentOperation, listDocumentVersions } from "./ssm/describe-document.ts";
import { getAutomationExecution } from "./ssm/get-automation-execution.ts";
import { getDocument } from "./ssm/get-document.ts";
import { listDocuments } from "./ssm/list-documents.ts";
import { sendAutomationSignal } from "./ssm/send-automation-signal.ts";
import type { SsmDeps, SsmOperation } from "./ssm/ssm-operation.ts";
import { startAutomationExecution } from "./ssm/start-automation-execution.ts";
import { stopAutomationExecution } from "./ssm/stop-automation-execution.ts";
import { addTagsToResource, listTagsForResource, removeTagsFromResource } from "./ssm/tags.ts";
import { deleteDocument, updateDocument, updateDocumentDefaultVersion } from "./ssm/update-document.ts";
import { assumeRole, getCallerIdentity, type StsDeps } from "./sts/operations.ts";

/** An operation that the stand-in implements. */
export interface Route {
  /** The service's name in the credential scope. */
  service: "ssm" | "events" | "sts" | "sqs";
  operation: string;
  model: ServiceModel;
  /** The IAM action that the caller needs. Absent for an operation that needs no permission. */
  action?: string;
  /** Returns the resource ARN for the text of a denial. */
  resource: (caller: Caller, input: Record<string, unknown>) => string;
  /** Validates the input instead of the model's constraints. */
  check?: (shape: string, input: Record<string, unknown>) => void;
  /** Runs the operation on validated input. Returns the output or throws an AwsError. */
  execute: (caller: Caller, input: Record<string, unknown>, abort: AbortSignal) => object | Promise<object>;
}

export type RouteDeps = SsmDeps & StsDeps & SqsDeps & TrailDeps & RuleDeps & { bus: EventBus };

/** Makes the routes, keyed by operation. The services of the stand-in have no operation name in common. */
export function makeRoutes(deps: RouteDeps): Map<string, Route> {
  const ssm = <Input>(operation: string, run: SsmOperation<Input>, resource: Route["resource"]): Route => ({
    service: "ssm",
    operation,
    model: ssmModel,
    action: `ssm:${operation}`,
    resource,
    execute: (caller, input) =>
      recordApiCall(deps, { operation, caller, input }, () => run(deps, caller, input as Input)),
  });
  const sqs = <Input>(operation: string, run: SqsOperation<Input>, action = operation): Route => ({
    service: "sqs",
    operation,
    model: sqsModel,
    action: `sqs:${action}`,
    resource: queueArn,
    check: (shape, input) => checkRequired(sqsModel, shape, input),
    execute: (caller, input, abort) => run(deps, caller, input as Input, abort),
  });
  const rules = <Input>(operation: string, run: RuleOperation<Input>, resource: Route["resource"]): Route => ({
    ...{ service: "events", operation, model: eventBridgeModel, action: `events:${operation}`, resource },
    execute: (caller, input) => run(deps, caller, input as Input),
  });
  const routes: Route[] = [
    ssm("SendAutomationSignal", sendAutomationSignal, executionArn),
    ssm("DescribeAutomationExecutions", describeAutomationExecutions, everything),
    ssm("GetAutomationExecution", getAutomationExecution, executionArn),
    ssm("DescribeAutomationStepExecutions", describeAutomationStepExecutions, executionArn),
    ssm("StartAutomationExecution", startAutomationExecution, definitionArn),
    ssm("StopAutomationExecution", stopAutomationExecution, executionArn),
    ssm("CreateDocument", createDocument, documentArn),
    ssm("GetDocument", getDocument, documentArn),
    ssm("ListDocuments", listDocuments, everything),
    ssm("DescribeDocument", describeDocumentOperation, documentArn),
    ssm("ListDocumentVersions", listDocumentVersions, documentArn),
    ssm("UpdateDocument", updateDocument, documentArn),
    ssm("UpdateDocumentDefaultVersion", updateDocumentDefaultVersion, documentArn),
    ssm("DeleteDocument", deleteDocument, documentArn),
    ssm("ListTagsForResource", listTagsForResource, taggedArn),
    ssm("AddTagsToResource", addTagsToResource, taggedArn),
    ssm("RemoveTagsFromResource", removeTagsFromResource, taggedArn),
    sqs("ReceiveMessage", receiveMessage),
    sqs("DeleteMessage", deleteMessage),
    sqs("DeleteMessageBatch", deleteMessageBatch, "DeleteMessage"),
    sqs("SendMessage", sendMessage),
    sqs("SendMessageBatch", sendMessageBatch, "SendMessage"),
    sqs("GetQueueUrl", getQueueUrl),
    sqs("GetQueueAttributes", getQueueAttributes),
    {
      service: "events",
      operation: "PutEvents",
      model: eventBridgeModel,
      action: "events:PutEvents",
      resource: busArn,
      execute: (caller, input) =>
        putEvents({ bus: deps.bus, now: deps.timers.now }, caller, input as { Entries: PutEventsEntry[] }),
    },
    rules("DescribeEventBus", describeEventBus, (caller, { Name }) => toBusArn(caller, Name)),
    rules("ListEventBuses", listEventBuses, (caller) => toBusArn(caller, "*")),
    rules("ListRules", listRules, everyRule),
    rules("ListRuleNamesByTarget", listRuleNamesByTarget, everyRule),
    rules("TestEventPattern", testEventPattern, everyRule),
    {
      service: "sts",
      operation: "AssumeRole",
      model: stsModel,
      action: "sts:AssumeRole",
      resource: (_, input) => String(input.RoleArn),
      execute: (caller, input) => assumeRole(deps, caller, input as unknown as Parameters<typeof assumeRole>[2]),
    },
    {
      service: "sts",
      operation: "GetCallerIdentity",
      model: stsModel,
      resource: everything,
      execute: (caller) => getCallerIdentity(deps, caller),
    },
  ];
  return new Map(routes.map((route) => [route.operation, route]));
}

const ssmArn = ({ region, account }: Caller, resource: string) => `arn:aws:ssm:${region}:${account}:${resource}`;
const everything: Route["resource"] = (caller) => ssmArn(caller, "*");
const executionArn: Route["resource"] = (caller, input) =>
  ssmArn(caller, `automation-execution/${input.AutomationExecutionId}`);
const definitionArn: Route["resource"] = (caller, input) =>
  ssmArn(caller, `automation-definition/${input.DocumentName}:$DEFAULT`);
const documentArn: Route["resource"] = (caller, input) => ssmArn(caller, `document/${input.Name}`);
const taggedArn: Route["resource"] = (caller, { ResourceType, ResourceId }) =>
  ssmArn(caller, `${ResourceType === "Automation" ? "automation-execution" : "document"}/${ResourceId}`);
const queueArn: Route["resource"] = ({ region, account }, { QueueUrl, QueueName }) =>
  `arn:aws:sqs:${region}:${account}:${QueueName ?? String(QueueUrl).split("/").at(-1)}`;
const busArn: Route["resource"] = (caller, input) => {
  const [entry] = (input.Entries ?? []) as ({ EventBusName?: string } | null)[]; // not validated yet
  return toBusArn(caller, entry?.EventBusName);
};
const toBusArn = ({ region, account }: Caller, name: unknown = "default") =>
  String(name).startsWith("arn:") ? String(name) : `arn:aws:events:${region}:${account}:event-bus/${name}`;
const everyRule: Route["resource"] = ({ region, account }) => `arn:aws:events:${region}:${account}:rule/*`;
