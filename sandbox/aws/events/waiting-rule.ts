import type { EventPattern } from "./event-pattern.ts";

/** The detail-types of Automation's status events. */
export const STATUS_EVENTS = {
  step: "EC2 Automation Step Status-change Notification",
  execution: "EC2 Automation Execution Status-change Notification",
} as const;

/** The detail-type of an API call that a trail records. */
export const API_CALL = "AWS API Call via CloudTrail";

/** The bus that receives the events of other accounts and Regions. */
export const MEMBERS_BUS = "countersign-waiting";

/**
 * The patterns of the seeded rules on the default bus, whose target is the queue `countersign-waiting`. They are the patterns in
 * docs/permissions.md; a test compares them. Every other account and Region has rules with these patterns that forward to the bus
 * for members, whose rule sends everything of Systems Manager to the queue.
 */
export const WAITING_RULES: EventPattern[] = [
  { source: ["aws.ssm"], "detail-type": [STATUS_EVENTS.step, STATUS_EVENTS.execution] },
  {
    source: ["aws.ssm"],
    "detail-type": [API_CALL],
    detail: { eventSource: ["ssm.amazonaws.com"], eventName: ["SendAutomationSignal", "StopAutomationExecution"] },
  },
];
