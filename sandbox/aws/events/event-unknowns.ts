import type { Unknown } from "../unknown.ts";

/** Unknown behavior of status events, of trails and of queues. */
export const eventUnknowns: Unknown[] = [
  {
    topic: "Whether a step emits an EventBridge event when it starts to wait",
    assumption: "It does, with the status Waiting.",
    reason:
      "The event is documented for status changes, without a list of statuses. Delivery is best effort in any case.",
    switch: "waitingStepEvent",
  },
  {
    topic: "Whether an execution emits an EventBridge event when it starts to wait",
    assumption: "It does, with the status Waiting.",
    reason: "As for steps. Clients need a poll as a safety net.",
    switch: "waitingExecutionEvent",
  },
  {
    topic: "The delay between a status change or an API call and the message in the queue of a rule",
    assumption: "None.",
    reason:
      "EventBridge documents no limit. A message is usually in the queue within a second, and CloudTrail's events within some seconds.",
    switch: "eventDelayMs",
  },
  {
    topic: "The order of events that occur in the same moment",
    assumption: "The order in which they occur.",
    reason: "Neither EventBridge nor a standard queue guarantees an order. Clients should rely on none.",
    switch: "eventOrder",
  },
  {
    topic: "How often an event arrives more than once",
    assumption: "Never; each event is one message.",
    reason: "EventBridge and standard queues deliver at least once. Their rate of duplicates is not documented.",
    switch: "eventCopies",
  },
  {
    topic: "Whether an account has a trail, so that API calls become events",
    assumption:
      "Each account has one. SendAutomationSignal and StopAutomationExecution become events, also if they fail.",
    reason: "A trail is the customer's choice. The record names the call's execution in requestParameters.",
    switch: "trail",
  },
  {
    topic: "A ReceiveMessage whose caller disconnects during the long poll",
    assumption: "The wait ends and takes no message.",
    reason:
      "AWS documents nothing. If it took messages for a connection that is gone, they would be visible again after the visibility timeout.",
  },
  {
    topic: "The error of TestEventPattern for an event that lacks a mandatory field",
    assumption: "ValidationException.",
    reason: "The API reference names the mandatory fields, and no error. Clients should send complete events.",
  },
  {
    topic: "The size limit of an SQS message",
    assumption: "256 KB.",
    reason: "Older documentation pages say 256 KB, newer ones 1 MB. A message that is valid here is valid under both.",
  },
  {
    topic: "The codes of SQS's errors that no operation models",
    assumption:
      "InvalidParameterValueException and MissingRequiredParameterException, with the Query codes InvalidParameterValue and MissingParameter.",
    reason: "The documentation names the Query codes only. Clients should retry a receive after any error.",
  },
];
