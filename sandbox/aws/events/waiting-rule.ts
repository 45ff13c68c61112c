import type { EventPattern } from "./event-pattern.ts";

/** The detail-types of Automation's status events. */
export const STATUS_EVENTS = {
  step: "EC2 Automation Step Status-change Notification",
  execution: "EC2 Automation Execution Status-change Notification",
} as const;

/** The detail-type of an API call that a trail records. */
export const API_CALL = "AWS API Call via CloudTrail";

/**
 * The patterns of the seeded rules, whose target is the queue `countersign-waiting`. They are the patterns in
 * docs/permissions.md; a test compares them. The rules exist in every account and Region, as if each of them forwarded to the bus of the queue.
 */
export const WAITING_RULES: EventPattern[] = [
  { source: ["aws.ssm"], "detail-type": [STATUS_EVENTS.step, STATUS_EVENTS.execution] },
  {
    source: ["aws.ssm"],
    "detail-type": [API_CALL],
    detail: { eventSource: ["ssm.amazonaws.com"], eventName: ["SendAutomationSignal", "StopAutomationExecution"] },
  },
];
