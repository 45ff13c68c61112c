import type { ActiveFault, Side } from "../live/wire-call.ts";

export interface Preset {
  side: Side;
  label: string;
  description: string;
  fault: ActiveFault;
}

/** The faults that the drawer offers, described by their effect. */
export const PRESETS: Preset[] = [
  {
    side: "aws",
    label: "The reply to the next signal is lost",
    description: "AWS executes the signal, then the connection drops. A second Approve could approve the next gate.",
    fault: { operation: "SendAutomationSignal", kind: "drop-reply", times: 1 },
  },
  {
    side: "aws",
    label: "AWS executes the next signal but returns 500",
    description: "The signal takes effect despite the error.",
    fault: { operation: "SendAutomationSignal", kind: "error", status: 500, afterExecution: true, times: 1 },
  },
  {
    side: "aws",
    label: "AWS throttles signals",
    description: "Decisions wait until you turn this off.",
    fault: { operation: "SendAutomationSignal", kind: "throttle" },
  },
  {
    side: "aws",
    label: "AWS throttles reads",
    description: "Countersign cannot read the step before it signals, so it waits.",
    fault: { operation: "GetAutomationExecution", kind: "throttle" },
  },
  {
    side: "slack",
    label: "Slack returns 429 for posts",
    description: "New requests are not posted until you turn this off.",
    fault: { operation: "chat.postMessage", kind: "throttle", retryAfterSeconds: 2 },
  },
  {
    side: "slack",
    label: "Slack returns 429 for edits",
    description: "Messages are not updated until you turn this off.",
    fault: { operation: "chat.update", kind: "throttle", retryAfterSeconds: 2 },
  },
  {
    side: "slack",
    label: "The reply to the next post is lost",
    description: "Slack posts the message, then the connection drops. Posting again would duplicate it.",
    fault: { operation: "chat.postMessage", kind: "drop-reply", times: 1 },
  },
  {
    side: "slack",
    label: "The next click arrives twice",
    description: "Both deliveries are identical, byte for byte.",
    fault: { operation: "deliver:block_actions", kind: "twice", times: 1 },
  },
];

/** Whether an active fault comes from the preset, regardless of its remaining count. */
export const matchesPreset = (preset: Preset) => (fault: ActiveFault) =>
  fault.operation === preset.fault.operation && fault.kind === preset.fault.kind;
